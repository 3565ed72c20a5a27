"""Looks with little time: each goes on where the last ended, and linked albums come first."""

from collections.abc import Callable
from uuid import UUID

from portal.library.immich.library import ImmichLibrary
from portal.library.types import AssetFilter
from tests.immich import Immich

MirrorOf = Callable[..., ImmichLibrary]


def test_short_looks_come_to_an_end_with_everything(
    start_immich: Callable[..., Immich], mirror_of: MirrorOf
) -> None:
    immich = start_immich(assets=2_500)
    library = mirror_of(immich)
    looks = 1
    while library.refresh(seconds=0).unread:
        assert library.status().last_refresh is None
        looks += 1
        assert looks < 200
    assert looks > 3
    assert library.status().last_refresh
    other = [
        one for one in immich.control.truth(with_sha1=False) if one["visibility"] == "timeline"
    ]
    mine = {
        UUID(one["id"])
        for one in other
        if one["owner_id"] == immich.control.owner_id() and not one["is_trashed"]
    }
    assert {entry.id for entry in library.timeline(AssetFilter())} == mine


def test_albums_that_are_shared_are_read_first(immich: Immich, mirror_of: MirrorOf) -> None:
    library = mirror_of(immich)
    shared = UUID(immich.control.albums()["Everything"])  # the largest: by itself it comes last

    for _ in range(2):  # a look without time comes to one album at most
        library.refresh(seconds=0.001, first=[shared])
        if library.albums():
            break
    library.refresh(seconds=0.3, first=[shared])
    assert library.album(shared).count > 0


def test_a_look_at_what_has_not_changed_asks_little(immich: Immich, mirror: ImmichLibrary) -> None:
    mirror.refresh()
    immich.control.clear_requests()
    mirror.refresh()
    assert len(immich.control.requests()) <= 10
