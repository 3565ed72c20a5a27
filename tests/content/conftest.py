"""Makes files of every kind, so that the suite needs no camera."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]


def gradient(width: int, height: int) -> Pixels:
    """Red grows to the right, green downwards: every corner tells which one it is."""
    x, y = np.meshgrid(np.linspace(10, 245, width), np.linspace(10, 245, height))
    return np.stack([x, y, 255 - x], -1).astype(np.uint8)


def noisy(width: int, height: int) -> Pixels:
    return np.random.default_rng(5).integers(0, 256, (height, width, 3)).astype(np.uint8)


@pytest.fixture
def picture(tmp_path: Path) -> Callable[..., Path]:
    """Save a gradient under a name, in the format of its suffix or the one that is given."""
    import pillow_heif

    pillow_heif.register_heif_opener()

    def save(
        name: str, size: tuple[int, int] = (120, 90), mode: str = "RGB", **options: Any
    ) -> Path:
        path = tmp_path / name
        image = Image.fromarray(gradient(*size)).convert(mode)
        image.save(path, options.pop("format", None), **options)
        return path

    return save


@pytest.fixture
def film(tmp_path: Path) -> Callable[..., Path]:
    """Encode frames (24 a gradient by default) under a name, with metadata and perhaps sound."""

    def save(name: str, **options: Any) -> Path:
        return save_film(tmp_path / name, **options)

    return save


def save_film(
    path: Path,
    *,
    codec: str = "libx264",
    container: str | None = None,
    frames: list[Pixels] | None = None,
    pix_fmt: str = "yuv420p",
    tags: dict[str, str] | None = None,
    sound: str = "",
    rotation: int = 0,
) -> Path:
    import av

    frames = frames or [gradient(160, 120)] * 24
    options = {"movflags": "+use_metadata_tags"}
    with av.open(str(path), "w", format=container, options=options) as output:
        output.metadata.update(tags or {})
        stream: Any = output.add_stream(codec, rate=24)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pix_fmt
        stream.metadata["handler_name"] = "Secret handler"
        if rotation:
            stream.set_display_rotation(rotation)
        audio: Any = output.add_stream(sound, rate=48000) if sound else None
        for pixels in frames:
            output.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        output.mux(stream.encode())
        if audio:
            _add_silence(output, audio)
    return path


def _add_silence(output: Any, audio: Any) -> None:
    import av

    kind = audio.codec_context.format
    for number in range(20):
        samples = np.zeros((1, 960), np.float32 if "flt" in kind.name else np.int16)
        frame = av.AudioFrame.from_ndarray(samples, format=kind.name, layout="mono")
        frame.sample_rate, frame.pts = 48000, number * 960
        output.mux(audio.encode(frame))
    output.mux(audio.encode())


@pytest.fixture
def exiftool() -> Callable[[Path], dict[str, Any]]:
    if not shutil.which("exiftool"):
        pytest.skip("exiftool is not installed")

    def read(path: Path) -> dict[str, Any]:
        command = ["exiftool", "-j", "-n", "-G1", "-a", "-u", "-ee", str(path)]
        answer = subprocess.run(command, capture_output=True, check=False)
        return dict(json.loads(answer.stdout)[0])

    return read


@pytest.fixture
def ffprobe() -> Callable[[Path], dict[str, Any]]:
    if not shutil.which("ffprobe"):
        pytest.skip("ffprobe is not installed")

    def read(path: Path) -> dict[str, Any]:
        command = ["ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_format"]
        answer = subprocess.run([*command, str(path)], capture_output=True, check=True)
        return dict(json.loads(answer.stdout))

    return read
