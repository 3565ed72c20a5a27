"""The small picture of what was sent, by which its sender and the owner know it."""

from functools import partial
from pathlib import Path

from portal.library.content.reading import Content
from portal.library.content.rendering import render, write_atomically, write_whole
from portal.library.interface import ContentUnreadable
from portal.library.types import Rendition

LOOK = Rendition.THUMBNAIL_2X  # WebP, about 700 px long, without metadata


def make_look(source: Path, content: Content, target: Path) -> bool:
    """Write the look of a file that was read; returns whether there is one.

    What was drawn while the file was open is taken from there. Raises ``OSError``.
    """
    if drawn := content.pictures.get(LOOK):
        write_atomically(target, partial(write_whole, drawn))
        return True
    try:
        render(source, content.kind, content.media_type, {LOOK: target})
    except ContentUnreadable:
        return False
    return True
