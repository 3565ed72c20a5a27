"""Names as guests' devices give them, made fit to be shown, stored and handed on."""

import re
import unicodedata
from datetime import UTC, datetime
from pathlib import PurePosixPath

LONGEST = 255  # bytes of UTF-8: what ext4, APFS and NTFS all take
LONGEST_PATH = 1000  # characters
UNNAMED = "photo"
_LONGEST_SUFFIX = 16
_DEVICES = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])", re.IGNORECASE)
# What Windows refuses, control characters, halves of surrogate pairs, line separators, and marks
# that turn the direction of text and so hide a suffix.
_UNSAFE = re.compile(
    '[<>:"|?*\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]'
)
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,48}/[a-z0-9][a-z0-9!#$&^_.+-]{0,48}")  # RFC 6838
_LATEST = datetime(2200, 1, 1, tzinfo=UTC).timestamp()
_MILLISECONDS_FROM = 100_000_000_000  # as seconds that would be the year 5138


def safe_name(text: str) -> str:
    """The name of a file alone, safe wherever it may be written; never empty.

    ``../../etc/passwd`` is ``passwd``, ``CON.jpg`` is ``_CON.jpg``; a long name keeps its suffix.
    """
    last = re.split(r"[/\\]", text.rstrip("/\\"))[-1]
    name = unicodedata.normalize("NFC", _UNSAFE.sub("_", last)).strip(" ").rstrip(".")
    if name.startswith("."):
        name = "_" + name.lstrip(".")  # else hidden on Unix, and never a step up the tree
    if _DEVICES.fullmatch(name.split(".")[0].rstrip()):
        name = f"_{name}"
    return _shortened(name) if name.strip("_ ") else UNNAMED


def safe_path(text: str) -> str:
    """A folder's path as its sender had it, for the owner's eyes; no file is made after it."""
    parts = [part for part in re.split(r"[/\\]+", text) if part not in {"", ".", ".."}]
    return "/".join(_UNSAFE.sub("_", part) for part in parts)[:LONGEST_PATH]


def safe_type(text: str) -> str:
    """A media type without its parameters, fit for a header of others; empty if it is none."""
    kind = text.partition(";")[0].strip().lower()
    return kind if _TYPE.fullmatch(kind) else ""


def moment_of(text: str) -> datetime | None:
    """When a file was changed: seconds or milliseconds since 1970, or ISO 8601; else ``None``."""
    try:
        if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,9})?", text):
            number = float(text)
            seconds = number / 1000 if abs(number) > _MILLISECONDS_FROM else number
            return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _LATEST else None
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment if 0 < moment.timestamp() < _LATEST else None


def _shortened(name: str) -> str:
    suffix = PurePosixPath(name).suffix
    if len(suffix.encode()) > _LONGEST_SUFFIX:
        suffix = ""
    stem = name[: len(name) - len(suffix)].encode()[: LONGEST - len(suffix.encode())]
    return stem.decode("utf-8", "ignore").rstrip(" .") + suffix
