"""An owner's program that searches, over a library in memory."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from portal.library.types import Album, Asset, AssetKind, Exif
from tests.api_links.conftest import Program, guest, program, program_of, refused
from tests.memory_library import MemoryLibrary
from tests.sharing.conftest import album, library, link, owner, staging

__all__ = [
    "Program", "album", "guest", "library", "link", "owner", "program", "program_of", "refused",
    "staging",
]  # fmt: skip
SEARCH = "/api/search/metadata"


@pytest.fixture
def place(library: MemoryLibrary, album: Album) -> Callable[..., Asset]:
    """Put a photo with these facts into the album."""

    def put(**facts: Any) -> Asset:
        exif = {name: facts.pop(name) for name in list(facts) if name in Exif.__slots__}
        asset = Asset(
            id=uuid4(), kind=AssetKind.IMAGE, filename="IMG_1.jpg", media_type="image/jpeg",
            size=5, width=4, height=3, taken_at=datetime(2024, 5, 1, 12),  # noqa: DTZ001
            utc_offset=timedelta(hours=2), sha1=uuid4().bytes + b"1234", exif=Exif(**exif),
        )  # fmt: skip
        asset = replace(asset, **facts)
        library.place(asset, album.id)
        return asset

    return put


@pytest.fixture
def found(program: Program) -> Callable[..., list[str]]:
    """Search for it; the ids of all that is found, page after page."""

    def search(**asked: Any) -> list[str]:
        ids, page = [], "1"
        while page:
            response = program.post(SEARCH, {"page": page, **asked})
            assert response.status_code == 200, response.content
            assets = response.json()["assets"]
            assert assets["count"] == assets["total"] == len(assets["items"])
            ids += [item["id"] for item in assets["items"]]
            page = assets["nextPage"]
        return ids

    return search
