"""Pictures of high dynamic range (ITU-R BT.2100) as a screen without it shows them.

FFmpeg's own way needs zimg, which its builds for Python come without.
"""

import numpy as np
from numpy.typing import NDArray

PQ, HLG = 16, 18  # transfer characteristics of ITU-T H.273
_WHITE = 203.0  # candela per square metre: a white page, by ITU-R BT.2408
_KNEE = 0.6  # of white: up to here nothing changes, above it lights are pressed together
_TO_SRGB = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]
)
_LUMINANCE = np.array([0.2627, 0.6780, 0.0593])
Floats = NDArray[np.float64]


def to_sdr(pixels: NDArray[np.uint16], transfer: int) -> NDArray[np.uint8]:
    """Turn 16-bit BT.2020 pixels of shape (height, width, 3) into eight-bit sRGB."""
    signal = pixels.astype(np.float64) / 65535
    light = (_from_pq(signal) if transfer == PQ else _from_hlg(signal)) / _WHITE
    brightest = light.max(-1, keepdims=True)
    light = light * (_pressed(brightest) / np.maximum(brightest, 1e-9))
    linear = np.clip(light @ _TO_SRGB.T, 0, 1)
    curved = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    rounded: NDArray[np.uint8] = np.round(curved * 255).astype(np.uint8)
    return rounded


def _pressed(light: Floats) -> Floats:
    room = 1 - _KNEE
    above = _KNEE + room * (1 - np.exp(-np.maximum(light - _KNEE, 0) / room))
    return np.where(light <= _KNEE, light, above)


def _from_pq(signal: Floats) -> Floats:
    power = signal ** (1 / 78.84375)
    return 10000 * (np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)) ** (
        1 / 0.1593017578125
    )


def _from_hlg(signal: Floats) -> Floats:
    """On a screen of 1,000 candela per square metre."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    luminance = np.maximum((scene @ _LUMINANCE)[..., None], 1e-9)
    shown: Floats = 1000 * luminance**0.2 * scene
    return shown
