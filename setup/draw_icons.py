"""Draws the icons of the installed app from ``static/icon.svg``; run it when that has changed.

.venv/bin/python setup/draw_icons.py
"""

from pathlib import Path

import pyvips

STATIC = Path(__file__).resolve().parent.parent / "static"
ROUNDED, SQUARE = 'rx="8"', 'rx="0"'
WHOLE, WITH_MARGIN = 'viewBox="0 0 32 32"', 'viewBox="-4.500 -2.500 41 41"'
GROUND = '<rect width="32" height="32"'
ALL_GROUND = '<rect x="-8" y="-8" width="48" height="48"'


def main() -> None:
    drawing = (STATIC / "icon.svg").read_text()
    # iOS rounds corners by itself, and shows what is see-through in black.
    square = drawing.replace(ROUNDED, SQUARE)
    # Android cuts any shape out of it that holds the circle of four fifths of its width.
    maskable = square.replace(WHOLE, WITH_MARGIN).replace(GROUND, ALL_GROUND)
    draw(drawing, "app", 192)
    draw(drawing, "app", 512)
    draw(maskable, "maskable", 512)
    draw(square, "touch", 180)


def draw(drawing: str, name: str, size: int) -> None:
    (STATIC / "icons").mkdir(exist_ok=True)
    picture = pyvips.Image.thumbnail_buffer(drawing.encode(), size)
    path = STATIC / "icons" / f"{name}-{size}.png"
    picture.pngsave(str(path), compression=9, keep="none")


if __name__ == "__main__":
    main()
