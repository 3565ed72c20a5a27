import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from portal.fake_immich.contents import PIECE, InMemory, Made
from portal.fake_immich.painting import film, pictures

_MANY = 3 * PIECE


def _made(note: bytes = b"asset 1", least: int = 0) -> Made:
    return Made(pictures()[0].base, note, least)


def _whole(contents: Made | InMemory) -> bytes:
    return b"".join(contents.pieces(0, contents.size))


@pytest.mark.parametrize("least", [0, 200_000, 4_000_000])
def test_a_made_picture_is_whole_and_sums_up(least: int) -> None:
    contents = _made(least=least)
    data = _whole(contents)

    assert len(data) == contents.size >= least * 0.9
    assert hashlib.sha1(data, usedforsecurity=False).digest() == contents.sha1()
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert image.size == (480, 320)


def test_no_two_files_are_the_same() -> None:
    sums = {_made(f"asset {number}".encode(), 200_000).sha1() for number in range(500)}
    assert len(sums) == 500


def test_a_large_film_costs_no_memory_and_still_opens() -> None:
    import av

    contents = Made(film("mp4").base, b"asset 2", 64 * 2**20)
    data = _whole(contents)
    assert abs(len(data) - 64 * 2**20) < 64
    assert hashlib.sha1(data, usedforsecurity=False).digest() == contents.sha1()
    with av.open(io.BytesIO(data)) as opened:
        assert opened.streams.video[0].frames == 12


@given(start=st.integers(0, _MANY), length=st.integers(0, _MANY))
def test_any_part_is_the_same_as_of_the_whole(start: int, length: int) -> None:
    contents = _made(least=_MANY)
    end = min(contents.size, start + length)
    pieces = list(contents.pieces(start, end))

    assert b"".join(pieces) == _whole(contents)[start:end]
    assert all(0 < len(piece) <= PIECE for piece in pieces)
