"""How ``/api`` says no: the body that clients of Immich know, with words for people."""

import re
import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus

import orjson

CORRELATION = "x-immich-cid"


class ApiRefused(Exception):
    """A request of ``/api`` that is not done; ``message`` is shown to people by their clients."""

    def __init__(
        self,
        status: HTTPStatus,
        message: str | Sequence[str] = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message or status.phrase
        self.headers = dict(headers or {})


def error_body(refused: ApiRefused, correlation: str) -> bytes:
    """JSON: ``message``, ``error`` (the status in words), ``statusCode``, ``correlationId``."""
    message = refused.message if isinstance(refused.message, str) else list(refused.message)
    return orjson.dumps(
        {
            "message": message,
            "error": refused.status.phrase,
            "statusCode": refused.status.value,
            "correlationId": correlation,
        }
    )


def correlation_of(sent: str) -> str:
    """The id by which a request is found in a log: the caller's, if it is one, else a new one."""
    return sent if re.fullmatch(r"[\w.-]{1,64}", sent) else secrets.token_hex(4)
