"""Requests and answers, as far as the stand-in needs them."""

import json
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from portal.fake_immich.contents import Contents

Json = Any  # what json can write
NO_CACHE = {"Cache-Control": "none"}  # where a file was asked for
_LETTERS = string.ascii_lowercase + string.digits


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes = b""

    @cached_property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.query_string, keep_blank_values=True))

    @cached_property
    def cookies(self) -> dict[str, str]:
        pairs = (part.strip().partition("=") for part in self.headers.get("cookie", "").split(";"))
        return {name: value for name, _equals, value in pairs}

    @cached_property
    def cid(self) -> str:
        given = self.headers.get("x-immich-cid")
        return given or "".join(secrets.choice(_LETTERS) for _letter in range(8))

    def json(self) -> dict[str, Json]:
        """The body; an empty one, or one that is not JSON by its type, is no object."""
        if "json" not in self.headers.get("content-type", ""):
            return {}
        try:
            found = json.loads(self.body or b"{}")
        except ValueError as exc:
            raise Refused(HTTPStatus.BAD_REQUEST, f"Unexpected token in JSON: {exc}") from exc
        return found if isinstance(found, dict) else {}


class Refused(Exception):
    """An answer in Immich's form of errors; without ``error`` when ``is_plain``."""

    def __init__(
        self,
        status: HTTPStatus,
        message: str | list[str],
        *,
        is_plain: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.is_plain = is_plain
        self.headers = headers or {}

    def body(self, cid: str) -> dict[str, Json]:
        error = {} if self.is_plain else {"error": self.status.phrase}
        return {
            "message": self.message, **error, "statusCode": int(self.status), "correlationId": cid
        }  # fmt: skip


def bad_request(message: str | list[str]) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, message)


def no_access(permission: str) -> Refused:
    headers = NO_CACHE if permission in {"asset.download", "asset.view"} else None
    message = f"Not found or no {permission} access"
    return Refused(HTTPStatus.BAD_REQUEST, message, headers=headers)


@dataclass(frozen=True)
class JsonAnswer:
    body: Json
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Empty:
    status: HTTPStatus = HTTPStatus.NO_CONTENT


@dataclass(frozen=True)
class Redirect:
    location: str


@dataclass(frozen=True)
class FileAnswer:
    contents: Contents
    media_type: str
    filename: str = ""  # none: no Content-Disposition


@dataclass(frozen=True)
class ArchiveAnswer:
    """Files by the names they have in it."""

    files: Mapping[str, Contents]


@dataclass(frozen=True)
class Page:
    html: bytes


Answer = Page | JsonAnswer | Empty | Redirect | FileAnswer | ArchiveAnswer
