"""Bytes of originals: files on disk, and files made up from a painted one, each with its own."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Protocol

PIECE = 2**20  # bytes handed on at once
_COMMENT = b"\xff\xfe"  # JPEG's marker of a comment (ITU T.81, B.2.4.5)
_SEGMENT = 0xFFFF  # the largest length of a JPEG segment; the marker is not counted
_SEGMENTS = 128


class Contents(Protocol):
    """The bytes of one original; ``pieces`` covers ``start`` up to but not including ``end``."""

    @property
    def size(self) -> int: ...
    @property
    def modified_at(self) -> datetime: ...
    def sha1(self) -> bytes: ...
    def pieces(self, start: int, end: int) -> Iterator[bytes | memoryview]: ...


@dataclass(slots=True)
class InMemory:
    """Bytes as they are: an upload, or what a test gave."""

    data: bytes
    modified_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    @property
    def size(self) -> int:
        return len(self.data)

    def sha1(self) -> bytes:
        return hashlib.sha1(self.data, usedforsecurity=False).digest()

    def pieces(self, start: int, end: int) -> Iterator[bytes | memoryview]:
        return _pieces((self.data,), start, end)


@dataclass(slots=True)
class OnDisk:
    """A file of the given folder, read anew for each answer."""

    path: Path
    digest: bytes | None = None

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    @property
    def modified_at(self) -> datetime:
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)

    def sha1(self) -> bytes:
        if self.digest is None:
            with self.path.open("rb") as file:
                self.digest = hashlib.file_digest(file, "sha1").digest()
        return self.digest

    def pieces(self, start: int, end: int) -> Iterator[bytes | memoryview]:
        file = os.open(self.path, os.O_RDONLY)
        try:
            while start < end and (data := os.pread(file, min(PIECE, end - start), start)):
                yield data
                start += len(data)
        finally:
            os.close(file)


@dataclass(frozen=True)
class Base:
    """A whole file of which many are made; ``ending`` is what must stay last."""

    body: bytes
    ending: bytes
    is_jpeg: bool

    @classmethod
    def of(cls, data: bytes, media_type: str) -> "Base":
        if media_type == "image/jpeg":
            return cls(data[:-2], data[-2:], is_jpeg=True)
        return cls(data, b"", is_jpeg=False)

    def mark(self, note: bytes, filling: int) -> bytes:
        """A comment in a JPEG, a ``free`` box (ISO 14496-12, 8.1.2) in a video."""
        if self.is_jpeg:
            return _COMMENT + (len(note) + 2).to_bytes(2) + note
        length = 16 + len(note) + filling
        return b"\0\0\0\x01free" + length.to_bytes(8) + note


@dataclass(slots=True)
class Made:
    """A base with a note that only this file has, filled up with noise to about ``least`` bytes.

    What is before the note is summed up once for all: a checksum costs a microsecond.
    """

    base: Base
    note: bytes
    least: int = 0
    modified_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    digest: bytes | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        return sum(map(len, self._parts()))

    def sha1(self) -> bytes:
        if self.digest is None:
            running = _begun(self.base.body).copy()
            for part in self._parts()[1:]:
                running.update(part)
            self.digest = running.digest()
        return self.digest

    def pieces(self, start: int, end: int) -> Iterator[bytes | memoryview]:
        return _pieces(self._parts(), start, end)

    def _parts(self) -> tuple[bytes | memoryview, ...]:
        known = len(self.base.body) + len(self.note) + len(self.base.ending)
        missing = max(0, self.least - known)
        if self.base.is_jpeg:
            missing += -missing % (_SEGMENT + 2)  # whole segments
        mark = self.base.mark(self.note, missing)
        return (self.base.body, mark, *_noise(missing, sum(self.note)), self.base.ending)


@cache
def _begun(body: bytes) -> "hashlib._Hash":
    return hashlib.sha1(body, usedforsecurity=False)


@cache
def _pool() -> memoryview:
    """8 MB of noise, which happens to be a row of JPEG comments."""
    random = Random(7)  # noqa: S311 - noise, not a secret
    segment = _COMMENT + _SEGMENT.to_bytes(2)
    return memoryview(
        b"".join(segment + random.randbytes(_SEGMENT - 2) for _number in range(_SEGMENTS))
    )


def _noise(length: int, turn: int) -> Iterator[memoryview]:
    start = turn % _SEGMENTS * (_SEGMENT + 2)
    while length > 0:
        part = _pool()[start : start + length]
        yield part
        length -= len(part)
        start = 0


def _pieces(
    parts: tuple[bytes | memoryview, ...], start: int, end: int
) -> Iterator[bytes | memoryview]:
    """Large parts are handed on as they are, small ones together."""
    held: list[bytes | memoryview] = []
    at = 0
    for part in parts:
        view = memoryview(part)[max(0, start - at) : max(0, end - at)]
        at += len(part)
        for offset in range(0, len(view), PIECE):
            piece = view[offset : offset + PIECE]
            if held and sum(map(len, held)) + len(piece) > PIECE:
                yield b"".join(held)
                held = []
            held.append(piece)
    if held:
        yield b"".join(held)
