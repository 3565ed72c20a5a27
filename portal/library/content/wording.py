"""Text that strangers' devices wrote, made safe to store and show."""

import re

LONGEST = 200
LONGEST_DESCRIPTION = 2000
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
# What cameras write into the description when nobody described anything
_BOILERPLATE = re.compile(
    r"""(olympus|minolta|kodak|konica|pentax|sanyo|casio|samsung|fujifilm|panasonic|ricoh|vivitar)?
        \s*(dsc|digital\s(still\s)?camera|camera)?
        |sony\sdsc|dcim[\\/].*|exif[_\s]?jpe?g([_\s]?picture)?|jpe?g|default|untitled|binary\scomment
        |screenshot|cof|dav|hdr|rhdr|sdr|mde|oznor(wo)?|vtr|bty|rpt|ptr|fbt|[a-z]{3};.*|\?+|-+|\.+""",
    re.IGNORECASE | re.VERBOSE,
)


def marked(text: str) -> str:
    """Mark a sentence for the translators; whoever shows it to a person translates it.

    ``gettext_noop`` does the same but asks for Django's settings, which this room does without.
    """
    return text


def clean(text: str, longest: int = LONGEST) -> str:
    """Without control and direction-turning characters and lone surrogates, trimmed, bounded."""
    text = text.partition("\x00")[0].encode("utf-8", "replace").decode()
    return _CONTROL.sub("", text.replace("\r\n", "\n")).strip()[:longest].rstrip()


def clean_line(text: str) -> str:
    return " ".join(clean(text).split())


def decode(raw: bytes) -> str:
    """EXIF says ASCII; cameras write UTF-8, and old ones Latin-1."""
    raw = raw.partition(b"\x00")[0]
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def describe(*candidates: str) -> str:
    """The first description that a person wrote."""
    for candidate in candidates:
        text = clean(candidate, LONGEST_DESCRIPTION)
        if text and not _BOILERPLATE.fullmatch(text):
            return text
    return ""
