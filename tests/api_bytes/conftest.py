"""An owner's program and guests, over real files and a real web process."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.contrib.auth.models import User

from portal.accounts.api_keys import make_api_key
from portal.accounts.models import ApiKey
from sharing.models import SharedLink
from tests.api_bytes.server import Server
from tests.downloads.conftest import library, link, make_link, work
from tests.downloads.files_library import FilesLibrary

__all__ = ["library", "link", "make_link", "work"]
PICTURE = b"\xff\xd8 a photo " * 5000


@dataclass
class Program:
    """Something that asks ``/api`` with one set of credentials."""

    client: httpx.Client
    headers: dict[str, str]
    query: dict[str, str]

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**self.headers, **options.pop("headers", {})}
        url = httpx.URL(f"/api{path}").copy_merge_params(self.query)
        return self.client.request(method, url, headers=headers, **options)

    def get(self, path: str, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("GET", path, headers=named)

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", path, json=body, headers=named)


@pytest.fixture
def server(
    transactional_db: None, library: FilesLibrary, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["*"])
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.address, timeout=30) as client:
        yield client


@pytest.fixture
def owner(transactional_db: None) -> User:
    user, _ = User.objects.get_or_create(username="olga")
    return user


@pytest.fixture
def owner_with(owner: User, client: httpx.Client) -> Callable[..., Program]:
    """An owner's program whose key has these permissions."""

    def make(*permissions: str) -> Program:
        _row, secret = make_api_key(owner, "a program", permissions)
        return Program(client, {"x-api-key": secret}, {})

    return make


@pytest.fixture
def program(owner_with: Callable[..., Program]) -> Program:
    return owner_with("all")


@pytest.fixture
def guest_of(client: httpx.Client) -> Callable[[SharedLink], Program]:
    def make(link: SharedLink) -> Program:
        return Program(client, {}, {"key": link.key})

    return make


@pytest.fixture
def revoke() -> Callable[[], None]:
    """Take every API key away."""

    def all_of_them() -> None:
        ApiKey.objects.all().delete()

    return all_of_them


def said(response: httpx.Response) -> tuple[int, Any]:
    """The status and the words of a refusal, whose body is as clients know it."""
    body = response.json()
    assert body.keys() == {"message", "error", "statusCode", "correlationId"}
    assert body["statusCode"] == response.status_code
    return response.status_code, body["message"]
