"""Links and albums of the portal over what Immich holds, as a guest and the owner see them."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ

from portal.library import get_library
from portal.library.immich.library import ImmichLibrary
from portal.library.immich.models import MirrorState
from portal.library.types import AssetFilter
from sharing.albums.editing import make_album
from sharing.links import LinkSettings, share_album, share_assets, share_portal_album
from sharing.models import SharedLink
from sharing.showing.grid import grid_of
from sharing.tasks import rescan, rescan_quietly, sweep
from tests.immich import Immich

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def library(
    immich: Immich, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ImmichLibrary]:
    """The portal's library is the stand-in, by its settings."""
    monkeypatch.setattr(settings, "LOGGIA_IMMICH_URL", immich.url)
    monkeypatch.setattr(settings, "LOGGIA_IMMICH_API_KEY", immich.api_key)
    monkeypatch.setattr(settings, "LOGGIA_DATA", tmp_path)
    monkeypatch.setattr(settings, "RENDITIONS_DIR", tmp_path / "renditions")
    get_library.cache_clear()
    grid_of.cache_clear()
    library = get_library()
    assert isinstance(library, ImmichLibrary)
    rescan()
    yield library
    library.close()
    get_library.cache_clear()
    grid_of.cache_clear()


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("olga")


def album_id(immich: Immich, name: str) -> UUID:
    return UUID(immich.control.albums()[name])


def page_of(link: SharedLink) -> str:
    answer = Client().get(f"/share/{link.key}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_guest_sees_an_album_of_immich(
    immich: Immich, library: ImmichLibrary, owner: User
) -> None:
    link = share_album(owner, album_id(immich, "Small 20"), LinkSettings())
    page = page_of(link)
    assert "Small 20" in page
    assert page.count("/thumbnail/") >= 20 or page.count("/media/") >= 20


def test_guests_never_wait_for_immich(immich: Immich, library: ImmichLibrary, owner: User) -> None:
    link = share_album(owner, album_id(immich, "Small 20"), LinkSettings())
    immich.stop()
    assert "Small 20" in page_of(link)
    immich.start()


def test_a_large_album_opens_with_as_many_queries_as_a_small_one(
    immich: Immich, library: ImmichLibrary, owner: User
) -> None:
    counts = []
    for name in ("Small 20", "Everything"):
        link = share_album(owner, album_id(immich, name), LinkSettings())
        page_of(link)
        with CaptureQueriesContext(connection) as queries:
            page_of(link)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_trashed_photo_voids_the_addresses_of_links_that_had_it(
    immich: Immich, library: ImmichLibrary, owner: User
) -> None:
    of_album = share_album(owner, album_id(immich, "Small 20"), LinkSettings())
    gone = library.timeline(_of(immich, "Small 20"))[0].id
    of_photo = share_assets(owner, [gone], LinkSettings())
    immich.control.trash([str(gone)])
    rescan()

    for link in (of_album, of_photo):
        before = link.epoch
        link.refresh_from_db()
        assert link.epoch > before
        assert str(gone) not in page_of(link)


def test_an_album_that_is_deleted_in_immich_takes_its_link_s_photos_along(
    immich: Immich, library: ImmichLibrary, owner: User
) -> None:
    link = share_album(owner, album_id(immich, "Small 20"), LinkSettings())
    album = immich.world.albums[str(link.album_id)]
    immich.control.delete_album(album.id)
    rescan()
    assert "/media/" not in page_of(link)

    immich.world.albums[album.id] = album
    rescan()
    assert "/media/" in page_of(link)


def test_albums_made_in_the_portal_hold_photos_of_immich(
    immich: Immich, library: ImmichLibrary, owner: User
) -> None:
    chosen = [entry.id for entry in library.timeline(_of(immich, "Everything"))[:3]]
    album = make_album(owner, "Best of", chosen)
    link = share_portal_album(owner, album, LinkSettings())
    assert "Best of" in page_of(link)

    immich.control.trash([str(chosen[0])])
    rescan()
    album.refresh_from_db()
    assert album.images == 2
    immich.control.restore([str(chosen[0])])
    rescan()
    album.refresh_from_db()
    assert album.images == 3


def test_the_sweep_has_immich_looked_at_again(immich: Immich, library: ImmichLibrary) -> None:
    OrmQ.objects.all().delete()
    sweep()
    assert not OrmQ.objects.exists()
    MirrorState.change(last_refresh=None)
    sweep()
    assert OrmQ.objects.count() == 1


def test_a_look_that_fails_is_on_the_status_page_alone(
    immich: Immich, library: ImmichLibrary
) -> None:
    immich.stop()
    rescan_quietly()
    assert "refuses connections" in library.status().trouble
    immich.start()
    rescan_quietly()
    assert library.status().trouble == ""


def test_scan_is_a_look_at_immich(
    immich: Immich, library: ImmichLibrary, capsys: pytest.CaptureFixture[str]
) -> None:
    immich.control.add_asset()
    call_command("scan")
    assert capsys.readouterr().out.endswith("in 2 albums: 1 new\n")
    immich.stop()
    with pytest.raises(CommandError, match="refuses connections"):
        call_command("scan")
    immich.start()


def _of(immich: Immich, name: str) -> AssetFilter:
    return AssetFilter(album_id(immich, name))
