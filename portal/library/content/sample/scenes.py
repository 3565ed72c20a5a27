"""The pictures of the sample album."""

from collections.abc import Callable
from copy import deepcopy

import numpy as np
from numpy.typing import NDArray

from portal.library.content.sample.painting import (
    Canvas,
    Colour,
    Floats,
    Sun,
    add_clouds,
    add_layer,
    add_milky_way,
    add_ridges,
    add_stars,
    add_sun,
    add_water,
    canvas,
    finish,
    forest_line,
    ridge_line,
)

Pixels = NDArray[np.uint8]
Size = tuple[int, int]


_DAWN = Sun(0.64, 0.435, 0.03, (255, 214, 170))


def lake_at_dawn(size: Size) -> Pixels:
    return lake_film(size)(0)


def lake_film(size: Size) -> Callable[[float], Pixels]:
    """The frames of the live photo: its shore is painted once, only the water moves."""
    shore = _lake_shore(size)

    def frame(moment: float) -> Pixels:
        picture = deepcopy(shore)
        add_water(picture, 0.585, (40, 52, 92), _DAWN, moment)
        return finish(picture)

    return frame


def _lake_shore(size: Size) -> Canvas:
    picture = canvas(
        size,
        11,
        [(70, 92, 148), (178, 142, 176), (255, 188, 150), (255, 214, 176)] + [(255, 214, 176)] * 2,
    )
    add_clouds(picture, (255, 205, 190), 0.52, 0.4)
    add_sun(picture, _DAWN)
    add_ridges(
        picture, [0.43, 0.48, 0.52], [(142, 122, 158), (98, 92, 134), (58, 62, 98)], (232, 172, 160)
    )
    add_layer(
        picture,
        forest_line(picture.random, picture.width, picture.height, 0.575, 0.075),
        (24, 32, 52),
        (30, 38, 60),
        0.2,
    )
    return picture


def peak_above_pines(size: Size) -> Pixels:
    picture = canvas(size, 24, [(52, 104, 172), (128, 172, 214), (226, 226, 226), (246, 226, 206)])
    add_clouds(picture, (255, 255, 255), 0.5, 0.45)
    _add_peak(picture)
    add_ridges(picture, [0.66, 0.74], [(86, 112, 130), (58, 88, 96)], (176, 196, 200), 0.1)
    add_layer(
        picture,
        forest_line(picture.random, picture.width, picture.height, 0.84, 0.11),
        (34, 66, 62),
        (70, 104, 92),
        0.16,
    )
    add_layer(
        picture,
        forest_line(picture.random, picture.width, picture.height, 0.97, 0.2),
        (12, 34, 36),
        (22, 50, 46),
        0.2,
    )
    return finish(picture)


def _add_peak(picture: Canvas) -> None:
    """A mountain with a lit and a shaded flank, snow where it is high."""
    x = np.linspace(-1, 1, picture.width, dtype=np.float32)
    rough = ridge_line(picture.random, picture.width, 9, 0.6)
    top = (0.22 + np.abs(x - 0.05) ** 0.8 * 0.42 + (rough - 0.5) * 0.075) * picture.height
    add_layer(picture, top, (122, 138, 160), (168, 184, 200), 0.5)
    rows = np.arange(picture.height, dtype=np.float32)[:, None]
    below = rows - top[None, :]
    crag = ridge_line(picture.random, picture.width, 40, 0.7)
    snow = np.clip((0.12 + crag * 0.17 - below / picture.height - np.abs(x) * 0.18) * 26, 0, 1)
    ridge = (
        0.05
        + (rough - 0.5) * 0.22
        + (below / picture.height) * 0.16 * np.sin(below / picture.height * 22)
    )
    lit = np.clip((ridge - x[None, :]) * 14, 0, 1)[..., None]
    tint = np.array((1.0, 0.975, 0.95), np.float32) * lit + np.array(
        (0.50, 0.60, 0.76), np.float32
    ) * (1 - lit)
    strength = (snow * np.clip(below, 0, 1))[..., None]
    picture.pixels += (tint - picture.pixels) * strength


def blue_ridges(size: Size) -> Pixels:
    picture = canvas(size, 33, [(120, 170, 214), (196, 216, 230), (244, 232, 214), (250, 226, 196)])
    add_sun(picture, Sun(0.28, 0.24, 0.022, (255, 244, 220), 0.9))
    shades: list[Colour] = [
        (158, 190, 212),
        (128, 166, 196),
        (98, 140, 176),
        (70, 112, 150),
        (46, 84, 120),
        (24, 54, 84),
    ]
    add_ridges(picture, [0.42, 0.5, 0.58, 0.67, 0.77, 0.89], shades, (216, 224, 228), 0.17)
    return finish(picture)


def evening_panorama(size: Size) -> Pixels:
    sun = Sun(0.7, 0.47, 0.05, (255, 190, 110))
    picture = canvas(
        size,
        45,
        [(44, 52, 104), (128, 84, 130), (236, 120, 98), (255, 182, 104)] + [(255, 200, 120)] * 2,
    )
    add_clouds(picture, (255, 150, 120), 0.56, 0.46)
    add_sun(picture, sun)
    add_ridges(
        picture,
        [0.5, 0.56, 0.62],
        [(134, 78, 110), (88, 56, 92), (48, 36, 68)],
        (240, 140, 104),
        0.26,
    )
    add_water(picture, 0.7, (48, 36, 76), sun)
    return finish(picture)


def night_sky(size: Size) -> Pixels:
    picture = canvas(size, 66, [(6, 10, 28), (14, 26, 58), (34, 58, 96), (84, 104, 128)])
    add_milky_way(picture, (150, 146, 190))
    add_stars(picture, 1500, 0.86)
    add_ridges(picture, [0.78, 0.85], [(22, 34, 58), (12, 20, 38)], (40, 58, 86), 0.12)
    add_layer(
        picture,
        forest_line(picture.random, picture.width, picture.height, 0.95, 0.16),
        (3, 7, 16),
        (4, 9, 18),
        0.2,
    )
    return finish(picture)


def sea_at_noon(size: Size) -> Pixels:
    picture = canvas(
        size, 71, [(38, 116, 200), (110, 176, 228), (206, 230, 240)] + [(206, 230, 240)] * 3
    )
    add_clouds(picture, (255, 255, 255), 0.6, 0.42)
    deep: list[tuple[float, Colour, Colour]] = [
        (0.44, (16, 96, 150), (36, 168, 186)),
        (0.66, (36, 168, 186), (128, 220, 210)),
    ]
    for top, near, far in deep:
        add_layer(
            picture, np.full(picture.width, top * picture.height, np.float32), near, far, 0.24
        )
    x = np.linspace(0, 1, picture.width, dtype=np.float32)
    for top, foam in ((0.80, 0.55), (0.845, 0.9)):
        wave = top + 0.03 * np.sin(x * 5 + top * 40) + 0.008 * np.sin(x * 23)
        _add_surf(picture, wave, foam)
    shore = (0.865 + 0.03 * np.sin(x * 5 + 33.8) + 0.008 * np.sin(x * 23)) * picture.height
    add_layer(picture, shore, (196, 170, 126), (238, 218, 178), 0.06)
    return finish(picture)


def _add_surf(picture: Canvas, wave: Floats, strength: float) -> None:
    rows = np.arange(picture.height, dtype=np.float32)[:, None] / picture.height
    away = rows - wave[None, :]
    foam = np.exp(-np.where(away > 0, away / 0.009, -away / 0.0035)) * strength
    picture.pixels += (0.98 - picture.pixels) * foam[..., None]


def meadow(size: Size) -> Pixels:
    picture = canvas(size, 83, [(70, 146, 216), (150, 198, 232), (226, 238, 236), (236, 240, 226)])
    add_clouds(picture, (255, 255, 255), 0.58, 0.42)
    greens: list[Colour] = [(134, 170, 168), (112, 160, 116), (112, 166, 76), (90, 150, 52)]
    add_ridges(picture, [0.47, 0.54, 0.63, 0.74], greens, (190, 210, 130), 0.085)
    _add_flowers(picture, 0.74)
    return finish(picture)


def _add_flowers(picture: Canvas, top: float) -> None:
    """Small and pale far off, large and bright near by."""
    petals = (
        np.array([(236, 70, 60), (250, 214, 70), (250, 250, 244), (176, 110, 206)], np.float32)
        / 255
    )
    for _flower in range(1500):
        near = float(picture.random.random()) ** 1.5
        y = int((top + 0.02 + (0.97 - top) * near) * picture.height)
        x = int(picture.random.integers(0, picture.width))
        size = max(1, int(picture.height * (0.0016 + 0.0075 * near)))
        patch = picture.pixels[max(0, y - size) : y + size, max(0, x - size) : x + size]
        rows, columns = np.ogrid[: patch.shape[0], : patch.shape[1]]
        disc = np.clip(size - np.hypot(rows - size, (columns - size) * 1.0) + 0.5, 0, 1)[..., None]
        tint = petals[picture.random.choice(4, p=[0.42, 0.25, 0.23, 0.1])]
        patch += (tint - patch) * disc * (0.55 + 0.4 * near)


def winter_wood(size: Size) -> Pixels:
    picture = canvas(size, 94, [(176, 196, 216), (214, 224, 234), (238, 240, 244), (246, 246, 248)])
    add_sun(picture, Sun(0.62, 0.2, 0.024, (255, 246, 230), 0.7))
    tints: list[Colour] = [(190, 204, 216), (150, 170, 188), (104, 128, 150), (54, 78, 102)]
    for step, tint in enumerate(tints):
        top, tall = 0.5 + step * 0.115, 0.12 + step * 0.06
        line = forest_line(picture.random, picture.width, picture.height, top, tall)
        add_layer(picture, line, tint, (240, 243, 247), tall * 1.15)
    snow = (0.9 + (0.5 - ridge_line(picture.random, picture.width, 2, 0.3)) * 0.07) * picture.height
    add_layer(picture, snow, (232, 238, 246), (250, 251, 253), 0.1)
    return finish(picture)


def golden_hills(size: Size) -> Pixels:
    picture = canvas(size, 105, [(92, 120, 160), (214, 176, 150), (255, 206, 130), (255, 222, 150)])
    add_clouds(picture, (255, 226, 190), 0.5, 0.4)
    add_sun(picture, Sun(0.38, 0.4, 0.04, (255, 226, 150)))
    golds: list[Colour] = [(204, 150, 110), (176, 120, 76), (140, 92, 50), (92, 62, 34)]
    add_ridges(picture, [0.5, 0.58, 0.69, 0.83], golds, (250, 200, 120), 0.12)
    return finish(picture)


def moon_over_bay(size: Size) -> Pixels:
    moon = Sun(0.36, 0.3, 0.032, (236, 238, 226), 0.55)
    picture = canvas(
        size,
        116,
        [(14, 24, 56), (38, 58, 104), (92, 104, 146), (150, 140, 160)] + [(150, 140, 160)] * 2,
    )
    add_stars(picture, 220, 0.45)
    add_sun(picture, moon)
    add_ridges(picture, [0.53, 0.57], [(62, 72, 112), (34, 44, 76)], (110, 112, 146), 0.1)
    add_water(picture, 0.62, (16, 26, 58), moon)
    return finish(picture)


def setting_sun(size: Size, moment: float) -> Pixels:
    """One frame of the film: the sun goes down behind the sea, ``moment`` from 0 to 1."""
    sun = Sun(0.5, 0.36 + 0.27 * moment, 0.055, (255, 176 - int(46 * moment), 92))
    dim = 1 - 0.35 * moment
    sky: list[Colour] = [
        (60, 64, 120),
        (170, 96, 128),
        (248, 140, 96),
        (255, 190, 110),
        (255, 200, 120),
    ]
    darker = [
        (int(red * dim), int(green * dim), int(blue * (0.6 + dim * 0.4)))
        for red, green, blue in sky
    ]
    picture = canvas(size, 127, list(darker))
    add_sun(picture, sun)
    add_water(picture, 0.6, (36, 34, 78), sun, moment * 3)
    return finish(picture)
