"""A video without its metadata: the same pictures and sounds in a new MP4 file."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from portal.library.content.sei import length_size, without_message_arrays, without_messages
from portal.library.content.videos import main_stream, open_container
from portal.library.content.wording import marked as _
from portal.library.interface import ContentUnreadable

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet
    from av.stream import Stream

# faststart: the index comes first, so that browsers can begin at once; bitexact: no encoder name
_OPTIONS = {"movflags": "+faststart", "fflags": "+bitexact"}
_DISK_TROUBLE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG}


def write_clean(file: BinaryIO, media_type: str, target: Path) -> None:
    """Copy a video's pictures and sounds, unchanged, into ``target``, which is written in place.

    What is left behind: places, dates, names, makers, timed metadata and other data tracks,
    subtitles, chapters, cover pictures. The rotation stays. Raises ``ContentUnreadable`` where
    MP4 cannot hold the codec, or ``OSError``.
    """
    import av

    with open_container(file, media_type) as container:
        try:
            with av.open(str(target), "w", format="mp4", options=_OPTIONS) as output:
                _copy(container, output)
        except av.error.FFmpegError as exc:
            if exc.errno in _DISK_TROUBLE:
                raise OSError(exc.errno, exc.strerror, str(target)) from exc
            raise _unfit() from exc
        except ValueError as exc:
            raise _unfit() from exc


def _copy(container: InputContainer, output: OutputContainer) -> None:
    wanted: list[Stream] = [main_stream(container)]
    wanted += [stream for stream in container.streams.audio if stream.codec_context is not None]
    copies = {stream.index: _added(output, stream) for stream in wanted}
    for packet in container.demux(wanted):
        if not packet.size:
            continue  # FFmpeg's way to say that a stream has ended
        if packet.dts is None:
            packet.dts = packet.pts
        copy = copies[packet.stream.index]
        cleaned = _without_messages(packet)
        cleaned.stream = copy
        output.mux(cleaned)


def _without_messages(packet: Packet[Any]) -> Packet[Any]:
    import av

    stream = packet.stream
    codec = stream.codec_context.name
    data = bytes(packet)
    cleaned = without_messages(data, codec, length_size(codec, stream.codec_context.extradata))
    if cleaned is data:
        return packet
    copy = av.Packet(cleaned)
    copy.pts, copy.dts, copy.duration = packet.pts, packet.dts, packet.duration
    copy.time_base, copy.is_keyframe = packet.time_base, packet.is_keyframe
    return copy


def _added(output: OutputContainer, stream: Stream) -> Stream:
    copy = output.add_stream_from_template(stream)
    extradata = stream.codec_context.extradata
    if stream.codec_context.name == "hevc" and extradata and extradata[0] == 1:
        copy.codec_context.extradata = without_message_arrays(extradata)
    if stream.codec_context.codec_tag == "hvc1":  # Apple's players insist on this name for HEVC
        copy.codec_context.codec_tag = "hvc1"
    return copy


def _unfit() -> ContentUnreadable:
    return ContentUnreadable(
        _("This video cannot be delivered without its metadata: MP4 cannot hold its format.")
    )
