"""Archives as Immich sends them: chunked, with no length, ETag or ranges."""

import zipfile
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from io import RawIOBase

from portal.fake_immich.contents import Contents
from portal.fake_immich.sending import Line, squeezed
from portal.fake_immich.wire import ArchiveAnswer, Request


async def deliver_archive(line: Line, request: Request, answer: ArchiveAnswer) -> None:
    pieces = zipped(answer.files)
    headers = {"Content-Type": "application/octet-stream", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        pieces = squeezed(pieces)
    await line.answer(HTTPStatus.OK, headers, pieces, None)


def zipped(files: Mapping[str, Contents]) -> Iterator[bytes]:
    """A ZIP of these, made while it is read."""
    out = _Drain()
    with zipfile.ZipFile(out, "w") as archive:
        for name, contents in files.items():
            about = zipfile.ZipInfo(name, contents.modified_at.timetuple()[:6])
            with archive.open(about, "w") as entry:
                for piece in contents.pieces(0, contents.size):
                    entry.write(piece)
                    yield out.drained()
    yield out.drained()


class _Drain(RawIOBase):
    """Takes what is written, from beginning to end, and gives it away."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._pieces.append(bytes(data))
        return len(data)

    def drained(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
