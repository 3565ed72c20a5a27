"""The pictures and films that made-up assets are made of, painted once and kept."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from secrets import token_hex

from portal.fake_immich.assets import Shot
from portal.fake_immich.contents import Base
from portal.library.content.reading import read_content
from portal.library.content.rendering import render
from portal.library.content.sample import desert, scenes
from portal.library.content.sample.films import save_film
from portal.library.content.sample.labels import Camera, Label, save_labelled
from portal.library.types import AssetKind, Rendition

SMALL = (480, 320)  # a sixth of a second each; enough for tests
LARGE = (1920, 1280)
_EDITION = 1  # another number, another folder: after a change of what is painted
_CAMERAS = (
    Camera("Canon", "Canon EOS R6", "RF24-105mm F4 L IS USM", 4.0, 50.0),
    Camera("Apple", "iPhone 15 Pro", "iPhone 15 Pro back camera", 1.78, 6.86),
    Camera("FUJIFILM", "X-T5", "XF23mm F2 R WR", 5.6, 23.0),
)
_PLACES = (
    (46.3683, 14.0946, "Bled", "Upper Carniola", "Slovenia"),
    (48.8672, 2.3591, "Paris", "Île-de-France", "France"),
    (31.0990, -4.0122, "Merzouga", "Drâa-Tafilalet", "Morocco"),
)
_PAINTERS = (
    scenes.lake_at_dawn, scenes.blue_ridges, scenes.sea_at_noon,
    scenes.golden_hills, scenes.moon_over_bay, desert.dunes,
)  # fmt: skip


@dataclass(frozen=True)
class Painted:
    """One painted file, and what Immich would know of it."""

    path: Path
    base: Base
    kind: str
    media_type: str
    width: int
    height: int
    duration: float
    thumbhash: bytes
    shot: Shot

    def picture(self, size: str) -> tuple[bytes, str]:
        return picture_of(self.path, self.kind, self.media_type, size)


@cache
def pictures(size: tuple[int, int] = SMALL) -> tuple[Painted, ...]:
    return tuple(_picture(number, size) for number in range(len(_PAINTERS)))


@cache
def film(suffix: str = "mp4", size: tuple[int, int] = (320, 192)) -> Painted:
    """Half a second of the sun going down; ``mov`` for the moving half of a live photo."""
    path = _kept(f"sunset-{size[0]}.{suffix}", lambda part: _film(part, suffix, size))
    return _painted(path, Shot())


@lru_cache(256)
def picture_of(path: Path, kind: str, media_type: str, size: str) -> tuple[bytes, str]:
    """A thumbnail, preview or full-size picture of a file, and its media type."""
    which, answered = {
        "thumbnail": (Rendition.THUMBNAIL, "image/webp"),
        "preview": (Rendition.PREVIEW, "image/jpeg"),
        "fullsize": (Rendition.LARGE if kind == "IMAGE" else Rendition.PREVIEW, "image/jpeg"),
    }[size]
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "picture")
        render(path, AssetKind(kind.lower()), media_type, {which: target})
        return target.read_bytes(), answered


def _picture(number: int, size: tuple[int, int]) -> Painted:
    camera = _CAMERAS[number % len(_CAMERAS)]
    *place, city, state, country = _PLACES[number % len(_PLACES)]
    where = (float(place[0]), float(place[1]))
    taken = datetime(2024, 5, 1 + number, 10, 30)  # noqa: DTZ001 - wall-clock time, as EXIF has it
    label = Label(
        taken, timedelta(hours=2), camera, (1, 250), 100 * (number + 1), where, f"Picture {number}"
    )
    paint = _PAINTERS[number]
    path = _kept(
        f"{paint.__name__}-{size[0]}x{size[1]}.jpg",
        lambda part: save_labelled(paint(size), part, label),
    )
    shot = Shot(
        camera.make, camera.model, camera.lens, camera.f_number, camera.focal_length,
        label.iso, "1/250", *where, str(city), str(state), str(country),
    )  # fmt: skip
    return _painted(path, shot)


def _film(part: Path, suffix: str, size: tuple[int, int]) -> None:
    save_film(part, suffix, lambda moment: scenes.setting_sun(size, moment), 12, {})


def _painted(path: Path, shot: Shot) -> Painted:
    found = read_content(path)
    seconds = found.duration.total_seconds() if found.duration else 0.0
    return Painted(
        path, Base.of(path.read_bytes(), found.media_type), found.kind.upper(), found.media_type,
        found.width, found.height, seconds, found.thumbhash, shot,
    )  # fmt: skip


def _kept(name: str, make: Callable[[Path], object]) -> Path:
    path = _folder() / name
    if not path.exists():
        part = path.with_name(f"{token_hex(6)}-{name}")
        make(part)
        part.replace(path)
    return path


@cache
def _folder() -> Path:
    """A folder of this user's alone: others must not put pictures into it."""
    folder = Path(tempfile.gettempdir(), f"loggia-fake-immich-{_EDITION}-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    about = folder.lstat()
    if folder.is_symlink() or about.st_uid != os.getuid() or about.st_mode & 0o077:
        return Path(tempfile.mkdtemp(prefix="loggia-fake-immich-"))
    return folder
