"""ThumbHash: a picture's colours and rough shapes in about 25 bytes (evanw.github.io/thumbhash)."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LARGEST_SIDE = 100


@dataclass(frozen=True, slots=True)
class _Channel:
    constant: float
    varying: Floats  # 0 to 1 each
    scale: float


def encode_thumbhash(rgba: NDArray[np.uint8]) -> bytes:
    """Encode a picture of shape (height, width, 4), straight alpha, no side above 100 px."""
    height, width = rgba.shape[:2]
    pixels = rgba.astype(np.float64) / 255
    colour, alpha = pixels[..., :3], pixels[..., 3]
    total = float(alpha.sum())
    average = (colour * alpha[..., None]).sum((0, 1)) / (total or 1)
    has_alpha = total < width * height
    opaque = average * (1 - alpha[..., None]) + colour * alpha[..., None]
    red, green, blue = np.moveaxis(opaque, 2, 0)
    nx, ny = _luminance_terms(width, height, has_alpha)
    luminance = _encode_channel((red + green + blue) / 3, max(3, nx), max(3, ny))
    yellow_blue = _encode_channel((red + green) / 2 - blue, 3, 3)
    red_green = _encode_channel(red - green, 3, 3)
    channels, extra = [luminance, yellow_blue, red_green], b""
    if has_alpha:
        opacity = _encode_channel(alpha, 5, 5)
        channels.append(opacity)
        extra = bytes([_round(15 * opacity.constant) | _round(15 * opacity.scale) << 4])
    is_landscape = width > height
    head: int = _header(luminance, yellow_blue, red_green) | has_alpha << 23
    shape: int = (ny if is_landscape else nx) | _round(63 * yellow_blue.scale) << 3
    shape |= _round(63 * red_green.scale) << 9 | is_landscape << 15
    return head.to_bytes(3, "little") + shape.to_bytes(2, "little") + extra + _nibbles(channels)


def _luminance_terms(width: int, height: int, has_alpha: bool) -> tuple[int, int]:
    limit, longest = 5 if has_alpha else 7, max(width, height)
    return max(1, _round(limit * width / longest)), max(1, _round(limit * height / longest))


def _encode_channel(channel: Floats, nx: int, ny: int) -> _Channel:
    """A cosine transform of the lowest frequencies, the triangle below the diagonal only."""
    height, width = channel.shape
    coefficients = _cosines(ny, height) @ channel @ _cosines(nx, width).T / (width * height)
    terms = [(y, x) for y in range(ny) for x in range(nx) if x * ny < nx * (ny - y)][1:]
    varying = np.array([coefficients[term] for term in terms])
    scale = float(np.abs(varying).max())
    if scale:
        varying = 0.5 + 0.5 / scale * varying
    return _Channel(float(coefficients[0, 0]), varying, scale)


def _cosines(count: int, length: int) -> Floats:
    return np.cos(np.pi / length * np.outer(np.arange(count), np.arange(length) + 0.5))


def _header(luminance: _Channel, yellow_blue: _Channel, red_green: _Channel) -> int:
    return (
        _round(63 * luminance.constant)
        | _round(31.5 + 31.5 * yellow_blue.constant) << 6
        | _round(31.5 + 31.5 * red_green.constant) << 12
        | _round(31 * luminance.scale) << 18
    )


def _nibbles(channels: list[_Channel]) -> bytes:
    values = [_round(15 * value) for channel in channels for value in channel.varying.tolist()]
    values += [0] * (len(values) % 2)
    return bytes(low | high << 4 for low, high in zip(values[::2], values[1::2], strict=True))


def _round(value: float) -> int:
    """Halves go up, as in the JavaScript that reads this."""
    return math.floor(value + 0.5)
