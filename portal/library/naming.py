"""Names for files that others have sent: safe on every disk, and each its own."""

import os
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field

LONGEST = 180  # bytes of a name without its suffix: a number and a folder's own limit fit beside it
SUFFIX_OF = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif",
    "image/avif": ".avif", "image/heic": ".heic", "image/heif": ".heif", "image/tiff": ".tif",
    "image/x-adobe-dng": ".dng", "image/x-canon-cr2": ".cr2", "image/x-canon-cr3": ".cr3",
    "image/x-nikon-nef": ".nef", "image/x-sony-arw": ".arw", "image/x-fuji-raf": ".raf",
    "image/x-panasonic-rw2": ".rw2", "image/x-olympus-orf": ".orf", "video/mp4": ".mp4",
    "video/quicktime": ".mov", "video/x-m4v": ".m4v", "video/webm": ".webm",
    "video/x-matroska": ".webm", "video/3gpp": ".3gp", "video/3gpp2": ".3g2",
}  # fmt: skip
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')


def safe_name(filename: str, media_type: str, suffixes: frozenset[str]) -> tuple[str, str]:
    """Stem and suffix for a file that somebody else has named.

    No folder, no control character, nothing that Windows takes for a device, not hidden, and with
    one of ``suffixes``, by which the library looks for files.
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", filename))[-1]
    name = "".join(char for char in name if char.isprintable())
    stem, dot, ending = name.rpartition(".")
    suffix = f"{dot}{ending}"
    if not stem or suffix.lower() not in suffixes:
        stem, suffix = name, SUFFIX_OF.get(media_type, ".jpg")
    return safe_stem(stem) or "photo", suffix


def safe_stem(stem: str) -> str:
    """A part of a path; empty where nothing of it can be kept."""
    stem = _cut(_NOT_IN_NAMES.sub("_", stem).strip(" ."))
    is_device = _DEVICES.fullmatch(stem.partition(".")[0].rstrip())
    return f"_{stem}" if is_device else stem


def _cut(stem: str) -> str:
    encoded = stem.encode()
    return encoded[:LONGEST].decode(errors="ignore").rstrip(" .")


def folded(name: bytes) -> str:
    """The stem of a file as a disk or a person might mix it up with another's."""
    stem = os.path.splitext(name)[0]  # noqa: PTH122  names are bytes
    return unicodedata.normalize("NFC", stem.decode("utf-8", "replace")).casefold()


@dataclass
class Stems:
    """The stems in use in one folder: a photo and a video of one stem would be a live photo."""

    taken: set[str]
    _last: Counter[str] = field(default_factory=Counter)

    def claim(self, stem: str) -> str:
        """The stem, or with the next free number: “photo (2)”."""
        if self._claim(stem):
            return stem
        number = max(1, self._last[stem])
        while True:
            number += 1
            numbered = f"{stem} ({number})"
            if self._claim(numbered):
                self._last[stem] = number
                return numbered

    def _claim(self, stem: str) -> bool:
        key = unicodedata.normalize("NFC", stem).casefold()
        is_free = key not in self.taken
        self.taken.add(key)
        return is_free
