"""The bytes that a plan promises are the bytes of a ZIP that everybody can read."""

import io
import itertools
import struct
import subprocess
import time
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downloads.archive import Entry, FileSlice, Layout

SUMMER = 1_720_780_200  # 12 July 2024, 10:30 UTC
MANY = 4 * 2**30


def contents(layout: Layout, files: list[bytes], start: int = 0, stop: int | None = None) -> bytes:
    pieces = []
    for segment in layout.segments(start, layout.length if stop is None else stop):
        if isinstance(segment, FileSlice):
            data = files[segment.index]
            pieces.append(data[segment.offset : segment.offset + segment.length])
            assert len(pieces[-1]) == segment.length
        else:
            pieces.append(bytes(segment))
    return b"".join(pieces)


def plan(named: dict[str, bytes], *modified: int) -> tuple[Layout, list[bytes]]:
    times = itertools.cycle(modified or (SUMMER,))
    entries = [
        Entry(name, len(data), zlib.crc32(data), next(times)) for name, data in named.items()
    ]
    return Layout(entries), list(named.values())


class Sparse(io.RawIOBase):
    """An archive as a file whose photos are zeros, so that it may be of any size."""

    def __init__(self, layout: Layout) -> None:
        self.layout, self.at = layout, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset + (0, self.at, self.layout.length)[whence]
        return self.at

    def tell(self) -> int:
        return self.at

    def read(self, size: int = -1) -> bytes:
        stop = self.layout.length if size < 0 else min(self.at + size, self.layout.length)
        pieces = [
            bytes(segment.length) if isinstance(segment, FileSlice) else bytes(segment)
            for segment in self.layout.segments(self.at, stop)
        ]
        self.at = max(self.at, stop)
        return b"".join(pieces)


names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1)
archives = st.dictionaries(names, st.binary(max_size=300), max_size=12)


@given(archives)
def test_python_reads_back_every_name_and_byte(named: dict[str, bytes]) -> None:
    layout, files = plan(named)
    data = contents(layout, files)
    assert len(data) == layout.length
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {info.filename: archive.read(info) for info in archive.infolist()} == named


@given(archives, st.lists(st.integers(-(2**36), 2**36)), st.data())
def test_any_range_is_the_slice_of_the_whole(
    named: dict[str, bytes], times: list[int], data: st.DataObject
) -> None:
    layout, files = plan(named, *times)
    start = data.draw(st.integers(0, layout.length + 5))
    stop = data.draw(st.integers(0, layout.length + 5))
    assert contents(layout, files, start, stop) == contents(layout, files)[start:stop]


@given(st.lists(st.integers(0, 6 * 2**30) | st.integers(MANY - 2, MANY + 2), max_size=6))
def test_sizes_beyond_four_gigabytes_are_read_back(sizes: list[int]) -> None:
    layout = Layout([Entry(f"{n}.mp4", size, 7, SUMMER) for n, size in enumerate(sizes)])
    with zipfile.ZipFile(Sparse(layout)) as archive:
        assert [info.file_size for info in archive.infolist()] == sizes
        for number, info in enumerate(archive.infolist()):
            if sizes[number] > 2**20:  # a checksum is compared only at a file's end
                with archive.open(info) as file:
                    assert file.read(2) == bytes(2)


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 6 * 2**30), min_size=1, max_size=5),
    st.lists(st.floats(0, 1), min_size=2, max_size=2),
)
def test_a_huge_archive_can_be_entered_anywhere(sizes: list[int], where: list[float]) -> None:
    layout = Layout([Entry(f"{n}.mp4", size, 7, SUMMER) for n, size in enumerate(sizes)])
    start = int(min(where) * layout.length)
    stop = int(max(where) * layout.length)
    lengths = [
        segment.length if isinstance(segment, FileSlice) else len(segment)
        for segment in layout.segments(start, stop)
    ]
    assert sum(lengths) == stop - start


@pytest.mark.parametrize("count", [65_534, 65_535, 65_536])
def test_more_entries_than_the_old_format_counts(count: int) -> None:
    layout = Layout([Entry(f"{n}.jpg", 0, 0, SUMMER) for n in range(count)])
    data = contents(layout, [b""] * count)
    assert len(data) == layout.length
    assert (b"PK\6\6" in data[-200:]) == (count >= 65_535)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert len(archive.infolist()) == count


def test_small_archives_need_no_newer_reader() -> None:
    layout, files = plan({"IMG_1.jpg": b"photo"})
    data = contents(layout, files)
    assert b"PK\6\6" not in data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        (info,) = archive.infolist()
    assert (info.extract_version, info.create_version, info.create_system) == (20, 20, 3)
    assert info.external_attr >> 16 == 0o100644
    assert info.flag_bits == 1 << 11


@given(st.integers(-(2**40), 2**40), st.integers(-50_400, 50_400))
def test_any_date_gives_an_archive(modified: int, offset: int) -> None:
    layout = Layout([Entry("a.jpg", 0, 0, modified, offset)])
    with zipfile.ZipFile(io.BytesIO(contents(layout, [b""]))) as archive:
        (info,) = archive.infolist()
    assert 1980 <= info.date_time[0] <= 2107


def test_the_dos_date_is_the_wall_clock_where_the_photo_was_taken() -> None:
    layout = Layout([Entry("a.jpg", 0, 0, SUMMER, 7200)])
    with zipfile.ZipFile(io.BytesIO(contents(layout, [b""]))) as archive:
        assert archive.infolist()[0].date_time == (2024, 7, 12, 12, 30, 0)


def test_equal_plans_give_equal_bytes_and_tags_and_others_do_not() -> None:
    one, files = plan({"a.jpg": b"1", "b.jpg": b"2"})
    same, _ = plan({"a.jpg": b"1", "b.jpg": b"2"})
    assert (one.etag, contents(one, files)) == (same.etag, contents(same, files))
    others = [
        plan({"a.jpg": b"1", "b.jpg": b"3"}),
        plan({"a.jpg": b"1", "c.jpg": b"2"}),
        plan({"a.jpg": b"1", "b.jpg": b"2"}, SUMMER + 1),
    ]
    assert len({one.etag, *(layout.etag for layout, _ in others)}) == 4


def test_a_note_of_the_plans_own_is_an_entry_like_any_other() -> None:
    note = Entry.literal("MISSING.txt", b"one file is gone", SUMMER)
    layout = Layout([Entry("a.jpg", 3, zlib.crc32(b"abc"), SUMMER), note])
    with zipfile.ZipFile(io.BytesIO(contents(layout, [b"abc"]))) as archive:
        assert archive.testzip() is None
        assert archive.read("MISSING.txt") == b"one file is gone"


def test_twenty_thousand_files_are_laid_out_at_once() -> None:
    entries = [Entry(f"IMG_{n:05}.jpg", 3_700_000, n, SUMMER + n) for n in range(20_000)]
    started = time.perf_counter()
    layout = Layout(entries)
    middle = layout.length // 2
    first = next(layout.segments(middle, middle + 10))
    assert time.perf_counter() - started < 0.5  # 0.03 s on an idle machine
    assert isinstance(first, FileSlice)
    assert first.index == pytest.approx(10_000, abs=10)


TREE = {
    "IMG_1.jpg": b"photo " * 1000,
    "Bäume (2).jpg": b"trees",
    "写真.heic": b"kanji",
    "leer.txt": b"",
}


@pytest.mark.parametrize(
    ("tool", "arguments"), [("unzip", ["-tqq"]), ("bsdtar", ["-tf"]), ("7z", ["t"])]
)
def test_other_programs_accept_it(
    tmp_path: Path, program: Callable[[str], str], tool: str, arguments: list[str]
) -> None:
    layout, files = plan(TREE)
    path = tmp_path / "summer.zip"
    path.write_bytes(contents(layout, files))
    found = [program(tool), *arguments, str(path)]
    assert subprocess.run(found, check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
        datetime(1975, 6, 1, 12, 0, 1, tzinfo=UTC),
        datetime(2024, 7, 12, 10, 30, 1, tzinfo=UTC),
        datetime(2038, 1, 19, 3, 14, 7, tzinfo=UTC),
    ],
)
@pytest.mark.parametrize("tool", ["unzip", "bsdtar"])
def test_unpacked_files_have_their_dates(
    tmp_path: Path, program: Callable[[str], str], tool: str, moment: datetime
) -> None:
    layout, files = plan({"a.jpg": b"old"}, int(moment.timestamp()))
    (tmp_path / "a.zip").write_bytes(contents(layout, files))
    commands = {"unzip": ["-q", "a.zip"], "bsdtar": ["-xf", "a.zip"]}
    subprocess.run([program(tool), *commands[tool]], check=True, cwd=tmp_path)
    assert (tmp_path / "a.jpg").stat().st_mtime == moment.timestamp()


@pytest.mark.parametrize("year", [1890, 1932, 1969, 2040])
def test_dates_beyond_the_short_field_are_told_as_windows_tells_them(year: int) -> None:
    moment = datetime(year, 5, 1, 12, tzinfo=UTC)
    layout, files = plan({"a.jpg": b"old"}, int(moment.timestamp()))
    with zipfile.ZipFile(io.BytesIO(contents(layout, files))) as archive:
        (info,) = archive.infolist()
    tag, size, _, attribute, length, changed, *_ = struct.unpack("<2HL2H3Q", info.extra)
    assert (tag, size, attribute, length) == (10, 32, 1, 24)
    assert changed / 10**7 == (moment - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()
    assert info.date_time[:3] == ((year, 5, 1) if year > 1980 else (1980, 1, 1))


@pytest.mark.parametrize("tool", ["unzip", "bsdtar"])
def test_an_old_photo_never_comes_out_of_the_future(
    tmp_path: Path, program: Callable[[str], str], tool: str
) -> None:
    layout, files = plan({"a.jpg": b"old"}, -1_188_734_400)  # 1932
    (tmp_path / "a.zip").write_bytes(contents(layout, files))
    commands = {"unzip": ["-q", "a.zip"], "bsdtar": ["-xf", "a.zip"]}
    subprocess.run([program(tool), *commands[tool]], check=True, cwd=tmp_path)
    assert datetime.fromtimestamp((tmp_path / "a.jpg").stat().st_mtime, UTC).year in (1979, 1980)
