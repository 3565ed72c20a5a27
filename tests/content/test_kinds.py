"""Content decides what a file is, whatever its name says."""

import io
import os
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from portal.library.content.formats import recognize
from portal.library.content.reading import SUFFIXES, ContentChanged, read_content
from portal.library.interface import ContentUnreadable
from portal.library.types import AssetKind
from tests.content.conftest import gradient, noisy

STILLS = {
    "a.jpg": "image/jpeg",
    "a.png": "image/png",
    "a.webp": "image/webp",
    "a.gif": "image/gif",
    "a.tif": "image/tiff",
    "a.avif": "image/avif",
    "a.heic": "image/heic",
}


@pytest.mark.parametrize(("name", "media_type"), STILLS.items())
def test_each_kind_of_still_is_known_by_its_content(
    picture: Callable[..., Path], name: str, media_type: str
) -> None:
    path = picture(name)
    assert path.suffix in SUFFIXES
    content = read_content(path.rename(path.with_name("wrong.mp4")))
    assert (content.kind, content.media_type) == (AssetKind.IMAGE, media_type)
    assert (content.width, content.height) == (120, 90)
    assert 15 <= len(content.thumbhash) <= 25
    assert content.duration is None


@pytest.mark.parametrize(
    ("name", "options", "media_type"),
    [
        ("a.mp4", {"sound": "aac"}, "video/mp4"),
        ("a.mov", {"codec": "libx265"}, "video/quicktime"),
        ("a.m4v", {"container": "ipod"}, "video/x-m4v"),
        ("a.3gp", {"codec": "mpeg4"}, "video/3gpp"),
        ("a.webm", {"codec": "libvpx"}, "video/webm"),
        ("a.mkv", {}, "video/x-matroska"),
    ],
)
def test_each_kind_of_video_is_known_by_its_content(
    film: Callable[..., Path], name: str, options: dict[str, str], media_type: str
) -> None:
    content = read_content(film(name, **options))
    assert (content.kind, content.media_type) == (AssetKind.VIDEO, media_type)
    assert (content.width, content.height) == (160, 120)
    assert content.duration is not None
    assert content.duration.total_seconds() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf <!doctype html><title>Sign in</title>", "web page"),
        (bytes(10_000), "only zeros"),
        (b"PK\x03\x04" + bytes(range(200)), "not a photo or video"),
        (b"\xff\xd8\xff\xe0 nothing more", "cut off"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (b"\x00\x00\x00\x18ftypM4A \x00\x00\x02\x00isomiso2", "not supported"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x02\x00isomiso2", "damaged"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "damaged"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "fake.jpg"
    path.write_bytes(data)
    with pytest.raises(ContentUnreadable, match=words):
        read_content(path)


@given(st.binary(max_size=300))
def test_no_beginning_of_a_file_upsets_the_reader(head: bytes) -> None:
    with suppress(ContentUnreadable):
        assert recognize(head).media_type


@pytest.mark.parametrize("name", [*STILLS, "p.jpg"])
@pytest.mark.parametrize("share", [0.35, 0.7, 0.97])
def test_a_still_that_was_cut_off_is_refused(
    picture: Callable[..., Path], name: str, share: float
) -> None:
    path = (
        picture(name, (400, 300), progressive=True)
        if name == "p.jpg"
        else picture(name, (400, 300))
    )
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ContentUnreadable):
        read_content(path)


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.webm"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_video_that_was_cut_off_is_refused(
    film: Callable[..., Path], name: str, share: float
) -> None:
    path = film(
        name, frames=[noisy(64, 48)] * 12, codec="libvpx" if name == "a.webm" else "libx264"
    )
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ContentUnreadable):
        read_content(path)


@pytest.mark.parametrize("name", ["a.jpg", "p.jpg", "a.png", "a.gif", "a.avif", "a.tif"])
def test_flipped_bits_are_found_where_a_decode_shows_them(tmp_path: Path, name: str) -> None:
    options: dict[str, dict[str, Any]] = {
        "a.tif": {"compression": "tiff_adobe_deflate"},
        "p.jpg": {"progressive": True},
    }
    path = tmp_path / name
    Image.fromarray(noisy(300, 200)).save(path, **options.get(name, {}))
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    for at in range(middle, middle + 600):
        data[at] ^= 0x5A
    path.write_bytes(data)
    with pytest.raises(ContentUnreadable, match="damaged"):
        read_content(path)


def test_stray_bytes_before_the_end_of_a_jpeg_are_forgiven(picture: Callable[..., Path]) -> None:
    path = picture("a.jpg")
    data = path.read_bytes()
    path.write_bytes(data[:-2] + b"\x00\x00\x00" + data[-2:] + b"trailing camera data")
    assert read_content(path).width == 120


def test_links_and_pipes_are_not_followed(picture: Callable[..., Path], tmp_path: Path) -> None:
    link = tmp_path / "link.jpg"
    link.symlink_to(picture("a.jpg"))
    with pytest.raises(OSError, match="symbolic link"):
        read_content(link)
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(ContentUnreadable, match="regular file"):
        read_content(tmp_path / "pipe.jpg")


def test_a_file_that_grows_while_it_is_read_is_not_taken(
    picture: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.library.content import formats, reading

    path = picture("a.jpg")
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    look = formats.recognize

    def recognize_while_a_camera_writes(head: bytes) -> object:
        path.write_bytes(whole)
        return look(head)

    monkeypatch.setattr(reading, "recognize", recognize_while_a_camera_writes)
    with pytest.raises(ContentChanged, match="still being written"):
        read_content(path)


def test_more_pixels_than_memory_are_refused(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", crc)

    header = struct.pack(">LLBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    path = tmp_path / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    with pytest.raises(ContentUnreadable, match="too many pixels"):
        read_content(path)


def test_checksums_and_size_are_those_of_the_file(
    picture: Callable[..., Path], film: Callable[..., Path]
) -> None:
    for path in (picture("a.png"), film("a.mp4")):
        data, content = path.read_bytes(), read_content(path)
        assert content.sha1 == sha1(data, usedforsecurity=False).digest()
        assert content.crc32 == zlib.crc32(data)
        assert (content.size, content.mtime_ns) == (len(data), path.stat().st_mtime_ns)


def test_animations_and_single_pixels_are_pictures(tmp_path: Path) -> None:
    frames = [Image.fromarray(gradient(40, 30)), Image.fromarray(noisy(40, 30))]
    for name in ("moving.gif", "moving.webp"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
        assert read_content(tmp_path / name).height == 30
    tiny = io.BytesIO()
    Image.new("RGB", (1, 1), "red").save(tiny, "PNG")
    (tmp_path / "dot.png").write_bytes(tiny.getvalue())
    assert read_content(tmp_path / "dot.png").width == 1
