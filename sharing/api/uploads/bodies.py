"""The body of a request as it comes: in pieces, in parts of a form, and to its end."""

import asyncio
from collections.abc import AsyncGenerator
from http import HTTPStatus
from typing import Any

from multipart import MultipartError, PushMultipartParser, parse_options_header

from portal.api_errors import ApiRefused
from portal.media.sending import Receive
from sharing.contributions.receiving import IDLE_FOR

MOST_PARTS = 100
LONGEST_HEADER = 16 * 1024  # bytes: names may be long, and each byte of them three characters


class ClientLeft(Exception):
    """Nobody waits for an answer any more."""


class Body:
    """``is_over`` once all of it was read."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.is_over = False

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Raises ``ClientLeft``, and ``ApiRefused`` (408) when nothing comes any more."""
        while not self.is_over:
            try:
                async with asyncio.timeout(IDLE_FOR):
                    message = await self._receive()
            except TimeoutError as exc:
                self.is_over = True
                words = "The upload was cut off. Please send it again."
                raise ApiRefused(
                    HTTPStatus.REQUEST_TIMEOUT, words, {"connection": "close"}
                ) from exc
            if message["type"] == "http.disconnect":
                raise ClientLeft
            self.is_over = not message.get("more_body", False)
            if piece := message.get("body", b""):
                yield piece

    async def drain(self, most: int) -> None:
        """Read what is left, or ``most`` bytes of it: some clients see no answer before the end."""
        left = most
        async for piece in self.pieces():
            left -= len(piece)
            if left < 0:
                return


async def parts_of(body: Body, content_type: str) -> AsyncGenerator[Any, None]:
    """A ``MultipartSegment``, its bytes, and ``None`` at its end, for each part of a form.

    Raises ``ApiRefused`` (400) for what is no form (RFC 7578), or not a whole one.
    """
    kind, options = parse_options_header(content_type)
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise no_form("Send the file as multipart/form-data, in a part named assetData.")
    try:
        parser = PushMultipartParser(
            options["boundary"], max_segment_count=MOST_PARTS, max_header_size=LONGEST_HEADER
        )
        async for piece in body.pieces():
            if not parser.closed:
                for part in parser.parse(piece):
                    yield part
        parser.close()
    except MultipartError as exc:
        raise no_form("The form did not arrive whole. Please send it again.") from exc


def no_form(words: str) -> ApiRefused:
    return ApiRefused(HTTPStatus.BAD_REQUEST, words)
