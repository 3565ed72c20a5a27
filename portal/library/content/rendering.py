"""The pictures made of a photo or video, and videos without their metadata."""

from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from pathlib import Path
from secrets import token_hex

from portal.library.content.colours import on_white
from portal.library.content.engine import Image, vips
from portal.library.content.motion import find_motion
from portal.library.content.opening import open_media, read_still
from portal.library.content.remux import write_clean
from portal.library.content.sizes import Size, rendition_size
from portal.library.content.stills import decode, open_still, shrink_to
from portal.library.content.videos import open_video, poster
from portal.library.content.wording import marked as _
from portal.library.interface import ContentUnreadable
from portal.library.renditions import MEDIA_TYPES
from portal.library.types import AssetKind, Rendition

_FILMS = {AssetKind.IMAGE: Rendition.MOTION, AssetKind.VIDEO: Rendition.CLEAN}
_PICTURES = {
    AssetKind.IMAGE: {
        Rendition.THUMBNAIL, Rendition.THUMBNAIL_2X, Rendition.PREVIEW, Rendition.LARGE,
    },
    AssetKind.VIDEO: {Rendition.THUMBNAIL, Rendition.THUMBNAIL_2X, Rendition.PREVIEW},
}  # fmt: skip
_QUALITIES = {
    Rendition.THUMBNAIL: 78,
    Rendition.THUMBNAIL_2X: 76,
    Rendition.PREVIEW: 80,
    Rendition.LARGE: 88,
}
_WEBP_EFFORT = 2  # of 0 to 6: 4 saves 4 % more and takes twice the time


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
        return max(rendition_size(which, width, height) for which in targets)

    if kind is AssetKind.IMAGE:
        still = open_still(read_still(source), media_type)
        width, height, image = still.width, still.height, decode(still, largest)
    else:
        with open_media(source) as file, open_video(file, media_type) as video:
            width, height, image = video.width, video.height, poster(video, largest)
    sizes = {which: rendition_size(which, width, height) for which in targets}
    for which in sorted(targets, key=lambda which: sizes[which], reverse=True):
        # Each from the one before: a smaller start, and still at least twice oversampled
        image = shrink_to(image, sizes[which]).copy_memory()
        encoded = _encode(image, which)
        write_atomically(targets[which], partial(_write, encoded))


def _encode(image: Image, which: Rendition) -> bytes:
    """``keep="none"`` leaves out EXIF, XMP, IPTC, ICC profile and comments."""
    quality = _QUALITIES[which]
    try:
        if MEDIA_TYPES[which] == "image/webp":
            return bytes(image.webpsave_buffer(Q=quality, effort=_WEBP_EFFORT, keep="none"))
        flat = on_white(image)
        return bytes(flat.jpegsave_buffer(Q=quality, optimize_coding=True, keep="none"))
    except vips().Error as exc:
        raise ContentUnreadable(_("No picture could be made of this file.")) from exc


def _write(data: bytes, part: Path) -> None:
    part.write_bytes(data)


def write_atomically(target: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a file beside the target, then put it in its place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{token_hex(6)}.part")
    try:
        write(part)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
