"""Links as a client of Immich 3 reads them: by the models made from Immich's own description."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from immichpy.client.generated import SharedLinkCreateDto, SharedLinkEditDto, SharedLinkResponseDto

from portal.library.types import Album
from sharing.albums.editing import make_album
from sharing.links import LinkSettings, share_album, share_portal_album
from sharing.models import SharedLink
from tests.api_links.conftest import LINKS, Program
from tests.memory_library import MemoryLibrary


def read(answer: Any) -> SharedLinkResponseDto:
    """The answer, after the client's own checks."""
    assert answer.status_code in {200, 201}, answer.content
    link = SharedLinkResponseDto.from_dict(answer.json())
    assert link is not None
    return link


@pytest.fixture(params=["bare", "without places", "everything"])
def told(request: pytest.FixtureRequest) -> LinkSettings:
    return {
        "bare": LinkSettings(show_metadata=False),
        "without places": LinkSettings(show_location=False),
        "everything": LinkSettings(),
    }[request.param]


def test_every_kind_of_link_is_read(
    program: Program, guest: Program, chosen: SharedLink, library: MemoryLibrary, told: LinkSettings
) -> None:
    owner, album_id = chosen.owner, next(iter(library.members))
    SharedLink.objects.update(show_metadata=told.show_metadata, show_location=told.show_location)
    made = make_album(owner, "The best", list(library.held)[:2])
    for link in (
        chosen,
        share_album(owner, album_id, told),
        share_portal_album(owner, made, told),
        share_album(owner, album_id, LinkSettings(allow_upload=True, hides_album=True)),
    ):
        shown = read(guest.get(f"{LINKS}/me?key={link.key}"))
        owned = read(program.get(f"{LINKS}/{link.pk}"))
        assert shown.id == owned.id == link.pk
        assert len(shown.assets) == len(owned.assets) == (3 if link is chosen else 0)
    assert len([read_one(one) for one in program.get(LINKS).json()]) == 4


def read_one(link: dict[str, Any]) -> SharedLinkResponseDto | None:
    return SharedLinkResponseDto.from_dict(link)


def test_an_album_that_is_gone_is_read(
    program: Program, guest: Program, link: SharedLink, library: MemoryLibrary
) -> None:
    library.members.clear()
    shown = read(guest.get(f"{LINKS}/me?key={link.key}"))
    assert shown.album
    assert shown.album.asset_count == 0
    assert read(program.get(f"{LINKS}/{link.pk}")).id == link.pk
    assert len(program.get(LINKS).json()) == 1


def test_what_a_client_sends_is_understood(
    program: Program, owner: User, album: Album, library: MemoryLibrary
) -> None:
    sent = SharedLinkCreateDto.from_dict({"type": "ALBUM", "albumId": str(album.id)})
    assert sent is not None
    made = read(program.post(LINKS, sent.to_json()))
    change = SharedLinkEditDto.from_dict({"description": "Hello", "allowDownload": False})
    assert change is not None
    changed = read(program.patch(f"{LINKS}/{made.id}", change.to_json()))
    assert (changed.description, changed.allow_download, changed.allow_upload) == (
        "Hello",
        False,
        False,
    )
