"""Names of files inside an archive: unique and safe wherever the archive is unpacked."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

MISSING = "MISSING.txt"
LONGEST = 255  # bytes of UTF-8: what ext4, APFS and NTFS all take
_LONGEST_SUFFIX = 16
_DEVICES = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
    + [f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789¹²³"]
)
# Path separators, what Windows refuses, control characters, halves of surrogate pairs (a name that
# was not UTF-8), line separators, and marks that turn the direction of text and so hide a suffix.
_UNSAFE = re.compile(
    '[<>:"/\\\\|?*\x00-\x1f\x7f-\x9f\ud800-\udfff'
    "\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)


@dataclass(slots=True)
class Names:
    """Hands out names, each only once: also on a disk that is blind to case or normalisation."""

    _taken: set[str] = field(default_factory=lambda: {fold(MISSING)})
    _next: dict[str, int] = field(default_factory=dict)

    def take(self, stem: str, suffixes: Sequence[str]) -> list[str]:
        """Return one name per suffix, all with the same stem: ``IMG_1 (2).jpg``."""
        suffixes = [safe_suffix(suffix) for suffix in suffixes]
        known = "\0".join([fold(stem), *suffixes])
        if len({fold(suffix) for suffix in suffixes}) < len(suffixes):
            return [self.take(stem, [suffix])[0] for suffix in suffixes]
        room = LONGEST - max(len(suffix.encode()) for suffix in suffixes)
        stem = safe_stem(stem, room)
        number = self._next.get(known, 1)
        names = _numbered(stem, suffixes, number, room)
        while not self._taken.isdisjoint(folded := [fold(name) for name in names]):
            number += 1
            names = _numbered(stem, suffixes, number, room)
        self._next[known] = number + 1
        self._taken.update(folded)
        return names


def split(filename: str) -> tuple[str, str]:
    """Return stem and suffix; the suffix is empty where there is none that a program would know."""
    stem, dot, suffix = filename.rpartition(".")
    if not stem or not 0 < len(suffix.encode("utf-8", "replace")) < _LONGEST_SUFFIX:
        return filename, ""
    return stem, dot + suffix


def safe_stem(stem: str, room: int = LONGEST) -> str:
    """Make a stem safe and at most ``room`` bytes long; never empty."""
    stem = unicodedata.normalize("NFC", _UNSAFE.sub("_", stem)).strip()
    if stem.startswith("."):
        stem = "_" + stem[1:]  # else hidden on Unix, and never a step up the tree
    if stem.split(".")[0].rstrip().upper() in _DEVICES:
        stem = f"_{stem}"
    return _shorten(stem, room).rstrip(" .") or "file"


@lru_cache(maxsize=100)
def safe_suffix(suffix: str) -> str:
    """Make a suffix safe: empty, or a dot and what follows."""
    clean = unicodedata.normalize("NFC", _UNSAFE.sub("_", suffix)).strip(" .")
    clean = "".join(clean.split())
    return f".{clean}" if clean else ""


def archive_name(title: str) -> str:
    """Return the file name of the archive itself: ``Summer.zip``."""
    suffix = ".zip"
    return safe_stem(title, LONGEST - len(suffix)) + suffix


def neutral_stem(kind: str, number: int, of: int) -> str:
    """Return a stem that tells nothing: ``photo-0001``."""
    return f"{kind}-{number:0{max(4, len(str(of)))}}"


def _numbered(stem: str, suffixes: Sequence[str], number: int, room: int) -> list[str]:
    mark = f" ({number})" if number > 1 else ""
    short = _shorten(stem, room - len(mark)).rstrip(" .") if mark else stem
    return [f"{short}{mark}{suffix}" for suffix in suffixes]


def _shorten(text: str, room: int) -> str:
    return text.encode()[:room].decode("utf-8", "ignore")


def fold(name: str) -> str:
    """Return what names that some disk takes for the same have in common.

    Unicode's canonical caseless match (D145), after upper case as Windows and HFS+ compare, and
    without the invisible format characters that HFS+ ignores.
    """
    if name.isascii():
        return name.lower()
    folded = unicodedata.normalize("NFD", name).upper().casefold()
    visible = "".join(char for char in folded if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFD", visible)
