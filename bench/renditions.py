"""How fast photos are read and rendered, beside what Pillow alone would take.

Run with ``python bench/renditions.py [pictures]``. It paints its own twelve-megapixel JPEGs in a
temporary folder; the ratios of one run hold on any machine, the times only on this one.
"""

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from portal.library.content.reading import read_content
from portal.library.content.rendering import render, write_atomically, write_whole
from portal.library.types import AssetKind, Rendition

WORKERS = 2
SIZE = (4032, 3024)
BACKGROUND = (Rendition.THUMBNAIL, Rendition.THUMBNAIL_2X, Rendition.PREVIEW)


def paint(path: Path, seed: int) -> None:
    """A picture as rich in detail as a photo: about 4 MB, with the EXIF of a camera."""
    random = np.random.default_rng(seed)
    width, height = SIZE
    total = np.zeros((height, width, 3), np.float32)
    for cells, strength in ((8, 90), (64, 40), (500, 22), (2000, 12)):
        small = random.random((cells * 3 // 4, cells, 3), np.float32) * 255
        layer = Image.fromarray(small.astype(np.uint8)).resize(SIZE, Image.Resampling.BICUBIC)
        total += np.asarray(layer, np.float32) / 255 * strength
    total += random.random((height, width, 1), np.float32) * 10
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2024:05:06 07:08:09"
    Image.fromarray(np.clip(total * 1.4, 0, 255).astype(np.uint8)).save(path, quality=92, exif=exif)


def ours(source: Path) -> None:
    """As a first look does it: read, and draw from the same decode."""
    for which, encoded in read_content(source, BACKGROUND).pictures.items():
        target = source.with_name(f"{source.stem}.{which}")
        write_atomically(target, partial(write_whole, encoded))


def only_reading(source: Path) -> None:
    read_content(source)


def only_rendering(source: Path) -> None:
    targets = {which: source.with_name(f"{source.stem}.{which}") for which in BACKGROUND}
    render(source, AssetKind.IMAGE, "image/jpeg", targets)


def pillow(source: Path) -> None:
    """The same three pictures by Pillow at its best: draft mode, one decode for all."""
    with Image.open(source) as image:
        image.draft("RGB", (1440, 1440))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((1440, 1440))
        upright.save(source.with_suffix(".preview"), "JPEG", quality=80)
        for short in (500, 250):
            upright.thumbnail((short * 4 // 3, short * 4 // 3))
            upright.save(BytesIO(), "WEBP", quality=77, method=2)


class Pace(NamedTuple):
    a_second: float
    processor_ms: float  # per picture, over all threads: what a busy machine does not blur


def pace(work: Callable[[Path], None], sources: list[Path]) -> Pace:
    with ThreadPoolExecutor(WORKERS) as pool:
        started, spent = time.perf_counter(), time.process_time()
        list(pool.map(work, sources))
        seconds, busy = time.perf_counter() - started, time.process_time() - spent
    return Pace(len(sources) / seconds, busy / len(sources) * 1000)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 24
    with TemporaryDirectory() as folder:
        sources = [Path(folder, f"{number}.jpg") for number in range(count)]
        for number, path in enumerate(sources):
            if number < 4:
                paint(path, number)
            else:
                path.write_bytes(sources[number % 4].read_bytes())
        megabytes = sum(path.stat().st_size for path in sources) / count / 1e6
        print(f"{count} JPEGs of {SIZE[0]} x {SIZE[1]}, {megabytes:.1f} MB each, {WORKERS} threads")
        ours(sources[0])  # libraries load on first use
        rows = [
            ("read, with pictures", ours),
            ("read only", only_reading),
            ("render only", only_rendering),
            ("Pillow, render only", pillow),
        ]
        paces = {name: pace(work, sources) for name, work in rows}
        for name, one in paces.items():
            print(f"{name:22}{one.a_second:7.1f} pictures/s{one.processor_ms:7.0f} ms of processor")
        ratio = paces["Pillow, render only"].processor_ms / paces["render only"].processor_ms
        print(f"rendering is {ratio:.2f} times as fast as Pillow")


if __name__ == "__main__":
    main()
