"""Photos and videos made on the spot, each with content of its own."""

import itertools
import os
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from portal.library.content.sample.labels import apple_note

_seeds = itertools.count(1)
EXIF_IFD = 0x8769


def write_photo(
    path: Path,
    *,
    taken: str = "",
    size: tuple[int, int] = (48, 32),
    content_id: str = "",
    seed: int | None = None,
) -> Path:
    """Write a small picture, taken ``2024-07-01 10:00:00``; without a seed like no other."""
    noise = np.random.default_rng([seed or 0, 0 if seed else next(_seeds)]).bytes(4 * 3 * 3)
    small = Image.frombytes("RGB", (4, 3), noise)
    exif = Image.Exif()
    if taken:
        exif.get_ifd(EXIF_IFD)[0x9003] = taken.replace("-", ":")
    if content_id:
        exif.get_ifd(EXIF_IFD)[0x927C] = apple_note(content_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    kinds = {".png": "PNG", ".webp": "WEBP", ".gif": "GIF"}
    kind = kinds.get(path.suffix.lower(), "JPEG")
    extra = {} if kind == "GIF" else {"exif": exif}
    with path.open("wb") as file:
        small.resize(size).save(file, kind, **extra)
    return path


def write_video(path: Path, *, seconds: float = 1.0, content_id: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(next(_seeds))
    marks = {"com.apple.quicktime.content.identifier": content_id} if content_id else {}
    options = {"movflags": "use_metadata_tags"} if content_id else {}
    with av.open(str(path), "w", format="mov", options=options) as output:
        output.metadata.update(marks)
        stream = output.add_stream("mpeg4", rate=Fraction(4))
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(max(1, round(seconds * 4))):
            pixels = random.integers(0, 255, (48, 64, 3), dtype=np.uint8)
            output.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        output.mux(stream.encode())
    return path


def age(path: Path, seconds: float = 3600) -> None:
    """Set a file's time back, as that of a file copied with its time is."""
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns - round(seconds * 1e9)))
