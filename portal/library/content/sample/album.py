"""The sample album, day by day."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from portal.library.content.sample import desert, scenes
from portal.library.content.sample.labels import Camera, Label

LIVE_ID = "5F1C3A8E-7B42-4C19-9E0D-2A6B84F0C7D1"
SUMMER = timedelta(hours=2)
MOROCCO = timedelta(hours=1)
PHONE = Camera("Apple", "iPhone 15", "iPhone 15 back camera 5.96mm f/1.6", 1.6, 5.96)
WIDE = Camera("NIKON CORPORATION", "NIKON Z 6_2", "NIKKOR Z 24-70mm f/4 S", 8.0, 28.0)
TELE = Camera("FUJIFILM", "X-T5", "XF70-300mmF4-5.6 R LM OIS WR", 7.1, 180.0)


class Picture(NamedTuple):
    filename: str
    paint: Callable[[tuple[int, int]], NDArray[np.uint8]]
    size: tuple[int, int]
    label: Label


def _at(day: int, hour: int, minute: int) -> datetime:
    return datetime(2025, 6, day, hour, minute, 12)  # noqa: DTZ001 - wall-clock time, as EXIF has it


LIVE = Picture(
    "Dawn over the lake.jpg",
    scenes.lake_at_dawn,
    (1920, 1280),
    Label(
        _at(20, 5, 26),
        SUMMER,
        PHONE,
        (1, 60),
        125,
        (46.3683, 14.0946),
        "Not a breath of wind",
        LIVE_ID,
    ),
)
PICTURES = [
    LIVE,
    Picture(
        "First light.jpg", scenes.peak_above_pines, (1280, 1920),
        Label(_at(20, 7, 2), SUMMER, WIDE, (1, 200), 100, (46.4342, 13.8086), "The north face, an hour after sunrise"),
    ),
    Picture(
        "Seven ridges.jpg", scenes.blue_ridges, (1920, 1200),
        Label(_at(20, 9, 47), SUMMER, TELE, (1, 640), 160, (46.3789, 13.8367), "Counted from the hut: seven ridges, then the sea"),
    ),
    Picture(
        "In bloom.jpg", scenes.meadow, (1760, 1320),
        Label(_at(20, 13, 15), SUMMER, WIDE, (1, 500), 100, (46.2911, 13.8872), "The whole slope was in flower"),
    ),
    Picture(
        "Evening, from the terrace.jpg", scenes.evening_panorama, (2700, 900),
        Label(_at(20, 20, 51), SUMMER, PHONE, (1, 90), 200, (45.5283, 13.5681), "Nine frames, stitched"),
    ),
    Picture(
        "High noon.jpg", scenes.sea_at_noon, (1920, 1280),
        Label(_at(21, 12, 4), SUMMER, PHONE, (1, 4000), 50, (45.1347, 13.6019), "Too hot to walk, so we swam"),
    ),
    Picture(
        "Golden hour.jpg", scenes.golden_hills, (1920, 1080),
        Label(_at(21, 19, 38), SUMMER, TELE, (1, 320), 200, (45.3903, 13.8553), "Wine country"),
    ),
    Picture(
        "Moonrise.jpg", scenes.moon_over_bay, (1440, 1440),
        Label(_at(21, 22, 17), SUMMER, WIDE, (2, 1), 800, (45.4953, 13.5161), "Two seconds, on a wall"),
    ),
    Picture(
        "Milky way.jpg", scenes.night_sky, (1200, 1800),
        Label(_at(21, 23, 58), SUMMER, WIDE, (15, 1), 3200, (45.4786, 13.9897), "Fifteen seconds and no lamp for miles"),
    ),
    Picture(
        "The great dune.jpg", desert.dunes, (1920, 1280),
        Label(_at(22, 18, 22), MOROCCO, WIDE, (1, 250), 100, (31.0990, -4.0122), "Half way up we took off our shoes"),
    ),
    Picture(
        "Snow in the wood.jpg", scenes.winter_wood, (1350, 1800),
        Label(_at(22, 7, 40), MOROCCO, TELE, (1, 1000), 400, (31.0614, -7.9153), "In June! The high pass was still white"),
    ),
]  # fmt: skip
