"""Owners and guests of ``/api/shared-links``, over a library in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from portal.accounts.api_keys import make_api_key
from portal.library.types import Album
from sharing.links import LinkSettings, share_assets
from sharing.models import SharedLink
from tests.memory_library import MemoryLibrary
from tests.sharing.conftest import album, library, link, owner, owner_client, send, staging

__all__ = ["album", "library", "link", "owner", "owner_client", "send", "staging"]
LINKS = "/api/shared-links"


@dataclass
class Program:
    """Something that speaks JSON to ``/api``, as clients of Immich do."""

    client: Client
    headers: dict[str, str]

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent: dict[str, Any] = {"headers": {**self.headers, **headers}}
        if body is not None:
            sent |= {"data": body, "content_type": "application/json"}
        return getattr(self.client, method.lower())(path, **sent)

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("get", path, **headers)

    def post(self, path: str, body: Any = None) -> Any:
        return self.ask("post", path, body)

    def patch(self, path: str, body: Any) -> Any:
        return self.ask("patch", path, body)

    def put(self, path: str, body: Any) -> Any:
        return self.ask("put", path, body)

    def delete(self, path: str, body: Any = None) -> Any:
        return self.ask("delete", path, body)


def program_of(user: User, *permissions: str) -> Program:
    _row, secret = make_api_key(user, "a program", permissions or ("all",))
    return Program(Client(), {"x-api-key": secret})


@pytest.fixture
def program(owner: User) -> Program:
    """The owner's, that may do anything."""
    return program_of(owner)


@pytest.fixture
def guest(db: None) -> Program:
    """A program without a key of its own; it keeps cookies."""
    return Program(Client(), {})


@pytest.fixture
def chosen(owner: User, library: MemoryLibrary, album: Album) -> SharedLink:
    """A link of three chosen photos."""
    ids = [asset.id for asset in list(library.held.values())[:3]]
    return share_assets(owner, ids, LinkSettings())


@pytest.fixture
def refused() -> Callable[[HttpResponse], tuple[int, str]]:
    """The status and the words of a refusal, whose body is as clients know it."""

    def read(response: Any) -> tuple[int, str]:
        body = response.json()
        assert body.keys() == {"message", "error", "statusCode", "correlationId"}, body
        assert body["statusCode"] == response.status_code
        message = body["message"]
        return response.status_code, message if isinstance(message, str) else " ".join(message)

    return read
