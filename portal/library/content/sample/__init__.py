"""A small album for the first start, painted on the spot."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from secrets import token_hex

from portal.library.content.sample.album import LIVE, LIVE_ID, PHONE, PICTURES, SUMMER, Picture
from portal.library.content.sample.films import save_film
from portal.library.content.sample.labels import offset_text, save_labelled
from portal.library.content.sample.scenes import lake_film, setting_sun

__all__ = ["MARKER", "make_sample"]

MARKER = ".loggia-sample"  # the mark of a folder that may be deleted without a second thought
_SUNSET = datetime(2025, 6, 21, 20, 57, 30)  # noqa: DTZ001 - wall-clock time
_SUNSET_PLACE = "+45.5283+013.5681/"


def make_sample(folder: Path) -> None:
    """Make ``folder`` with a dozen pictures, a video and a live photo, the same each time.

    It appears complete or not at all; one that exists and is not empty is an ``OSError``.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = folder.with_name(f".{folder.name}.{token_hex(6)}.part")
    part.mkdir()
    try:
        _fill(part)
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _fill(folder: Path) -> None:
    with ThreadPoolExecutor(max_workers=2) as pool:
        films = [pool.submit(_save_sunset, folder), pool.submit(_save_live_video, folder)]
        pictures = [pool.submit(_save_picture, picture, folder) for picture in PICTURES]
        for future in films + pictures:
            future.result()
    (folder / MARKER).write_text(
        "Sample pictures, painted by Loggia. Delete this folder any time.\n"
    )


def _save_picture(picture: Picture, folder: Path) -> None:
    path = folder / picture.filename
    save_labelled(picture.paint(picture.size), path, picture.label)
    _set_time(path, picture.label.taken, picture.label.offset)


def _save_sunset(folder: Path) -> None:
    path = folder / "Sunset.mp4"
    tags = _tags(_SUNSET) | {"com.apple.quicktime.location.ISO6709": _SUNSET_PLACE}
    save_film(path, "mp4", lambda moment: setting_sun((640, 360), moment), 54, tags)
    _set_time(path, _SUNSET, SUMMER)


def _save_live_video(folder: Path) -> None:
    path = folder / LIVE.filename.replace(".jpg", ".mov")
    tags = _tags(LIVE.label.taken) | {"com.apple.quicktime.content.identifier": LIVE_ID}
    lake = lake_film((576, 384))
    save_film(path, "mov", lambda moment: lake(moment / 4), 30, tags)
    _set_time(path, LIVE.label.taken, SUMMER)


def _tags(taken: datetime) -> dict[str, str]:
    return {
        "com.apple.quicktime.creationdate": f"{taken.isoformat()}{offset_text(SUMMER).replace(':', '')}",
        "com.apple.quicktime.make": PHONE.make,
        "com.apple.quicktime.model": PHONE.model,
    }


def _set_time(path: Path, taken: datetime, offset: timedelta) -> None:
    instant = taken.replace(tzinfo=timezone(offset)).timestamp()
    os.utime(path, (instant, instant))
