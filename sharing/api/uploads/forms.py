"""The form of an upload on its way to the disk: the file as it streams, fields before and after."""

from dataclasses import dataclass
from hashlib import sha1
from http import HTTPStatus
from pathlib import Path
from uuid import UUID, uuid4

from multipart import MultipartSegment

from portal.api_errors import ApiRefused
from portal.library.content.formats import HEAD_BYTES
from sharing.api.uploads.bodies import Body, no_form, parts_of
from sharing.api.uploads.fields import Fields, filename_of, read_fields
from sharing.contributions.hands import Hands
from sharing.contributions.models import Upload
from sharing.contributions.naming import safe_name
from sharing.contributions.staging import StagedFile, remove

FILE, SIDECAR = "assetData", "sidecarData"
LONGEST_FIELD, LARGEST_SIDECAR = 64 * 1024, 2 * 2**20  # bytes
PIECE = 2**20  # bytes that are written at once


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has come whole, though not yet safely, and what was said of it."""

    key: UUID
    path: Path
    filename: str
    media_type: str  # as its sender says
    size: int
    sha1: bytes
    head: bytes
    sidecar: bytes
    fields: Fields


async def receive_form(
    body: Body, content_type: str, hands: Hands, largest: int, *, is_safe: bool
) -> Received:
    """Take a form to its end; its file is the caller's to delete then.

    With ``is_safe`` it is on the disk by then. Raises ``ApiRefused`` and ``StagingTrouble``.
    """
    key, is_whole = uuid4(), False
    path = Upload(pk=key).staged
    try:
        async with hands.opened(path) as staged:
            form = Form(hands, staged, largest)
            async for part in parts_of(body, content_type):
                await form.take(part)
            file = await form.finish(key, path)
            if is_safe:
                await hands.do(staged.keep)
            is_whole = True
            return file
    finally:
        if not is_whole:
            await hands.do(remove, path)


class Form:
    """What has come of a form so far."""

    def __init__(self, hands: Hands, staged: StagedFile, largest: int) -> None:
        self._hands = hands
        self._staged = staged
        self._largest = largest
        self._sha1 = sha1(usedforsecurity=False)
        self._texts: dict[str, bytearray] = {}
        self._part = ""
        self._file: MultipartSegment | None = None
        self._head = b""
        self._batch: list[bytes] = []
        self._held = self._size = 0

    async def take(self, part: MultipartSegment | bytes | bytearray | None) -> None:
        """The beginning of a part, some of its bytes, or its end."""
        if isinstance(part, MultipartSegment):
            self._begin(part)
        elif part is None:
            self._part = ""
        elif self._part == FILE:
            await self._add(bytes(part))
        else:
            self._say(part)

    async def finish(self, key: UUID, path: Path) -> Received:
        await self._write()
        if self._file is None:
            raise no_form("There is no file: send it in a part named assetData.")
        sidecar = bytes(self._texts.pop(SIDECAR, b""))
        said = {name: text.decode("utf-8", "replace") for name, text in self._texts.items()}
        fields = read_fields(said)
        filename = safe_name(fields.filename or filename_of(self._file) or "")
        if not self._size:
            raise ApiRefused(HTTPStatus.BAD_REQUEST, f"{filename} is empty")
        return Received(
            key=key,
            path=path,
            filename=filename,
            media_type=self._file.content_type or "",
            size=self._size,
            sha1=self._sha1.digest(),
            head=self._head,
            sidecar=sidecar,
            fields=fields,
        )

    def _begin(self, segment: MultipartSegment) -> None:
        self._part = segment.name
        is_file = filename_of(segment) is not None
        if segment.name != FILE and (segment.name == SIDECAR or not is_file):
            self._texts[segment.name] = bytearray()
        elif segment.name == FILE and is_file and self._file is None:
            self._file = segment
        else:
            raise no_form(f"Unexpected field - {segment.name}"[:200])

    def _say(self, piece: bytes | bytearray) -> None:
        text = self._texts[self._part]
        text += piece
        if len(text) > (LARGEST_SIDECAR if self._part == SIDECAR else LONGEST_FIELD):
            raise no_form(f"{self._part} is too long"[:200])

    async def _add(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._largest:
            words = f"The file is larger than {self._largest:,} bytes, the most that is taken here."
            raise ApiRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words)
        if len(self._head) < HEAD_BYTES:
            self._head += piece[: HEAD_BYTES - len(self._head)]
        self._batch.append(piece)
        self._held += len(piece)
        if self._held >= PIECE:
            await self._write()

    async def _write(self) -> None:
        batch, self._batch, self._held = self._batch, [], 0
        if batch:
            await self._hands.do(self._keep, batch)

    def _keep(self, batch: list[bytes]) -> None:
        self._staged.write(batch)
        for piece in batch:
            self._sha1.update(piece)
