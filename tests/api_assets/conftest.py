"""Owners and guests of ``/api``, over a library in memory."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from portal.library.types import Album, Asset, Exif
from sharing.models import SharedLink
from tests.api_links.conftest import Program, guest, program, program_of, refused
from tests.memory_library import MemoryLibrary
from tests.sharing.conftest import album, library, link, owner, send, staging

__all__ = [
    "Program", "album", "guest", "library", "link", "owner", "program", "program_of", "refused",
    "send", "staging",
]  # fmt: skip
UNKNOWN = UUID("00000000-0000-4000-8000-000000000000")


def first_of(library: MemoryLibrary, album: Album) -> Asset:
    """The album's first photo, now with all that a camera can say."""
    asset = library.held[library.members[album.id][0]]
    exif = Exif(
        make="Canon", model="EOS R6", lens="RF24-105mm", exposure_time=1 / 60, f_number=1.8,
        iso=100, focal_length=24, latitude=48.86, longitude=2.35, description="Lunch", rating=4,
        city="Paris", country="France",
    )  # fmt: skip
    told = replace(asset, exif=exif, utc_offset=timedelta(hours=2), sha1=b"s" * 20)
    library.held[asset.id] = told
    return told


@pytest.fixture
def photo(library: MemoryLibrary, album: Album) -> Asset:
    return first_of(library, album)


def by_key(link: SharedLink, path: str) -> str:
    """The path, asked for as a guest of the link."""
    return f"{path}{'&' if '?' in path else '?'}key={link.key}"


def ids_of(answer: list[dict[str, str]]) -> list[str]:
    return [each["id"] for each in answer]
