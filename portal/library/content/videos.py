"""The headers of a video, and the frame that stands for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from portal.library.content import hdr, places
from portal.library.content.camera import CameraNotes
from portal.library.content.engine import Image, vips
from portal.library.content.moments import Moment, first_moment, from_utc, parse_moment
from portal.library.content.sizes import Size
from portal.library.content.stills import refuse_bombs
from portal.library.content.wording import clean_line, describe
from portal.library.content.wording import marked as _
from portal.library.interface import ContentUnreadable
from portal.library.types import Exif

if TYPE_CHECKING:
    import numpy as np
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

# The demuxer is never guessed: FFmpeg knows play lists that fetch other files
_DEMUXERS = {"video/webm": "matroska", "video/x-matroska": "matroska"}
_APPLE = "com.apple.quicktime."
_UNREADABLE = _("The video is damaged, cut off, or of a kind that cannot be decoded.")
_FRAMES_TO_TRY = 60  # from one key frame, while looking for one that shows something
_MAX_DURATION = timedelta(days=30)


@dataclass(frozen=True)
class Video:
    """An open video. ``width`` and ``height`` are as seen, of its first frame."""

    container: InputContainer
    stream: VideoStream
    first: VideoFrame
    width: int
    height: int

    @property
    def duration(self) -> timedelta | None:
        seconds = (self.container.duration or 0) / 1_000_000
        return timedelta(seconds=seconds) if 0 < seconds < _MAX_DURATION.total_seconds() else None


@contextmanager
def open_container(file: BinaryIO, media_type: str) -> Iterator[InputContainer]:
    """Open a video by its format; what FFmpeg finds wrong is ``ContentUnreadable``."""
    import av

    file.seek(0)
    try:
        with av.open(
            file, "r", format=_DEMUXERS.get(media_type, "mov"), metadata_errors="replace"
        ) as container:
            yield container
    except (av.error.FFmpegError, ValueError) as exc:
        raise ContentUnreadable(_UNREADABLE) from exc


@contextmanager
def open_video(file: BinaryIO, media_type: str) -> Iterator[Video]:
    """Open a video and decode its first frame; raises ``ContentUnreadable``."""
    with open_container(file, media_type) as container:
        stream = main_stream(container)
        refuse_bombs(stream.codec_context.width, stream.codec_context.height, is_streamed=False)
        first = next(container.decode(stream), None)
        if first is None:
            raise ContentUnreadable(_UNREADABLE)
        yield Video(container, stream, first, *_seen_size(first, stream))


def main_stream(container: InputContainer) -> VideoStream:
    """The moving picture: cover art is a video stream too."""
    from av.stream import Disposition

    for stream in container.streams.video:
        # Of a codec that FFmpeg does not know there is no context, whatever PyAV's types say
        is_known = cast("object", stream.codec_context) is not None
        if is_known and not stream.disposition & Disposition.attached_pic:
            return stream
    raise ContentUnreadable(_("There is no moving picture in this file."))


def read_video_notes(video: Video) -> CameraNotes:
    """What the camera wrote into the video's headers."""
    tags = {**video.stream.metadata, **video.container.metadata}
    tags = {name.lower(): text for name, text in tags.items()}
    return CameraNotes(
        first_moment(_moments(tags)),
        _exif(tags),
        clean_line(tags.get(f"{_APPLE}content.identifier", "")),
    )


def poster(video: Video, size: Callable[[int, int], Size]) -> Image:
    """A frame that shows something, at ``size`` of the video as seen, in 8-bit sRGB."""
    frame = _telling_frame(video)
    width, height = size(video.width, video.height)
    if frame.rotation % 180:
        width, height = height, width
    image = vips().Image.new_from_array(_pixels(frame, width, height), interpretation="srgb")
    turns = {90: "d270", 180: "d180", 270: "d90"}  # FFmpeg counts against the clock
    turn = turns.get(round(frame.rotation) % 360)
    return (image.rot(turn) if turn else image).copy_memory()


def _pixels(frame: VideoFrame, width: int, height: int) -> NDArray[np.uint8]:
    is_bright = frame.color_trc in {hdr.PQ, hdr.HLG}
    kind = "rgb48le" if is_bright else "rgb24"
    scaled = frame.reformat(width=width, height=height, format=kind, interpolation="AREA")
    pixels: Any = scaled.to_ndarray()
    return hdr.to_sdr(pixels, frame.color_trc) if is_bright else pixels


def _telling_frame(video: Video) -> VideoFrame:
    """The first frame, unless it is a plain surface: films fade in from black."""
    best, best_detail = video.first, _detail(video.first)
    if best_detail >= 1:
        return best
    length = (video.duration or timedelta()).total_seconds()
    for second in (1.0, 3.0, length * 0.1, length * 0.3, length * 0.5):
        if not 0 < second < length:
            continue
        frame = _frame_at(video, second)
        if frame is not None and (detail := _detail(frame)) > best_detail:
            best, best_detail = frame, detail
        if best_detail >= 1:
            break
    return best


def _detail(frame: VideoFrame) -> float:
    """How much there is to see; from 1 on, enough: neither dark nor of one colour."""
    grey = frame.reformat(width=32, height=32, format="gray").to_ndarray()
    return float(min(grey.mean() / 24, grey.std() / 6))


def _frame_at(video: Video, second: float) -> VideoFrame | None:
    import av

    frame = None
    try:
        video.container.seek(int(second * 1_000_000))
        for tried, frame in enumerate(video.container.decode(video.stream)):
            if tried >= _FRAMES_TO_TRY or (frame.time or 0) >= second:
                break
    except av.error.FFmpegError:
        return frame  # damaged further on: what was found until then is good enough
    return frame


def _seen_size(frame: VideoFrame, stream: VideoStream) -> Size:
    """Turned upright, and with square pixels."""
    width, height = frame.width, frame.height
    aspect = stream.sample_aspect_ratio
    if aspect and 0.1 < aspect < 10:
        width = max(1, round(width * aspect))
    return (height, width) if frame.rotation % 180 else (width, height)


def _moments(tags: Mapping[str, str]) -> Iterator[Moment | None]:
    yield parse_moment(tags.get(f"{_APPLE}creationdate", ""))
    if "T" in (day := tags.get("date", "")):
        yield parse_moment(day)
    yield from_utc(tags.get("creation_time", ""))


def _exif(tags: Mapping[str, str]) -> Exif:
    def first(*names: str) -> str:
        return next((text for name in names if (text := tags.get(name, ""))), "")

    place = places.from_iso_6709(
        first(f"{_APPLE}location.iso6709", "location", "location-eng")
    ) or (None, None)
    return Exif(
        make=clean_line(first(f"{_APPLE}make", "com.android.manufacturer", "make")),
        model=clean_line(first(f"{_APPLE}model", "com.android.model", "model")),
        lens=clean_line(first(f"{_APPLE}camera.lens_model")),
        latitude=place[0],
        longitude=place[1],
        description=describe(first(f"{_APPLE}description", "description"), first("comment")),
    )
