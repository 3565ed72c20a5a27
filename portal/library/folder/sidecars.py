"""XMP files that came along with what an owner sent: they lie beside it, as ``IMG_1.jpg.xmp``."""

import os
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portal.library.types import Exif

if TYPE_CHECKING:
    from portal.library.content.reading import Content

LARGEST = 2 * 2**20  # bytes of one that is read


def beside(path: Path) -> bytes:
    """The sidecar of a file; empty where there is none to read."""
    sidecar = sidecar_of(path)
    try:
        return sidecar.read_bytes() if sidecar.lstat().st_size <= LARGEST else b""
    except OSError:
        return b""


def put_beside(path: Path, packet: bytes) -> None:
    """Keep the sidecar of a file that is about to lie there, safely."""
    sidecar = sidecar_of(path)
    part = sidecar.with_name(f".{sidecar.name[:200]}.part")
    with part.open("wb") as file:
        file.write(packet)
        file.flush()
        os.fsync(file.fileno())
    part.chmod(path.parent.stat().st_mode & 0o666 | 0o600)
    part.replace(sidecar)


def take_away(path: Path) -> None:
    with suppress(OSError):
        sidecar_of(path).unlink()


def sidecar_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.xmp")


def applied(packet: bytes, content: "Content") -> "Content":
    """The content as its sidecar describes it; what that does not say stays."""
    from portal.library.content.camera import read_notes

    if not packet:
        return content
    notes = read_notes(b"", packet)
    said = replace(content.exif, **_said(notes.exif))
    if notes.taken is None:
        return replace(content, exif=said)
    return replace(content, exif=said, taken_at=notes.taken.local, utc_offset=notes.taken.offset)


def _said(exif: Exif) -> dict[str, Any]:
    told = {each.name: getattr(exif, each.name) for each in fields(exif)}
    return {name: value for name, value in told.items() if value not in {None, ""}}
