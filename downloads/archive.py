"""The exact bytes of a ZIP archive, computed from a plan: no file is opened, nothing is written.

Section numbers are those of PKWARE's APPNOTE.TXT 6.3.10. Entries are stored, never compressed:
photos and videos are compressed already, and so an archive's length follows from the plan, and any
range of it can be read straight from the files.
"""

import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from itertools import accumulate, pairwise
from operator import attrgetter
from zlib import crc32

_LIMIT_32 = 0xFFFFFFFF  # this value itself means "see the ZIP64 field" (4.4.8, 4.4.9, 4.4.16)
_LIMIT_16 = 0xFFFF
_VERSION, _VERSION_ZIP64 = 20, 45  # 4.4.3.2
_MADE_ON_UNIX = 3 << 8  # 4.4.2.2
_NAMES_ARE_UTF8 = 1 << 11  # 4.4.4
_REGULAR_FILE_0644 = 0o100644 << 16  # 4.4.15, as Unix systems fill it
_LITERAL_PIECE = 256 * 1024

_LOCAL = struct.Struct("<4s5H3L2H")  # 4.3.7
_CENTRAL = struct.Struct("<4s6H3L5H2L")  # 4.3.12
_END64 = struct.Struct("<4sQ2H2L4Q")  # 4.3.14
_LOCATOR64 = struct.Struct("<4sLQL")  # 4.3.15
_END = struct.Struct("<4s4H2LH")  # 4.3.16
_TIME = struct.Struct("<2sHBL")  # Info-ZIP's extended timestamp, "UT", with the time of change only
_NTFS = struct.Struct("<2HL2H3Q")  # 4.5.5
_NTFS_EPOCH = 11_644_473_600  # seconds from 1601 to 1970

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DOS_FIRST = (1980 - 1980) << 25 | 1 << 21 | 1 << 16
_DOS_LAST = (2107 - 1980) << 25 | 12 << 21 | 31 << 16 | 23 << 11 | 59 << 5 | 29


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the archive. With ``content`` its bytes come from the plan itself.

    ``name`` is used as it is: see ``downloads.names``. ``modified`` counts seconds since 1970 in
    UTC and may be negative; ``utc_offset``, in seconds too, leads to the wall clock that the DOS
    date shows.
    """

    name: str
    size: int
    crc32: int
    modified: int
    utc_offset: int = 0
    content: bytes | None = None

    @classmethod
    def literal(cls, name: str, content: bytes, modified: int) -> "Entry":
        return cls(name, len(content), crc32(content), modified, 0, content)


@dataclass(frozen=True, slots=True)
class FileSlice:
    """``length`` bytes from ``offset`` of the file of entry number ``index``."""

    index: int
    offset: int
    length: int


Segment = memoryview | FileSlice


@dataclass(frozen=True)
class Layout:
    """Where every byte of an archive comes from."""

    entries: Sequence[Entry]

    @cached_property
    def length(self) -> int:
        return self._directory_start + self._directory_size + self._end_size

    @cached_property
    def etag(self) -> str:
        """A strong validator (RFC 9110, 8.8.1): equal plans give equal bytes."""
        digest = blake2b(digest_size=16)
        for entry in self.entries:
            facts = (entry.name, entry.size, entry.crc32, entry.modified, entry.utc_offset)
            digest.update(repr(facts).encode())
        return f'"{digest.hexdigest()}"'

    def segments(self, start: int, stop: int) -> Iterator[Segment]:
        """Yield what makes up the bytes from ``start`` to before ``stop``, in order.

        Only what the range touches is computed, one segment at a time.
        """
        stop = min(stop, self.length)
        if start < min(stop, self._directory_start):
            first = bisect_right(self._starts, start) - 1
            for index in range(first, len(self.entries)):
                if self._starts[index] >= stop:
                    return
                yield from self._entry_segments(index, start, stop)
        yield from _cut(self._tail, self._directory_start, start, stop)

    def _entry_segments(self, index: int, start: int, stop: int) -> Iterator[Segment]:
        entry = self.entries[index]
        origin = self._starts[index]
        header = _local_header(entry, self._names[index])
        yield from _cut(header, origin, start, stop)
        body = origin + len(header)
        if entry.content is not None:
            yield from _cut(entry.content, body, start, stop)
            return
        offset = max(start - body, 0)
        length = min(stop - body, entry.size) - offset
        if length > 0:
            yield FileSlice(index, offset, length)

    @cached_property
    def _names(self) -> list[bytes]:
        return [entry.name.encode() for entry in self.entries]

    @cached_property
    def _starts(self) -> list[int]:
        """Where each entry begins, and after the last one the central directory."""
        fixed = _LOCAL.size + _TIME.size
        lengths = [
            fixed + len(name) + size + (20 if size >= _LIMIT_32 else 0)
            for name, size in zip(self._names, map(attrgetter("size"), self.entries), strict=True)
        ]
        for index in self._untimely:
            lengths[index] += _NTFS.size - _TIME.size
        return list(accumulate(lengths, initial=0))

    @cached_property
    def _untimely(self) -> list[int]:
        """Entries whose times need the longer field."""
        times = enumerate(map(attrgetter("modified"), self.entries))
        return [index for index, time in times if not 0 <= time < 2**31]

    @property
    def _directory_start(self) -> int:
        return self._starts[-1]

    @cached_property
    def _directory_size(self) -> int:
        size = sum(map(len, self._names)) + len(self.entries) * (_CENTRAL.size + _TIME.size)
        size += len(self._untimely) * (_NTFS.size - _TIME.size)
        if self._directory_start < _LIMIT_32:
            return size
        pairs = zip(self.entries, self._starts, strict=False)
        return size + sum(len(_central_zip64(entry, start)) for entry, start in pairs)

    @property
    def _needs_zip64(self) -> bool:
        return (
            len(self.entries) >= _LIMIT_16
            or self._directory_start >= _LIMIT_32
            or self._directory_size >= _LIMIT_32
        )

    @property
    def _end_size(self) -> int:
        return _END.size + (_END64.size + _LOCATOR64.size if self._needs_zip64 else 0)

    @cached_property
    def _tail(self) -> bytes:
        """The central directory and the records that end the archive."""
        records = map(_central_header, self.entries, self._names, self._starts)
        return b"".join(records) + self._end_records()

    def _end_records(self) -> bytes:
        count, size, start = len(self.entries), self._directory_size, self._directory_start
        short, long = min(count, _LIMIT_16), (min(size, _LIMIT_32), min(start, _LIMIT_32))
        end = _END.pack(b"PK\5\6", 0, 0, short, short, *long, 0)
        if not self._needs_zip64:
            return end
        made_by = _MADE_ON_UNIX | _VERSION_ZIP64
        sizes = (count, count, size, start)
        end64 = _END64.pack(b"PK\6\6", 44, made_by, _VERSION_ZIP64, 0, 0, *sizes)
        return end64 + _LOCATOR64.pack(b"PK\6\7", 0, start + size, 1) + end


def _cut(data: bytes, origin: int, start: int, stop: int) -> Iterator[memoryview]:
    """Yield what lies in the range of ``data``, which begins at ``origin`` of the archive."""
    view = memoryview(data)[max(start - origin, 0) : max(stop - origin, 0)]
    marks = [*range(0, len(view), _LITERAL_PIECE), len(view)]
    for left, right in pairwise(marks):
        yield view[left:right]


def _local_header(entry: Entry, name: bytes) -> bytes:
    """4.3.7. A ZIP64 field must hold both sizes here, and both then read 0xFFFFFFFF (4.5.3)."""
    is_large = entry.size >= _LIMIT_32
    zip64 = struct.pack("<2H2Q", 1, 16, entry.size, entry.size) if is_large else b""
    extra = zip64 + _timestamp(entry)
    size = min(entry.size, _LIMIT_32)
    return (
        _LOCAL.pack(
            b"PK\3\4",
            _VERSION_ZIP64 if is_large else _VERSION,
            _NAMES_ARE_UTF8,
            0,  # stored (4.4.5)
            *_dos_time(entry),
            entry.crc32,
            size,
            size,
            len(name),
            len(extra),
        )
        + name
        + extra
    )


def _central_header(entry: Entry, name: bytes, start: int) -> bytes:
    """4.3.12."""
    zip64 = _central_zip64(entry, start)
    extra = zip64 + _timestamp(entry)
    version = _VERSION_ZIP64 if zip64 else _VERSION
    size = min(entry.size, _LIMIT_32)
    return (
        _CENTRAL.pack(
            b"PK\1\2",
            _MADE_ON_UNIX | version,
            version,
            _NAMES_ARE_UTF8,
            0,  # stored
            *_dos_time(entry),
            entry.crc32,
            size,
            size,
            len(name),
            len(extra),
            0,  # comment
            0,  # disk
            0,  # internal attributes
            _REGULAR_FILE_0644,
            min(start, _LIMIT_32),
        )
        + name
        + extra
    )


def _central_zip64(entry: Entry, start: int) -> bytes:
    """Return the ZIP64 field with only the values that do not fit their place (4.5.3)."""
    values = [entry.size, entry.size] if entry.size >= _LIMIT_32 else []
    if start >= _LIMIT_32:
        values.append(start)
    return struct.pack(f"<2H{len(values)}Q", 1, 8 * len(values), *values) if values else b""


def _timestamp(entry: Entry) -> bytes:
    """Return the time of change as UTC; the DOS date has no zone, and begins with 1980.

    The short field ends with 2038, and programs disagree on what comes before 1970 (libarchive
    reads 2106): there the NTFS field speaks, which those who do not know it pass over.
    """
    if 0 <= entry.modified < 2**31:
        return _TIME.pack(b"UT", 5, 1, entry.modified)
    ticks = min(max(entry.modified + _NTFS_EPOCH, 0) * 10**7, 2**63 - 1)
    return _NTFS.pack(10, 32, 0, 1, 24, ticks, ticks, ticks)


def _dos_time(entry: Entry) -> tuple[int, int]:
    """Return the wall clock's time and date (4.4.6), held within the years 1980 to 2107."""
    try:
        wall = _EPOCH + timedelta(seconds=entry.modified + entry.utc_offset)
        year = wall.year
    except OverflowError:
        year = 1 if entry.modified < 0 else 9999
    if year < 1980:
        packed = _DOS_FIRST
    elif year > 2107:
        packed = _DOS_LAST
    else:
        day = (year - 1980) << 25 | wall.month << 21 | wall.day << 16
        packed = day | wall.hour << 11 | wall.minute << 5 | wall.second >> 1
    return packed & _LIMIT_16, packed >> 16
