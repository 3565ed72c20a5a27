"""What a downloaded file is called: as the server says, made safe."""

from email.message import Message
from mimetypes import guess_extension
from urllib.parse import unquote

import httpx

from downloads.batch.template import safe_name
from downloads.names import split

_USUAL = {"image/jpeg": ".jpg", "video/quicktime": ".mov", "image/webp": ".webp"}


def name_of(given: str | None, headers: httpx.Headers, fallback: str) -> str:
    """``given``, else the name in Content-Disposition (RFC 6266), else ``fallback``.

    A name without a suffix gets the one of the Content-Type, unless it was given.
    """
    if given:
        return safe_name(given)
    name = disposed(headers.get("content-disposition", "")) or fallback
    return safe_name(name if split(name)[1] else name + suffix_of(headers))


def disposed(header: str) -> str:
    """The file name in a Content-Disposition; ``filename*`` wins (RFC 6266, 4.3)."""
    message = Message()
    try:
        message["content-disposition"] = header
    except ValueError:
        return ""
    plain = message.get_param("filename", header="content-disposition")
    star = _extended(header)
    return star or (plain if isinstance(plain, str) else "")


def suffix_of(headers: httpx.Headers) -> str:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return _USUAL.get(kind) or guess_extension(kind) or ""


def _extended(header: str) -> str:
    """RFC 8187: ``filename*=UTF-8''na%C3%AFve.jpg``."""
    _before, found, rest = header.partition("filename*=")
    charset, _quote, value = rest.split(";")[0].strip().partition("'")
    if not found or charset.lower() not in {"utf-8", "iso-8859-1"}:
        return ""
    return unquote(value.partition("'")[2].strip('"'), charset, "replace")
