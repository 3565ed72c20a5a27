"""The short films of the sample album."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.stream import VideoStream

_FRAMES_A_SECOND = 24
# One thread and no encoder name: the same film each time, as widths are multiples of 64
_OPTIONS = {"crf": "23", "preset": "veryfast", "flags": "+bitexact"}
_CONTAINER = {"movflags": "+faststart+use_metadata_tags", "fflags": "+bitexact"}


def save_film(
    path: Path,
    container_format: str,
    paint: Callable[[float], NDArray[np.uint8]],
    frames: int,
    tags: Mapping[str, str],
) -> None:
    """Encode ``paint(0)`` to ``paint(1)`` as H.264; ``tags`` become the container's metadata."""
    import av

    with av.open(str(path), "w", format=container_format, options=_CONTAINER) as output:
        output.metadata.update(tags)
        stream = None
        for number in range(frames):
            picture = paint(number / max(1, frames - 1))
            stream = stream or _stream(output, *picture.shape[1::-1])
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        if stream:
            output.mux(stream.encode())


def _stream(output: OutputContainer, width: int, height: int) -> VideoStream:
    stream = output.add_stream("libx264", rate=_FRAMES_A_SECOND, options=_OPTIONS)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.codec_context.thread_count = 1  # more threads would make other bytes
    return stream
