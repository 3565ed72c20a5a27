"""A still that holds its moving half in its own file: found, cut out, and cleaned."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.library.content.motion import find_motion
from portal.library.content.reading import read_content
from portal.library.content.rendering import render
from portal.library.interface import ContentUnreadable
from portal.library.types import AssetKind, Rendition
from tests.content.motions import WAYS, with_box, with_directory, with_offset

Probe = Callable[[Path], dict[str, Any]]


@pytest.fixture
def still(picture: Callable[..., Path]) -> bytes:
    return picture("still.jpg").read_bytes()


@pytest.fixture
def video(film: Callable[..., Path]) -> bytes:
    place = {"location": "+47.5000+008.2500/", "title": "Our secret garden"}
    return film("video.mp4", tags=place, sound="aac").read_bytes()


def moving_half(path: Path) -> Path:
    content = read_content(path)
    target = path.with_name("moving.mp4")
    render(path, content.kind, content.media_type, {Rendition.MOTION: target})
    return target


@pytest.mark.parametrize("way", WAYS)
def test_the_video_is_found_and_comes_out_clean(
    tmp_path: Path, still: bytes, video: bytes, way: str, ffprobe: Probe
) -> None:
    path = tmp_path / "motion.jpg"
    path.write_bytes(WAYS[way](still, video))
    content = read_content(path)
    assert content.has_motion
    assert (content.kind, content.width, content.height) == (AssetKind.IMAGE, 120, 90)
    moving = moving_half(path)
    told = ffprobe(moving)
    assert [stream["codec_type"] for stream in told["streams"]] == ["video", "audio"]
    assert float(told["format"]["duration"]) == pytest.approx(1, abs=0.1)
    assert b"secret" not in moving.read_bytes()
    assert b"+47" not in moving.read_bytes()


def test_samsungs_box_in_heic_is_found(
    tmp_path: Path, picture: Callable[..., Path], video: bytes, ffprobe: Probe
) -> None:
    path = tmp_path / "motion.heic"
    path.write_bytes(with_box(picture("still.heic").read_bytes(), video))
    assert read_content(path).has_motion
    assert ffprobe(moving_half(path))["streams"][0]["width"] == 160


def test_a_real_one_plays(samples: Path, tmp_path: Path, ffprobe: Probe) -> None:
    path = tmp_path / "motion.heic"
    path.write_bytes((samples / "formats/samsung-one-ui-6.heic").read_bytes())
    content = read_content(path)
    assert content.has_motion
    assert (content.width, content.height) == (3000, 4000)
    told = ffprobe(moving_half(path))
    assert told["streams"][0]["codec_name"] == "hevc"
    assert told["streams"][0]["codec_tag_string"] == "hvc1"
    assert [stream["codec_type"] for stream in told["streams"]] == ["video", "audio"]


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.heic", "a.gif", "a.tif"])
def test_other_stills_do_not_move(picture: Callable[..., Path], name: str, tmp_path: Path) -> None:
    path = picture(name)
    assert not read_content(path).has_motion
    with pytest.raises(ContentUnreadable, match="no moving picture"):
        moving_half(path)
    assert not (tmp_path / "moving.mp4").exists()


def test_one_that_lost_its_video_in_an_editor_is_a_plain_photo(
    tmp_path: Path, still: bytes, video: bytes
) -> None:
    for whole in (with_directory(still, video), with_offset(still, video)):
        path = tmp_path / "edited.jpg"
        path.write_bytes(whole[: -len(video)])
        assert not read_content(path).has_motion


@pytest.mark.parametrize("way", WAYS)
@settings(deadline=None)
@given(data=st.data())
def test_no_damage_upsets_the_search(way: str, data: st.DataObject) -> None:
    video = b"\0\0\0\x10ftypmp42\0\0\0\0\0\0\0\x08moov"
    whole = bytearray(WAYS[way](b"\xff\xd8\xff\xd9", video))
    assert find_motion(bytes(whole), bytes(whole))
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=12)):
        whole[at] = data.draw(st.integers(0, 255))
    found = find_motion(bytes(whole), bytes(whole))
    assert found is None or found.offset + found.length <= len(whole)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_rubbish_upsets_the_search(data: bytes, xmp: bytes) -> None:
    for start, end in ((b"", b""), (b"\0\0\0\x08ftyp", b""), (b"", b"SEFT"), (b"SEFH", b"SEFT")):
        whole = start + data + end
        found = find_motion(whole, b"MotionPhoto MicroVideoOffset" + xmp)
        assert found is None or found.offset + found.length <= len(whole)
