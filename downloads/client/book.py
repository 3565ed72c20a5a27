"""What became of each file, written down once."""

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from downloads.batch.showing import Show

from .results import (
    FailedEntry,
    Reason,
    RejectedEntry,
    SentAsset,
    Status,
    UploadedEntry,
    UploadResult,
)
from .target import LocalFile


class Book:
    """Fills the result, and tells the show."""

    def __init__(self, show: Show | None) -> None:
        self.result = UploadResult()
        self._show = show
        self._open: dict[Path, LocalFile] = {}

    def begin(self, files: Iterable[LocalFile]) -> None:
        self._open = {file.path: file for file in files}
        if self._show:
            size = sum(file.size for file in self._open.values())
            self._show.begin(len(self._open), size)

    def sending(self, file: LocalFile) -> None:
        if self._show:
            self._show.began(str(file.path), file.path.name, file.size)

    def progress(self, file: LocalFile, sent: int) -> None:
        if self._show:
            self._show.progress(str(file.path), sent, file.size)

    def uploaded(self, file: LocalFile, asset_id: UUID | None) -> None:
        entry = UploadedEntry(SentAsset(asset_id, Status.CREATED), file.path)
        self.result.uploaded.append(entry)
        self._end(file, file.size)
        if self._show:
            self._show.came(str(file.path), file.size)

    def rejected(self, file: LocalFile, asset_id: UUID | None, reason: Reason) -> None:
        self.result.rejected.append(RejectedEntry(file.path, asset_id, reason))
        self._end(file, file.size)
        if self._show and reason != Reason.DUPLICATE:
            self._show.note(f"{file.path}: {reason}")

    def failed(self, file: LocalFile, why: str) -> None:
        """Also of one that seemed to have arrived, and has not."""
        self.result.uploaded = [each for each in self.result.uploaded if each.filepath != file.path]
        self.result.failed.append(FailedEntry(file.path, why))
        self._end(file, 0)
        if self._show:
            self._show.note(f"{file.path}: {why}")

    def close(self) -> None:
        """Name what nothing was done about."""
        for file in list(self._open.values()):
            self.result.failed.append(FailedEntry(file.path, f"Not tried: {self.result.stopped}"))

    def _end(self, file: LocalFile, size: int) -> None:
        if self._open.pop(file.path, None) and self._show:
            self._show.ended(str(file.path), size)
