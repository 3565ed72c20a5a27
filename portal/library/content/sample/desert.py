"""Sand, wind and the shadows they make."""

import numpy as np
from numpy.typing import NDArray

from portal.library.content.sample.painting import (
    Canvas,
    Colour,
    Sun,
    add_layer,
    add_sun,
    canvas,
    finish,
)


def dunes(size: tuple[int, int]) -> NDArray[np.uint8]:
    picture = canvas(
        size, 52, [(58, 122, 184), (140, 184, 212), (236, 214, 184)] + [(244, 214, 170)] * 2
    )
    add_sun(picture, Sun(0.2, 0.14, 0.02, (255, 250, 232), 0.7))
    for top, lit, shaded in _DUNES:
        _add_dune(picture, top, lit, shaded)
    return finish(picture)


_DUNES: list[tuple[float, Colour, Colour]] = [
    (0.5, (226, 176, 124), (196, 142, 100)),
    (0.57, (232, 170, 108), (180, 116, 76)),
    (0.68, (238, 164, 92), (156, 88, 54)),
    (0.84, (240, 158, 82), (132, 66, 40)),
]


def _add_dune(picture: Canvas, top: float, lit: Colour, shaded: Colour) -> None:
    """A crest with sun on one side; where the crest winds, so does its shadow."""
    x = np.linspace(0, 1, picture.width, dtype=np.float32)
    phase, waves = picture.random.random() * 6, picture.random.uniform(1.0, 2.2)
    crest = (
        top - 0.055 * np.sin(x * 6.28 * waves + phase) - 0.03 * np.sin(x * 9.1 * waves + phase * 2)
    )
    add_layer(picture, crest * picture.height, lit, _blend(lit, shaded, 0.25), 0.4)
    rows = np.arange(picture.height, dtype=np.float32)[:, None] / picture.height
    below = rows - crest[None, :]
    slope = np.gradient(crest) * picture.width
    reach = np.clip(slope * 0.30, 0, 0.22)[None, :] * (1 + 0.12 * np.sin(rows * 60 + x * 14))
    shadow = np.clip((reach - below) * 60, 0, 1) * np.clip(below * picture.height, 0, 1)
    ripples = 0.035 * np.sin(below * 520 + np.sin(x * 34) * 3) * np.clip(below * 6, 0, 1)
    tint = np.array(shaded, np.float32) / 255
    picture.pixels += (tint - picture.pixels) * shadow[..., None] * 0.9
    picture.pixels *= (1 + np.where(below > 0, ripples, 0))[..., None]


def _blend(first: Colour, second: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue
