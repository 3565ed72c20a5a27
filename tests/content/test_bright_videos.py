"""Videos of high dynamic range have posters in the colours and the light they were made in."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from portal.library.content.hdr import HLG, PQ, to_sdr
from portal.library.content.rendering import render
from portal.library.types import AssetKind, Rendition

PATCHES = [(128, 128, 128), (140, 60, 60), (60, 140, 60), (60, 60, 140)]
TO_BT2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])


def signal_of(srgb: Any, transfer: int) -> Any:
    """The 16-bit signal of colours on a white page of 203 candela per square metre."""
    light = ((np.asarray(srgb) / 255 + 0.055) / 1.055) ** 2.4 @ TO_BT2020.T * 203
    if transfer == PQ:
        power = (light / 10000) ** 0.1593017578125
        signal = ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    else:
        luminance = (light @ [0.2627, 0.6780, 0.0593] / 1000)[..., None]
        scene = light / 1000 * luminance ** (-0.2 / 1.2)
        bent = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
        signal = np.where(scene <= 1 / 12, np.sqrt(3 * scene), bent)
    return np.round(signal * 65535).astype(np.uint16)


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_a_poster_shows_what_was_filmed(tmp_path: Path, transfer: int) -> None:
    scene = np.repeat(np.array(PATCHES), 40, 0)[None].repeat(120, 0)
    path, target = tmp_path / "a.mp4", tmp_path / "a.jpg"
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p10le"
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace = 9, transfer, 9
        frame = av.VideoFrame.from_ndarray(signal_of(scene, transfer), format="rgb48le")
        output.mux(stream.encode(frame.reformat(format="yuv420p10le", dst_colorspace=9)))
        output.mux(stream.encode())
    render(path, AssetKind.VIDEO, "video/mp4", {Rendition.PREVIEW: target})
    with Image.open(target) as poster:
        seen = [poster.getpixel((20 + 40 * number, 60)) for number in range(4)]
    for found, filmed in zip(seen, PATCHES, strict=True):
        assert found == pytest.approx(filmed, abs=14)


def test_lights_brighter_than_white_are_pressed_together_and_stay_in_order() -> None:
    steps = np.linspace(0, 65535, 40).astype(np.uint16)
    greys = to_sdr(np.repeat(steps[None, :, None], 3, 2), PQ)[0, :, 0].astype(int)
    assert (np.diff(greys) >= 0).all()
    assert (greys[0], greys[-1]) == (0, 255)
    assert len(set(greys.tolist())) > 20
