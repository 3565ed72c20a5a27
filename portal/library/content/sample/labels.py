"""What a camera would have written into the sample pictures."""

import struct
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

_EXIF, _GPS = 0x8769, 0x8825


class Camera(NamedTuple):
    make: str
    model: str
    lens: str
    f_number: float
    focal_length: float


class Label(NamedTuple):
    taken: datetime  # wall-clock time there
    offset: timedelta
    camera: Camera
    exposure: tuple[int, int]  # seconds, as a fraction
    iso: int
    place: tuple[float, float]
    description: str
    content_id: str = ""


def offset_text(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def save_labelled(pixels: NDArray[np.uint8], path: Path, label: Label) -> None:
    """Write a JPEG with the label as its EXIF."""
    exif = Image.Exif()
    written = label.taken.strftime("%Y:%m:%d %H:%M:%S")
    exif.update(
        {
            0x010E: label.description.encode(),
            0x010F: label.camera.make,
            0x0110: label.camera.model,
            0x0112: 1,
            0x0132: written,
        }
    )
    exif.get_ifd(_EXIF).update(_exposure(label, written))
    exif.get_ifd(_GPS).update(_position(*label.place))
    Image.fromarray(pixels).save(path, "JPEG", quality=88, exif=exif)


def _exposure(label: Label, written: str) -> dict[int, object]:
    tags: dict[int, object] = {
        0x829A: IFDRational(*label.exposure),
        0x829D: IFDRational(round(label.camera.f_number * 10), 10),
        0x8827: label.iso,
        0x9003: written,
        0x9004: written,
        0x9010: offset_text(label.offset),
        0x9011: offset_text(label.offset),
        0x920A: IFDRational(round(label.camera.focal_length * 100), 100),
        0xA434: label.camera.lens,
    }
    if label.content_id:
        tags[0x927C] = apple_note(label.content_id)
    return tags


def _position(latitude: float, longitude: float) -> dict[int, object]:
    return {
        0: b"\x02\x03\x00\x00",
        1: "N" if latitude >= 0 else "S",
        2: _degrees(abs(latitude)),
        3: "E" if longitude >= 0 else "W",
        4: _degrees(abs(longitude)),
    }


def _degrees(value: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    hundredths = round(value * 360_000)
    degrees, rest = divmod(hundredths, 360_000)
    minutes, seconds = divmod(rest, 6_000)
    return IFDRational(degrees, 1), IFDRational(minutes, 1), IFDRational(seconds, 100)


def apple_note(content_id: str) -> bytes:
    """A maker note with one tag, the mark that pairs the two halves of a live photo."""
    text = content_id.encode() + b"\x00"
    head = b"Apple iOS\x00\x00\x01MM"
    entry_end = len(head) + 2 + 12 + 4
    return head + struct.pack(">HHHLLL", 1, 0x0011, 2, len(text), entry_end, 0) + text
