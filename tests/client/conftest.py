"""The client against stand-ins for Immich of both generations."""

import hashlib
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import anyio
import pytest

from downloads.client import Client, UploadResult
from downloads.engine import Limits
from tests.immich import Immich

T = TypeVar("T")
Use = Callable[[Client], Awaitable[T]]
QUICK = Limits(backoff=0.01, backoff_cap=0.05, silence=2, disk_reserve=0, disk_poll=0.02)


@pytest.fixture(params=[(2, 7, 5), (3, 2, 0)], ids=["2.7", "3.2"])
def server(request: pytest.FixtureRequest, start_immich: Callable[..., Immich]) -> Immich:
    return start_immich(version=request.param)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "saved"


@pytest.fixture
def camera(tmp_path: Path) -> Path:
    """A folder that files are sent from."""
    folder = tmp_path / "camera"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of retries wait for none."""
    from dataclasses import replace

    from downloads.client import connection

    patience = replace(connection.PATIENCE, backoff=0.01, retry_after_cap=0.01)
    monkeypatch.setattr(connection, "PATIENCE", patience)


def with_client(url: str, use: Use[T], api_key: str | None = None, **access: Any) -> T:
    """What ``use`` returns, on an event loop of its own."""

    async def run() -> T:
        async with Client(url, api_key, limits=QUICK, **access) as client:
            return await use(client)

    return anyio.run(run)


def go(immich: Immich, use: Use[T]) -> T:
    """As the server's owner."""
    return with_client(immich.url, use, immich.api_key)


def send(immich: Immich, paths: Any, **options: Any) -> UploadResult:
    async def upload(client: Client) -> UploadResult:
        return await client.upload(paths, **options)

    return go(immich, upload)


def truth_of(immich: Immich, asset_id: str) -> dict[str, Any]:
    return dict(immich.control.truth(asset_id)[0])


def pictures(immich: Immich) -> list[str]:
    """Ids of the owner's pictures in the timeline."""
    mine = immich.control.owner_id()
    return [
        each["id"] for each in immich.control.truth(with_sha1=False)
        if each["owner_id"] == mine and each["kind"] == "IMAGE" and not each["is_trashed"]
        and each["visibility"] == "timeline" and not each["is_external"]
        and not each["live_video_id"]
    ]  # fmt: skip


def sha1(path: Path) -> str:
    return hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest()


def names(folder: Path) -> list[str]:
    """Of all files in a folder, however deep."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def photo(path: Path, content: str = "") -> Path:
    """What a server that looks at names alone takes for a photo; different for each name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\xff\xd8\xff\xe0" + (content or path.name).encode() * 50)
    return path


def film(path: Path, seconds: float) -> Path:
    """A film's description without the film (ISO/IEC 14496-12, 8.2.2), after its content."""
    header = struct.pack(">IIIII", 0, 0, 0, 1000, int(seconds * 1000)) + bytes(80)
    boxes = [(b"ftyp", b"qt  "), (b"mdat", path.name.encode()), (b"moov", _box(b"mvhd", header))]
    path.write_bytes(b"".join(_box(kind, content) for kind, content in boxes))
    return path


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content
