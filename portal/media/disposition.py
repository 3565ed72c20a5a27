"""The Content-Disposition header of a file with any Unicode name: RFC 6266 and RFC 8187."""

import re
import unicodedata
from urllib.parse import quote

_ATTR_CHAR = "!#$&+-.^_`|~"  # RFC 8187, section 3.2.1, besides letters and digits
# Control characters, separators, surrogates, and the marks that turn the direction of text: with
# them "gpj.exe" can be made to look like "exe.jpg".
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f/\\\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Inside the quoted form: quotes end it, and some browsers decode "%" there.
_NOT_PLAIN = re.compile(r'[^\x20-\x7e]|["%]')


def attachment(filename: str) -> str:
    """Say "save this under that name"; pure ASCII, whatever the name.

    Separators and control characters become ``_``. A name that is not plain ASCII is given twice:
    as ``filename*`` in full, and for old clients as near as ASCII comes.
    """
    name = _safe(filename)
    decomposed = unicodedata.normalize("NFKD", name)
    unaccented = "".join(char for char in decomposed if not unicodedata.combining(char))
    plain = _UNSAFE.sub("_", _NOT_PLAIN.sub("_", unaccented))
    if plain == name:
        return f'attachment; filename="{name}"'
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe=_ATTR_CHAR)}"


def inline(filename: str) -> str:
    """Say "show this, and save it under that name", as clients of Immich read it; pure ASCII.

    A name that is not plain ASCII is given in full only: where both forms are there, the parser of
    Python's ``email`` takes the plain one.
    """
    name = _safe(filename)
    in_full = f"filename*=UTF-8''{quote(name, safe=_ATTR_CHAR)}"
    is_plain = not _NOT_PLAIN.search(name)
    return f'inline; filename="{name}"; {in_full}' if is_plain else f"inline; {in_full}"


def _safe(filename: str) -> str:
    return _UNSAFE.sub("_", filename).strip() or "download"
