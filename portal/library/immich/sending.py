"""What of an Immich is changed for guests: files sent, put into albums, and taken out again."""

import base64
import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any, cast
from uuid import UUID

from portal.library.content.formats import SUFFIXES
from portal.library.immich import failing
from portal.library.immich.client import ImmichClient, Sent
from portal.library.immich.failing import NotThere, Refused
from portal.library.immich.fields import Malformed, list_of, object_of, uuid_of
from portal.library.immich.schemas import read_id
from portal.library.index.chunks import chunks
from portal.library.interface import LibraryFull
from portal.library.naming import safe_name
from portal.library.types import Incoming

DEVICE = "Loggia"
KNOWN_SUFFIXES = SUFFIXES - {".jfif"}  # by which Immich tells what it takes
NEXT = 3  # the major version from which on uploads name no device
AT_ONCE = 500  # ids in one question
BEAT = 1.0  # seconds


@dataclass(frozen=True)
class Known:
    """A content that Immich has."""

    asset_id: UUID
    is_trashed: bool


@dataclass(frozen=True)
class Sender:
    """All raise kinds of ``LibraryUnavailable``, and ``Refused`` where a file is not wanted."""

    client: ImmichClient
    version: str

    def known(self, sha1s: Collection[bytes]) -> dict[bytes, Known]:
        """Which of these contents Immich has, the trash included."""
        found: dict[bytes, Known] = {}
        for chunk in chunks(sorted(set(sha1s)), AT_ONCE):
            body = {"assets": [{"id": sha1.hex(), "checksum": sha1.hex()} for sha1 in chunk]}
            answer = self.client.change("POST", "/assets/bulk-upload-check", body)
            try:
                for each in map(object_of, list_of(object_of(answer).get("results"))):
                    if each.get("action") == "reject" and each.get("assetId"):
                        known = Known(uuid_of(each["assetId"]), each.get("isTrashed") is True)
                        found[bytes.fromhex(str(each.get("id")))] = known
            except (Malformed, ValueError) as exc:
                raise failing.other_than_expected(self.client.server.site) from exc
        return found

    def send(self, file: Incoming, half: UUID | None, beat: Callable[[], None]) -> UUID:
        """Send a file; raises ``OSError`` where it cannot be read."""
        stem, suffix = safe_name(file.filename, file.media_type, KNOWN_SUFFIXES)
        with file.path.open("rb") as content:
            watched = cast(IO[bytes], Watched(content, beat))
            parts = [Sent("assetData", f"{stem}{suffix}", watched, file.media_type)]
            if file.sidecar:
                told = BytesIO(file.sidecar)
                parts.append(Sent("sidecarData", f"{stem}.xmp", told, "application/rdf+xml"))
            headers = {"x-immich-checksum": base64.b64encode(file.sha1).decode()}
            try:
                answer = self.client.send_files("/assets", self._fields(file, half), parts, headers)
            except Refused as exc:
                if re.search("quota", str(exc), re.IGNORECASE):
                    raise LibraryFull(str(exc)) from exc
                raise
        return self._id(answer)

    def _fields(self, file: Incoming, half: UUID | None) -> Mapping[str, str]:
        created, modified = _stamp(file.created_at or file.modified_at), _stamp(file.modified_at)
        fields = {"fileCreatedAt": created, "fileModifiedAt": modified}
        if int(self.version.partition(".")[0]) < NEXT:
            fields |= {"deviceAssetId": str(file.key), "deviceId": DEVICE}
        return fields | ({"livePhotoVideoId": str(half)} if half else {})

    def _id(self, answer: Any) -> UUID:
        try:
            return read_id(answer)
        except Malformed as exc:
            raise failing.other_than_expected(self.client.server.site) from exc

    def put_into_album(self, album_id: UUID, asset_ids: Sequence[UUID]) -> dict[UUID, str]:
        """What went wrong with each: nothing, ``duplicate``, or why it is not there.

        Raises ``NotThere`` for an album that is gone, or not this key's to change.
        """
        return self._of_album("PUT", album_id, asset_ids)

    def take_out_of_album(self, album_id: UUID, asset_ids: Sequence[UUID]) -> None:
        """An album that is gone shows none of them."""
        try:
            self._of_album("DELETE", album_id, asset_ids)
        except NotThere:
            return

    def _of_album(self, method: str, album_id: UUID, asset_ids: Sequence[UUID]) -> dict[UUID, str]:
        found: dict[UUID, str] = {}
        for chunk in chunks(asset_ids, AT_ONCE):
            body = {"ids": [str(asset_id) for asset_id in chunk]}
            answer = self.client.change(method, f"/albums/{album_id}/assets", body)
            try:
                for each in map(object_of, list_of(answer)):
                    error = "" if each.get("success") is True else str(each.get("error"))
                    found[uuid_of(each.get("id"))] = error
            except Malformed as exc:
                raise failing.other_than_expected(self.client.server.site) from exc
        return found

    def trash(self, asset_ids: Collection[UUID]) -> None:
        """Into Immich's own trash. What is gone already is no trouble."""
        for chunk in chunks(asset_ids, AT_ONCE):
            try:
                self._trash(chunk)
            except (NotThere, Refused):  # one unknown id keeps all the others
                for asset_id in chunk:
                    self._trash_one(asset_id)

    def _trash_one(self, asset_id: UUID) -> None:
        try:
            self._trash([asset_id])
        except (NotThere, Refused):
            return

    def _trash(self, asset_ids: Sequence[UUID]) -> None:
        body = {"ids": [str(asset_id) for asset_id in asset_ids], "force": False}
        self.client.change("DELETE", "/assets", body)

    def restore(self, asset_id: UUID) -> None:
        """Out of Immich's trash."""
        self.client.change("POST", "/trash/restore/assets", {"ids": [str(asset_id)]})


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Watched:
    """A file that says now and then that it is still being read, as httpx reads files."""

    content: IO[bytes]
    beat: Callable[[], None]
    last: float = 0.0

    def read(self, size: int = -1) -> bytes:
        if time.monotonic() - self.last >= BEAT:
            self.last = time.monotonic()
            self.beat()
        return self.content.read(size)

    def fileno(self) -> int:
        return self.content.fileno()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.content.seek(offset, whence)

    def tell(self) -> int:
        return self.content.tell()


def size_of(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
