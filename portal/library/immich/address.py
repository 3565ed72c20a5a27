"""Where an Immich answers, written as people write it."""

import re
from urllib.parse import urlsplit

KEY = re.compile(r"[\x21-\x7e]{1,500}")


class BadAddress(ValueError):
    """Not the address of a server, or not a key; the message says what is expected, no more."""


def clean(text: str) -> str:
    """The address of the server, without ``/api`` and slashes at its end; raises ``BadAddress``."""
    expected = BadAddress("expected an address like https://photos.example.org")
    try:
        url = urlsplit(text.strip())
        is_server = url.scheme in {"http", "https"} and url.hostname and url.port != 0
    except ValueError as exc:
        raise expected from exc
    if not is_server or url.query or url.fragment or not re.fullmatch(r"[!-~]*", url.path):
        raise expected
    if url.username is not None or url.password is not None:
        raise BadAddress("leave the name and the password out of the address")
    path = re.sub(r"/+(api/*)?$", "", url.path)
    return f"{url.scheme}://{url.netloc.lower()}{path}"


def clean_key(text: str) -> str:
    """A key that fits into a header; raises ``BadAddress``, which does not repeat it."""
    key = text.strip()
    if not KEY.fullmatch(key):
        raise BadAddress("a key has no spaces, no line breaks and plain letters only")
    return key
