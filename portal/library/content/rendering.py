"""The pictures made of a photo or video, and videos without their metadata."""

import os
from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from pathlib import Path
from secrets import token_hex

from portal.library.content.drawing import draw, largest_of
from portal.library.content.motion import find_motion
from portal.library.content.opening import open_media, read_still
from portal.library.content.remux import write_clean
from portal.library.content.sizes import Size
from portal.library.content.stills import decode, open_still
from portal.library.content.videos import open_video, poster
from portal.library.content.wording import marked as _
from portal.library.interface import ContentUnreadable
from portal.library.types import AssetKind, Rendition

_FILMS = {AssetKind.IMAGE: Rendition.MOTION, AssetKind.VIDEO: Rendition.CLEAN}
_PICTURES = {
    AssetKind.IMAGE: {
        Rendition.THUMBNAIL, Rendition.THUMBNAIL_2X, Rendition.PREVIEW, Rendition.LARGE,
    },
    AssetKind.VIDEO: {Rendition.THUMBNAIL, Rendition.THUMBNAIL_2X, Rendition.PREVIEW},
}  # fmt: skip


def render(
    source: Path, kind: AssetKind, media_type: str, targets: Mapping[Rendition, Path]
) -> None:
    """Make all these renditions from one decode; each appears under its name when complete.

    Raises ``ContentUnreadable`` with words for the owner, or ``OSError``.
    """
    pictures = _PICTURES[kind] & targets.keys()
    if targets.keys() - pictures - {_FILMS[kind]}:
        raise ContentUnreadable(_("This form cannot be made of this kind of file."))
    if pictures:
        _render_pictures(source, kind, media_type, {which: targets[which] for which in pictures})
    if Rendition.CLEAN in targets:
        with open_media(source) as file:
            write_atomically(
                targets[Rendition.CLEAN], lambda part: write_clean(file, media_type, part)
            )
    if Rendition.MOTION in targets:
        film = _moving_half(source, media_type)
        write_atomically(
            targets[Rendition.MOTION], lambda part: write_clean(film, "video/mp4", part)
        )


def _moving_half(source: Path, media_type: str) -> BytesIO:
    data = read_still(source)
    found = find_motion(data, open_still(data, media_type).xmp)
    if found is None:
        raise ContentUnreadable(_("There is no moving picture in this file."))
    return BytesIO(found.of(data))


def _render_pictures(
    source: Path, kind: AssetKind, media_type: str, targets: Mapping[Rendition, Path]
) -> None:
    def largest(width: int, height: int) -> Size:
        return largest_of(targets, width, height)

    if kind is AssetKind.IMAGE:
        still = open_still(read_still(source), media_type)
        width, height, image = still.width, still.height, decode(still, largest)
    else:
        with open_media(source) as file, open_video(file, media_type) as video:
            width, height, image = video.width, video.height, poster(video, largest)
    for which, _image, encoded in draw(image, (width, height), targets):
        write_atomically(targets[which], partial(write_whole, encoded))


def write_whole(data: bytes, part: Path) -> None:
    part.write_bytes(data)


def write_atomically(target: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a file beside the target, then put it in its place.

    What was written reaches the disk first: after a power cut, a file that was renamed but not yet
    written out would else be empty under its final name.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{token_hex(6)}.part")
    try:
        write(part)
        _reach_the_disk(part)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _reach_the_disk(path: Path) -> None:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
