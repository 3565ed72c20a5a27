"""A portal in a thread over each home of photos in turn, and the programs that send to it."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from django.conf import settings
from django.contrib.auth.models import User

from portal.accounts.api_keys import make_api_key
from portal.library.types import Album
from sharing.links import LinkSettings, share_album
from sharing.models import SharedLink
from tests.api_bytes.server import Server
from tests.finishing.conftest import staging
from tests.homes.conftest import Home, album, home, owner
from tests.immich import start_immich

__all__ = ["Home", "album", "home", "owner", "staging", "start_immich"]
TIMES = {
    "fileCreatedAt": "2021-05-05T10:00:00.000Z",
    "fileModifiedAt": "2025-05-05T10:00:00.000Z",
}
Answer = tuple[int, Any]


@dataclass
class Program:
    """Sends files as clients of Immich do, with one set of credentials."""

    client: httpx.Client
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def send(
        self, content: bytes, name: str = "IMG_1.jpg", *, checksum: str = "", **fields: str
    ) -> Answer:
        return self.post(
            files={"assetData": (name, content)}, data={**TIMES, **fields}, checksum=checksum
        )

    def post(self, *, checksum: str = "", **request: Any) -> Answer:
        headers = self.headers | ({"x-immich-checksum": checksum} if checksum else {})
        headers |= request.pop("headers", {})
        answer = self.client.post("/api/assets", params=self.query, headers=headers, **request)
        return answer.status_code, answer.json()

    def created(self, content: bytes, name: str = "IMG_1.jpg", **fields: str) -> UUID:
        status, said = self.send(content, name, **fields)
        assert (status, said.get("status")) == (201, "created"), said
        return UUID(said["id"])


@pytest.fixture
def server(home: Home, staging: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["*"])
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.address, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture
def program_with(owner: User, client: httpx.Client) -> Callable[..., Program]:
    """An owner's program whose key has these permissions."""

    def make(*permissions: str) -> Program:
        _row, secret = make_api_key(owner, "a program", permissions)
        return Program(client, headers={"x-api-key": secret})

    return make


@pytest.fixture
def program(program_with: Callable[..., Program]) -> Program:
    return program_with("asset.upload")


@pytest.fixture
def guest_of(client: httpx.Client) -> Callable[[SharedLink], Program]:
    def make(link: SharedLink) -> Program:
        return Program(client, query={"key": link.key})

    return make


@pytest.fixture
def share(owner: User, album: Album) -> Callable[..., SharedLink]:
    """A link to the album that takes uploads, unless it is said otherwise."""

    def make(**wanted: Any) -> SharedLink:
        return share_album(owner, album.id, LinkSettings(**{"allow_upload": True, **wanted}))

    return make


def sha1(content: bytes) -> "hashlib._Hash":
    return hashlib.sha1(content, usedforsecurity=False)


def words(answer: Answer) -> tuple[int, str]:
    """The status and what a person reads of a refusal."""
    status, said = answer
    assert said["statusCode"] == status
    message = said["message"]
    return status, message if isinstance(message, str) else "; ".join(message)
