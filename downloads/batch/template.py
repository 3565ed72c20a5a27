"""``--path-template``: where a photo goes below the folder, in safe names only."""

import string
from dataclasses import dataclass
from functools import cached_property

from downloads.names import LONGEST, safe_stem, safe_suffix, split

from .wanted import Photo, Wanted, WrongOptions

DEFAULT = "{year}/{month}/{day}/{filename}"
FIELDS = {
    "year": "2024, of the clock where the photo was taken, as all of these",
    "month": "05",
    "day": "31",
    "hour": "23",
    "minute": "59",
    "second": "58",
    "filename": "IMG_1234.jpg",
    "stem": "IMG_1234",
    "ext": "jpg",
    "album": "the album asked for, else the first by name that has the photo",
    "camera": "make and model",
    "make": "the camera's maker",
    "model": "the camera's model",
    "id": "the asset's id",
    "type": "image, video or livephoto",
}
_PART_ENDINGS = (".part", ".part.json")  # what the engine calls files in the making

Piece = tuple[str, str]  # literal text, and the field that follows it


@dataclass(frozen=True)
class PathTemplate:
    """Raises ``WrongOptions`` for fields it does not know, and for ways out of the folder."""

    text: str

    def __post_init__(self) -> None:
        if not self.text.strip() or self.text.startswith("/") or self.text.endswith("/"):
            raise WrongOptions(
                "--path-template is a path below the folder and ends in a file's name, "
                f"like {DEFAULT}"
            )
        if "\\" in self.text or "\0" in self.text or self.text[1:2] == ":":
            raise WrongOptions("--path-template: separate folders by /, and begin with none")
        for segment in self.text.split("/"):
            if segment.strip() in {"", ".", ".."}:
                raise WrongOptions("--path-template: it may not lead outside of --save-to")
        if not self.fields:
            raise WrongOptions("--path-template: without any field all files have one name")

    @cached_property
    def fields(self) -> frozenset[str]:
        return frozenset(name for segment in self._segments for _text, name in segment if name)

    @cached_property
    def _segments(self) -> list[list[Piece]]:
        return [_parsed(segment) for segment in self.text.split("/")]

    def path_of(self, photo: Photo, file: Wanted) -> str:
        """Where the file goes when nothing else has that name: ``2024/05/31/IMG_1234.jpg``.

        Both halves of a live photo go by the still's name and time. A folder whose fields are
        all unknown is left out.
        """
        values = _values(photo, file)
        *folders, last = [
            "".join(text + values.get(name, "") for text, name in segment)
            for segment in self._segments
        ]
        named = [_not_in_the_making(safe_stem(each)) for each in folders if each.strip()]
        return "/".join([*named, safe_name(last)])


def safe_name(name: str) -> str:
    """A file's name that every system takes, and that nobody takes for one in the making."""
    stem, suffix = split(name.rstrip(" ."))
    suffix = safe_suffix(suffix)
    return _not_in_the_making(safe_stem(stem, LONGEST - len(suffix.encode())) + suffix)


def _not_in_the_making(name: str) -> str:
    if name.lower().endswith(_PART_ENDINGS):
        return safe_stem(name, LONGEST - 1) + "_"
    return name


def _parsed(segment: str) -> list[Piece]:
    try:
        parsed = list(string.Formatter().parse(segment))
    except ValueError as exc:
        raise WrongOptions(f"--path-template: {exc} (write {{{{ for a brace)") from exc
    pieces = []
    for text, name, spec, conversion in parsed:
        if name is not None and (name not in FIELDS or spec or conversion):
            raise WrongOptions(
                f"--path-template knows no {{{name}{'!' if conversion else ''}"
                f"{':' if spec else ''}}}. It knows {', '.join(f'{{{each}}}' for each in FIELDS)}."
            )
        pieces.append((text, name or ""))
    return pieces


def _values(photo: Photo, file: Wanted) -> dict[str, str]:
    still, taken = photo.still, photo.still.taken_at
    stem = split(still.filename)[0]
    suffix = split(file.filename)[1]
    values = {
        "year": f"{taken.year:04}",
        "month": f"{taken.month:02}",
        "day": f"{taken.day:02}",
        "hour": f"{taken.hour:02}",
        "minute": f"{taken.minute:02}",
        "second": f"{taken.second:02}",
        "filename": stem + suffix,
        "stem": stem,
        "ext": suffix.removeprefix("."),
        "album": photo.album,
        "camera": photo.camera,
        "make": photo.make,
        "model": photo.model,
        "id": photo.id,
        "type": photo.kind.value,
    }
    return {name: value.replace("/", "_").replace("\\", "_") for name, value in values.items()}
