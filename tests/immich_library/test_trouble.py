"""A server that is away, refuses, or is suddenly another: nothing is lost, and all is told."""

from collections.abc import Callable

import pytest

from portal.library.immich.library import ImmichLibrary
from portal.library.interface import LibraryUnavailable
from portal.library.types import AssetFilter
from tests.immich import OTHER_KEY, Immich

MirrorOf = Callable[..., ImmichLibrary]
ALL = AssetFilter()


def refuses(library: ImmichLibrary, words: str) -> None:
    """The look fails with these words, and everything is there as before."""
    before = (library.albums(), library.timeline(ALL))
    with pytest.raises(LibraryUnavailable, match=words) as told:
        library.refresh()
    assert (library.albums(), library.timeline(ALL)) == before
    assert library.status().trouble == str(told.value)
    with pytest.raises(LibraryUnavailable, match=words):
        library.reach()


def is_well(library: ImmichLibrary) -> None:
    report = library.refresh()
    assert (report.removed, report.lost_assets) == (0, frozenset())
    assert library.status().trouble == ""
    library.reach()


def test_a_server_that_is_off_is_told_and_comes_back(immich: Immich, mirror: ImmichLibrary) -> None:
    immich.stop()
    refuses(mirror, "refuses connections")
    immich.start()
    is_well(mirror)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("html", "web page"),
        ("redirect-login", "sign-in page"),
        ("not-json", "does not answer as Immich"),
        ("other-json", "does not answer as Immich"),
        ("500", "fault of its own"),
    ],
)
def test_nonsense_is_told_and_believed_in_nothing(
    immich: Immich, mirror: ImmichLibrary, fault: str, words: str
) -> None:
    immich.control.fault(fault, times=None, path="^/api/")
    refuses(mirror, words)
    immich.control.clear_faults()
    is_well(mirror)


@pytest.mark.parametrize("path", ["/api/albums", "/api/search/metadata", "/api/api-keys/me"])
def test_nonsense_in_the_middle_empties_nothing(
    immich: Immich, mirror: ImmichLibrary, path: str
) -> None:
    immich.control.add_asset()
    immich.control.fault("other-json", times=None, path=path)
    refuses(mirror, "does not answer as Immich")


def test_a_revoked_key_is_told_and_a_new_one_works(immich: Immich, mirror: ImmichLibrary) -> None:
    immich.control.revoke_key(immich.api_key)
    refuses(mirror, "does not accept the key")
    immich.control.add_key(secret=immich.api_key)
    is_well(mirror)


def test_a_key_without_a_needed_permission_is_told(immich: Immich, mirror: ImmichLibrary) -> None:
    immich.control.set_permissions(immich.api_key, ["asset.read", "album.read", "asset.view"])
    refuses(mirror, "asset.download")


def test_a_key_with_the_needed_permissions_alone_works(immich: Immich, mirror_of: MirrorOf) -> None:
    needed = ["asset.read", "asset.view", "asset.download", "album.read"]
    library = mirror_of(immich, immich.control.add_key(needed))
    library.refresh()
    gone = library.timeline(ALL)[0].id
    immich.control.trash([str(gone)])
    assert library.refresh().lost_assets == {gone}


def test_an_old_version_is_told(immich: Immich, mirror: ImmichLibrary) -> None:
    immich.control.set_version("2.6.3")
    refuses(mirror, r"2\.6\.3; Loggia needs 2\.7")


def test_another_user_s_key_empties_nothing(
    immich: Immich, mirror: ImmichLibrary, mirror_of: MirrorOf
) -> None:
    other = mirror_of(immich, OTHER_KEY)
    refuses(other, "another user")
    is_well(mirror)


def test_losses_can_be_accepted(immich: Immich, mirror: ImmichLibrary, mirror_of: MirrorOf) -> None:
    other = mirror_of(immich, OTHER_KEY)
    other.accept_losses()
    other.refresh()
    assert [album.name for album in other.albums()] == ["Ben's party"]
    assert {asset.filename for asset in other.assets(ALL)} == {"BEN_0.jpg", "BEN_1.jpg"}


def test_a_server_that_lost_all_its_photos_empties_nothing(
    immich: Immich, mirror: ImmichLibrary
) -> None:
    immich.control.delete([one["id"] for one in immich.control.truth(with_sha1=False)])
    refuses(mirror, "accept-losses")


def test_a_server_that_lost_its_albums_too_empties_nothing(
    immich: Immich, mirror: ImmichLibrary
) -> None:
    for album_id in immich.control.albums().values():
        immich.control.delete_album(album_id)
    immich.control.delete([one["id"] for one in immich.control.truth(with_sha1=False)])
    refuses(mirror, "accept-losses")


def test_a_server_that_knows_no_ping_cannot_be_reached(
    immich: Immich, mirror: ImmichLibrary
) -> None:
    immich.control.fault("404", path="/api/server/ping")
    with pytest.raises(LibraryUnavailable, match="does not answer as Immich"):
        mirror.reach()
    mirror.reach()
