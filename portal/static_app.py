"""Serves the collected static files: what WhiteNoise indexed, without its middleware."""

import logging
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO

from whitenoise import WhiteNoise

from portal.media.sending import GUARDS, Receive, Scope, Send, send_short

logger = logging.getLogger(__name__)

HASHED = r"\.[0-9a-f]{12}\.[^/]+$"  # Django's manifest names: other content is another name
UNHASHED_FRESH_FOR = 60  # seconds
# No range and no If-Range: these files are small, and RFC 9110 lets a server send the whole.
_PASSED_ON = {
    b"accept-encoding": "HTTP_ACCEPT_ENCODING",
    b"if-none-match": "HTTP_IF_NONE_MATCH",
    b"if-modified-since": "HTTP_IF_MODIFIED_SINCE",
}
_NOSNIFF = GUARDS[0]


class StaticApp:
    """An ASGI application over the files below ``root``, indexed once at the start.

    Compressed variants are chosen by Accept-Encoding, hashed names are fresh for ever, and what is
    not in the index is 404.
    """

    def __init__(self, root: Path, prefix: str) -> None:
        self._files: dict[str, Any] = {}
        if not root.is_dir():
            logger.error("No static files in %s: run manage.py collectstatic.", root)
            return
        index = WhiteNoise(
            None,
            root=root,
            prefix=prefix,
            max_age=UNHASHED_FRESH_FOR,
            allow_all_origins=False,
            immutable_file_test=HASHED,
        )
        self._files = index.files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        file = self._files.get(scope["path"])
        is_head = scope["method"] == "HEAD"
        if file is None:
            await send_short(send, HTTPStatus.NOT_FOUND, is_head=is_head)
            return
        try:
            response = file.get_response(scope["method"], _environ(scope["headers"]))
        except OSError:
            logger.exception("A static file went missing: run manage.py collectstatic.")
            await send_short(send, HTTPStatus.NOT_FOUND, is_head=is_head)
            return
        headers = [(name.lower().encode(), value.encode()) for name, value in response.headers]
        start = {"type": "http.response.start", "status": int(response.status)}
        await send({**start, "headers": [*headers, _NOSNIFF]})
        await send({"type": "http.response.body", "body": _read(response.file)})


def _environ(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {
        _PASSED_ON[name]: value.decode("latin-1") for name, value in headers if name in _PASSED_ON
    }


def _read(file: BinaryIO | None) -> bytes:
    """Read at once: scripts and styles are small, and in the page cache."""
    if file is None:
        return b""
    with file:
        return file.read()
