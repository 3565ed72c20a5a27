"""A cleaned video plays the same and tells nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.library.content.reading import read_content
from portal.library.content.rendering import render
from portal.library.content.sei import without_message_arrays, without_messages
from portal.library.interface import ContentUnreadable
from portal.library.types import Rendition

SECRETS = {
    "title": "Secret title",
    "comment": "Secret comment",
    "com.apple.quicktime.location.ISO6709": "+48.8577+002.2950/",
    "com.apple.quicktime.make": "Secretmaker",
    "com.apple.quicktime.creationdate": "2024-05-01T10:00:00+0200",
    "creation_time": "2024-05-01T08:00:00Z",
}
NEUTRAL_HANDLERS = {"VideoHandler", "SoundHandler"}


def cleaned(source: Path) -> Path:
    content = read_content(source)
    target = source.with_name("clean") / "a.mp4"
    render(source, content.kind, content.media_type, {Rendition.CLEAN: target})
    assert list(target.parent.iterdir()) == [target]
    return target


@pytest.mark.parametrize("name", ["a.mov", "a.mp4"])
def test_no_metadata_survives(
    film: Callable[..., Path],
    exiftool: Callable[[Path], dict[str, Any]],
    ffprobe: Callable[[Path], dict[str, Any]],
    name: str,
) -> None:
    target = cleaned(film(name, tags=SECRETS, sound="aac", rotation=90))
    data = target.read_bytes()
    assert b"ecret" not in data
    assert b"Lavf" not in data
    told = exiftool(target)
    assert not [tag for tag in told if "GPS" in tag or "Location" in tag or "Make" in tag]
    dates = [
        value for tag, value in told.items() if "Date" in tag and not tag.startswith("System:")
    ]
    assert set(dates) == {"0000:00:00 00:00:00"}
    handlers = {value for tag, value in told.items() if tag.endswith("HandlerDescription")}
    assert handlers == NEUTRAL_HANDLERS
    streams = ffprobe(target)["streams"]
    assert [stream["codec_type"] for stream in streams] == ["video", "audio"]
    assert set(ffprobe(target)["format"]["tags"]) == {
        "major_brand",
        "minor_version",
        "compatible_brands",
    }


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_messages_among_the_pictures_are_left_out(film: Callable[..., Path], codec: str) -> None:
    """Both encoders write their settings where camcorders write dates and places."""
    import av

    source = film("a.mov", codec=codec)
    assert b" - H.26" in source.read_bytes()
    target = cleaned(source)
    assert b" - H.26" not in target.read_bytes()
    with av.open(str(source)) as before, av.open(str(target)) as after:
        for one, two in zip(before.decode(video=0), after.decode(video=0), strict=True):
            assert np.array_equal(one.to_ndarray(), two.to_ndarray())
            assert one.time == two.time


def test_other_messages_stay() -> None:
    user_data = b"\x06\x05\x12" + b"\x11" * 18 + b"\x80"
    recovery = b"\x06\x06\x01\xc4\x80"
    both = b"\x06\x06\x01\xc4\x05\x12" + b"\x11" * 18 + b"\x80"
    picture = b"\x65" + bytes(range(1, 40))

    def packet(*units: bytes) -> bytes:
        return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)

    assert without_messages(packet(user_data, picture), "h264", 4) == packet(picture)
    assert without_messages(packet(both, picture), "h264", 4) == packet(recovery, picture)
    assert without_messages(packet(recovery, picture), "h264", 4) == packet(recovery, picture)


@given(st.binary(max_size=80), st.sampled_from(["h264", "hevc", "vp9"]))
def test_no_packet_upsets_the_cleaning(packet: bytes, codec: str) -> None:
    assert len(without_messages(packet, codec, 4)) <= len(packet) + 20


@given(st.binary(max_size=120))
def test_no_header_upsets_the_cleaning(extradata: bytes) -> None:
    assert len(without_message_arrays(extradata)) <= len(extradata) + 23


def test_pictures_sound_and_rotation_stay_as_they_are(film: Callable[..., Path]) -> None:
    import av

    source = film("a.mov", sound="aac", rotation=90)
    target = cleaned(source)
    assert (read_content(target).width, read_content(target).height) == (120, 160)
    with av.open(str(source)) as before, av.open(str(target)) as after:
        for kind in ("video", "audio"):
            one = [bytes(packet) for packet in before.demux(**{kind: 0}) if packet.size]
            two = [bytes(packet) for packet in after.demux(**{kind: 0}) if packet.size]
            assert one[1:] == two[1:]  # the first carries the encoder's message
            before.seek(0)
            after.seek(0)


def test_the_index_comes_first(film: Callable[..., Path]) -> None:
    data = cleaned(film("a.mov")).read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_apples_name_for_hevc_is_kept(film: Callable[..., Path]) -> None:
    import av

    source = film("a.mov", codec="libx265")
    data = source.read_bytes().replace(b"hev1", b"hvc1")
    source.write_bytes(data)
    with av.open(str(cleaned(source))) as container:
        assert container.streams.video[0].codec_context.codec_tag == "hvc1"


def test_webm_with_vp9_fits_into_mp4(film: Callable[..., Path]) -> None:
    target = cleaned(film("a.webm", codec="libvpx-vp9", sound="libopus"))
    assert read_content(target).media_type == "video/mp4"


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [("a.mov", "prores_ks", "yuv422p10le"), ("a.webm", "libvpx", "yuv420p")],
)
def test_what_mp4_cannot_hold_is_refused_in_words(
    film: Callable[..., Path], name: str, codec: str, pix_fmt: str
) -> None:
    source = film(name, codec=codec, pix_fmt=pix_fmt)
    with pytest.raises(ContentUnreadable, match="MP4 cannot hold"):
        cleaned(source)
    assert list(source.with_name("clean").iterdir()) == []
