"""Landscapes out of gradients and noise: sky, sun, ridges, trees, water."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]
Colour = tuple[int, int, int]


class Sun(NamedTuple):
    x: float  # shares of the picture's width and height
    y: float
    radius: float  # of its height
    colour: Colour
    glow: float = 1.0


@dataclass
class Canvas:
    """A picture being painted: ``pixels`` of shape (height, width, 3), 0 to 1."""

    pixels: Floats
    random: np.random.Generator

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])


def colour(rgb: Colour) -> Floats:
    return np.asarray(rgb, np.float32) / np.float32(255)


def canvas(size: tuple[int, int], seed: int, sky: list[Colour]) -> Canvas:
    """A sky of colours from the top to the bottom of a picture of (width, height)."""
    width, height = size
    stops = np.linspace(0, 1, len(sky))
    rows = np.linspace(0, 1, height)
    bands = [np.interp(rows, stops, [rgb[band] / 255 for rgb in sky]) for band in range(3)]
    column = np.stack(bands, -1).astype(np.float32)[:, None, :]
    pixels = np.repeat(column, width, axis=1)
    return Canvas(pixels, np.random.default_rng(seed))


def noise(random: np.random.Generator, height: int, width: int, grain: tuple[int, int]) -> Floats:
    """Soft two-dimensional noise, 0 to 1; ``grain`` is the number of lumps across and down."""
    total = np.zeros((height, width), np.float32)
    for octave in range(4):
        cells = random.random((grain[1] * 2**octave + 1, grain[0] * 2**octave + 1), np.float32)
        layer = Image.fromarray(cells).resize((width, height), Image.Resampling.BICUBIC)
        total += np.asarray(layer) / 2**octave
    low, high = float(total.min()), float(total.max())
    stretched: Floats = (total - low) / (high - low)
    return stretched


def ridge_line(random: np.random.Generator, width: int, lumps: int, roughness: float) -> Floats:
    """A mountain's outline, 0 to 1 across the width."""
    line = np.zeros(width)
    across = np.linspace(0, 1, width)
    for octave in range(8):
        count = lumps * 2**octave + 1
        if count > width:
            break
        line += (
            np.interp(across, np.linspace(0, 1, count), random.random(count)) * roughness**octave
        )
    return np.asarray((line - line.min()) / np.ptp(line), np.float32)


def add_sun(picture: Canvas, sun: Sun) -> None:
    """A disc with a wide and a narrow glow around it."""
    y, x = np.ogrid[: picture.height, : picture.width]
    size = picture.height
    away = ((x - sun.x * picture.width) ** 2 + (y - sun.y * size) ** 2).astype(np.float32) / size**2
    wide = np.exp(-away / 0.16) * 0.42 * sun.glow
    narrow = np.exp(-away / (sun.radius**2 * 6)) * 0.55 * sun.glow
    disc = np.clip((sun.radius - np.sqrt(away)) * size / 3, 0, 1)
    strength = np.clip(wide + narrow + disc, 0, 1)[..., None]
    picture.pixels += (colour(sun.colour) - picture.pixels) * strength
    core = (disc * 0.75)[..., None]
    picture.pixels += (1 - picture.pixels) * core


def add_clouds(picture: Canvas, tint: Colour, amount: float, bottom: float) -> None:
    """Long flat clouds above ``bottom``, a share of the height; more of them with ``amount``."""
    rows = int(picture.height * bottom)
    small = noise(picture.random, rows // 2, picture.width // 2, (4, 7))
    layer = np.asarray(
        Image.fromarray(small).resize((picture.width, rows), Image.Resampling.BILINEAR)
    )
    fade = np.linspace(1, 0.25, rows, dtype=np.float32)[:, None]
    strength = (np.clip((layer - 1 + amount) / 0.42, 0, 1) ** 1.4 * fade * 0.85)[..., None]
    picture.pixels[:rows] += (colour(tint) - picture.pixels[:rows]) * strength


def add_stars(picture: Canvas, count: int, bottom: float) -> None:
    size = picture.height / 1000
    for _star in range(count):
        x = int(picture.random.integers(2, picture.width - 3))
        y = int(picture.random.random() ** 1.3 * picture.height * bottom) + 2
        bright = float(picture.random.random() ** 4) * 0.9 + 0.1
        reach = max(1, int(size * (1.1 + bright)))
        picture.pixels[y : y + reach, x : x + reach] += bright * (1 - y / picture.height / bottom)
    np.clip(picture.pixels, 0, 1, out=picture.pixels)


def add_milky_way(picture: Canvas, tint: Colour) -> None:
    y, x = np.mgrid[: picture.height, : picture.width].astype(np.float32) / picture.height
    across = (x - 0.12 - (1 - y) * 0.42) / 0.13
    dust = noise(picture.random, picture.height // 4, picture.width // 4, (5, 9))
    dust = np.asarray(Image.fromarray(dust).resize((picture.width, picture.height)))
    strength = np.exp(-(across**2)) * (0.25 + dust**2 * 1.1) * np.clip(1.05 - y, 0, 1) * 0.62
    picture.pixels += colour(tint) * strength[..., None]
    np.clip(picture.pixels, 0, 1, out=picture.pixels)


def add_layer(picture: Canvas, top: Floats, near: Colour, haze: Colour, depth: float) -> None:
    """Fill below an outline (in pixels from above), from ``near`` to ``haze`` further down.

    ``depth`` is the share of the height over which haze rises.
    """
    first = max(0, int(top.min()) - 1)
    if first >= picture.height:
        return
    rows = np.arange(first, picture.height, dtype=np.float32)[:, None]
    below = rows - top[None, :]
    mask = np.clip(below + 0.5, 0, 1)[..., None]
    window = max(1, picture.width // 9)
    padded = np.pad(top, (window // 2, window - window // 2 - 1), mode="edge")
    smooth = np.convolve(
        padded, np.hanning(window + 2)[1:-1] / np.hanning(window + 2).sum(), "valid"
    )
    low = 0.15 if np.ptp(top) > 1 else 0.0
    away = rows - smooth[None, :].astype(np.float32)  # haze lies level, whatever the outline does
    rise = np.clip(away / (depth * picture.height) + low, 0, 1)[..., None]
    paint = colour(near) * (1 - rise) + colour(haze) * rise
    picture.pixels[first:] += (paint - picture.pixels[first:]) * mask


def add_ridges(
    picture: Canvas, tops: list[float], colours: list[Colour], haze: Colour, tall: float = 0.16
) -> None:
    """Mountain chains one before the other; ``tops`` as shares of the height, far ones first."""
    for step, (top, near) in enumerate(zip(tops, colours, strict=True)):
        line = ridge_line(picture.random, picture.width, 3 + step, 0.5)
        outline = (top + (0.5 - line) * tall) * picture.height
        add_layer(picture, outline, near, haze, 0.2)


def forest_line(
    random: np.random.Generator, width: int, height: int, top: float, tall: float
) -> Floats:
    """The outline of a row of firs, in pixels from above."""
    across = np.arange(width, dtype=np.float32)
    ground = (top + (0.5 - ridge_line(random, width, 3, 0.45)) * 0.05) * height
    outline = ground.copy()
    spacing = tall * height * 0.16
    for middle in np.arange(-spacing, width + spacing, spacing):
        x = middle + random.normal(0, spacing * 0.6)
        size = tall * height * random.uniform(0.35, 1.0)
        left, right = max(0, int(x - size * 0.3)), min(width, int(x + size * 0.3) + 1)
        if left >= right:
            continue
        away = np.abs(across[left:right] - x) / (size * 0.24)
        branches = 1 - away - 0.10 * ((away * 7.5) % 1)
        base = float(ground[min(width - 1, max(0, int(x)))]) + size * 0.05
        outline[left:right] = np.minimum(outline[left:right], base - size * np.clip(branches, 0, 1))
    return outline


def add_water(
    picture: Canvas, level: float, tint: Colour, sun: Sun | None, moment: float = 0
) -> None:
    """A lake or sea below ``level`` that mirrors what is above; ``moment`` moves its waves."""
    start = int(level * picture.height)
    rows = picture.height - start
    depth = np.linspace(0, 1, rows, dtype=np.float32)
    wave = np.sin(depth**0.6 * 130 + moment * 6.28) + np.sin(depth**0.75 * 71 - moment * 12.57)
    source = start - 1 - (np.arange(rows) * 0.92 + wave * depth * rows * 0.02).astype(int)
    source = np.clip(source, 0, start - 1)
    mirrored = picture.pixels[source]
    if sun:  # water gives back the glow, not the white of the disc
        mirrored = np.minimum(mirrored, colour(sun.colour))
    shade = (0.18 + 0.42 * depth)[:, None, None]
    picture.pixels[start:] = mirrored * (1 - shade) + colour(tint) * shade
    if sun:
        _add_glitter(picture, start, sun, moment)


def _add_glitter(picture: Canvas, start: int, sun: Sun, moment: float) -> None:
    rows = picture.height - start
    depth = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    x = np.arange(picture.width, dtype=np.float32)[None, :] / picture.width
    lines = np.random.default_rng(7).random((rows // 3 + 1, picture.width // 40 + 2), np.float32)
    lines = np.roll(lines, int(moment * 8), axis=1)
    sparks = np.asarray(
        Image.fromarray(lines).resize((picture.width, rows), Image.Resampling.BICUBIC)
    )
    path = np.exp(-(((x - sun.x) / (0.03 + 0.1 * depth)) ** 2)) * (1 - depth * 0.65)
    strength = (np.clip((sparks - 0.45) * 2.2, 0, 1) * path * 0.9)[..., None]
    picture.pixels[start:] += (colour(sun.colour) * 1.05 - picture.pixels[start:]) * strength


def finish(picture: Canvas) -> NDArray[np.uint8]:
    """Darken the corners a little, and add the grain that keeps skies from showing steps."""
    y = np.linspace(-1, 1, picture.height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, picture.width, dtype=np.float32)[None, :]
    picture.pixels *= (1 - 0.13 * np.clip(x * x + y * y - 0.4, 0, 2))[..., None]
    grain = picture.random.random((picture.height, picture.width, 1), np.float32) - 0.5
    return np.asarray(np.clip(picture.pixels * 255 + grain * 3.4 + 0.5, 0, 255), np.uint8)
