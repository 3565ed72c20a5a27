"""What the mirror of an Immich shows, and how it follows what happens there."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from portal.library.immich.library import ImmichLibrary
from portal.library.interface import NotInLibrary
from portal.library.types import Album, AssetFilter
from tests.immich import Immich

MirrorOf = Callable[..., ImmichLibrary]
ALL = AssetFilter()


def named(library: ImmichLibrary, name: str) -> Album:
    return next(album for album in library.albums() if album.name == name)


def ids_in(library: ImmichLibrary, name: str) -> set[UUID]:
    return {entry.id for entry in library.timeline(AssetFilter(named(library, name).id))}


def first_in(library: ImmichLibrary, name: str) -> UUID:
    return library.timeline(AssetFilter(named(library, name).id))[0].id


def truth(immich: Immich, **wanted: object) -> set[UUID]:
    return {
        UUID(one["id"])
        for one in immich.control.truth(with_sha1=False)
        if all(one[name] == value for name, value in wanted.items())
    }


@pytest.mark.parametrize("version", [(2, 7, 5), (3, 2, 0)])
def test_albums_and_the_timeline_are_those_of_immich(
    start_immich: Callable[..., Immich], mirror_of: MirrorOf, version: tuple[int, int, int]
) -> None:
    immich = start_immich(version=version)
    library = mirror_of(immich)
    library.refresh()
    mine = truth(
        immich, visibility="timeline", is_trashed=False, owner_id=immich.control.owner_id()
    )

    assert [album.name for album in library.albums()] == ["Everything", "Small 20"]
    assert ids_in(library, "Everything") == mine
    assert {entry.id for entry in library.timeline(ALL)} == mine
    assert named(library, "Small 20").count == 20
    videos = [asset for asset in library.assets(ALL) if asset.kind == "video"]
    assert {asset.duration for asset in videos} != {None, timedelta(0)}


def test_what_is_hidden_or_in_the_trash_is_never_shown(
    immich: Immich, mirror: ImmichLibrary
) -> None:
    for asset_id in truth(immich, is_trashed=True):
        with pytest.raises(NotInLibrary):
            mirror.asset(asset_id)
    hidden = truth(immich, visibility="hidden")
    assert hidden
    assert not mirror.assets(AssetFilter(ids=frozenset(hidden)))
    assert not mirror.contains(AssetFilter(ids=frozenset(hidden)), next(iter(hidden)))


def test_an_archived_photo_is_shown_in_albums_alone(immich: Immich, mirror: ImmichLibrary) -> None:
    (archived,) = truth(immich, visibility="archive")
    immich.control.add_to_album(str(named(mirror, "Small 20").id), [str(archived)])
    mirror.refresh()

    assert archived in ids_in(mirror, "Small 20")
    assert archived not in {entry.id for entry in mirror.timeline(ALL)}


def test_moving_halves_are_known_with_their_size(immich: Immich, mirror: ImmichLibrary) -> None:
    stills = [asset for asset in mirror.assets(ALL) if asset.live_video_id]
    assert len(stills) == 2
    for still in stills:
        assert still.live_video_id
        half = mirror.asset(still.live_video_id)
        (known,) = immich.control.truth(str(half.id))
        assert (half.size, half.kind) == (known["size"], "video")
        assert half.sha1 == bytes.fromhex(known["sha1"])


def test_times_are_those_of_the_wall_clock(mirror: ImmichLibrary) -> None:
    asset = min(mirror.assets(ALL), key=lambda asset: asset.filename)
    assert asset.taken_at.tzinfo is None
    assert asset.utc_offset == timedelta(hours=2)


def test_no_checksum_is_believed_that_is_of_a_path(immich: Immich, mirror: ImmichLibrary) -> None:
    (external,) = truth(immich, is_external=True)
    assert mirror.asset(external).sha1 is None
    assert mirror.original(external).sha1 is None


def test_an_unknown_size_is_unknown(immich: Immich, mirror: ImmichLibrary) -> None:
    sizes = {pk: file.size for pk, file in mirror.originals(list(truth(immich))).items()}
    assert list(sizes.values()).count(None) == 1


def test_the_key_shows_in_nothing_that_is_printed(mirror: ImmichLibrary, immich: Immich) -> None:
    original = mirror.original(mirror.timeline(ALL)[0].id)
    assert original.headers["x-api-key"] == immich.api_key
    assert immich.api_key not in repr(original) + repr(mirror)


def test_people_are_known_by_name(mirror: ImmichLibrary) -> None:
    assert [person.name for person in mirror.people()] == ["Anna", "Otto"]


def test_a_new_photo_is_there_after_the_next_look(immich: Immich, mirror: ImmichLibrary) -> None:
    added = immich.control.add_asset(album_id=str(named(mirror, "Small 20").id))
    report = mirror.refresh()

    assert report.added == 1
    assert UUID(added) in ids_in(mirror, "Small 20")


def test_a_photo_in_the_trash_is_lost_until_that_is_acknowledged(
    immich: Immich, mirror: ImmichLibrary
) -> None:
    album, gone = named(mirror, "Small 20"), first_in(mirror, "Small 20")
    immich.control.trash([str(gone)])
    report = mirror.refresh()

    assert report.removed == 1
    assert album.id in report.shrunk_albums
    assert report.lost_assets == {gone}
    assert gone not in ids_in(mirror, "Small 20")
    assert mirror.originals([gone]) == {}
    mirror.acknowledge(report)
    assert mirror.refresh().lost_assets == frozenset()


def test_a_photo_out_of_the_trash_is_back_where_it_was(
    immich: Immich, mirror: ImmichLibrary
) -> None:
    gone = first_in(mirror, "Small 20")
    immich.control.trash([str(gone)])
    mirror.refresh()
    immich.control.restore([str(gone)])
    mirror.refresh()
    assert gone in ids_in(mirror, "Small 20")


@pytest.mark.parametrize("visibility", ["hidden", "locked"])
def test_a_photo_that_is_hidden_is_lost_after_the_next_look(
    immich: Immich, mirror: ImmichLibrary, visibility: str
) -> None:
    gone = first_in(mirror, "Small 20")
    immich.control.change_asset(str(gone), {"visibility": visibility})
    assert gone in mirror.refresh().lost_assets
    with pytest.raises(NotInLibrary):
        mirror.asset(gone)


def test_a_photo_deleted_for_good_is_lost(immich: Immich, mirror: ImmichLibrary) -> None:
    gone = first_in(mirror, "Small 20")
    immich.control.delete([str(gone)])
    assert gone in mirror.refresh().lost_assets
    assert gone not in {entry.id for entry in mirror.timeline(ALL)}


def test_a_photo_taken_out_of_an_album_stays_in_the_library(
    immich: Immich, mirror: ImmichLibrary
) -> None:
    album, gone = named(mirror, "Small 20"), first_in(mirror, "Small 20")
    immich.control.remove_from_album(str(album.id), [str(gone)])
    report = mirror.refresh()

    assert report.shrunk_albums == {album.id}
    assert report.lost_assets == frozenset()
    assert gone not in ids_in(mirror, "Small 20")
    assert mirror.asset(gone).id == gone


def test_an_album_that_is_deleted_shows_nothing(immich: Immich, mirror: ImmichLibrary) -> None:
    album = named(mirror, "Small 20")
    immich.control.delete_album(str(album.id))
    report = mirror.refresh()

    assert report.shrunk_albums == {album.id}
    assert [each.name for each in mirror.albums()] == ["Everything"]
    assert mirror.album(album.id).count == 0
    assert mirror.timeline(AssetFilter(album.id)) == []


def test_an_album_that_comes_back_is_whole(immich: Immich, mirror: ImmichLibrary) -> None:
    before = ids_in(mirror, "Small 20")
    album = immich.world.albums.pop(str(named(mirror, "Small 20").id))
    mirror.refresh()
    immich.world.albums[album.id] = album
    mirror.refresh()
    assert ids_in(mirror, "Small 20") == before


def test_an_album_is_known_by_its_new_name(immich: Immich, mirror: ImmichLibrary) -> None:
    album = named(mirror, "Small 20")
    immich.control.rename_album(str(album.id), "Party")
    mirror.refresh()
    assert mirror.album(album.id).name == "Party"


def test_an_album_s_cover_is_the_one_chosen_in_immich(
    immich: Immich, mirror: ImmichLibrary
) -> None:
    album = named(mirror, "Small 20")
    chosen = mirror.timeline(AssetFilter(album.id))[-1].id
    immich.world.albums[str(album.id)].cover_id = str(chosen)
    mirror.refresh()
    assert mirror.album(album.id).cover_id == chosen

    immich.control.trash([str(chosen)])
    mirror.refresh()
    assert mirror.album(album.id).cover_id in ids_in(mirror, "Small 20")


def test_an_album_has_what_others_put_into_it(immich: Immich, mirror: ImmichLibrary) -> None:
    foreign = truth(immich, filename="BEN_1.jpg").pop()
    immich.control.add_to_album(str(named(mirror, "Small 20").id), [str(foreign)])
    mirror.refresh()
    assert foreign in ids_in(mirror, "Small 20")
    mirror.refresh()
    assert foreign in ids_in(mirror, "Small 20")


def test_what_others_take_out_of_an_album_is_gone_from_links(
    immich: Immich, mirror: ImmichLibrary
) -> None:
    foreign = truth(immich, filename="BEN_1.jpg").pop()
    album = str(named(mirror, "Small 20").id)
    immich.control.add_to_album(album, [str(foreign)])
    mirror.refresh()
    assert mirror.contains(AssetFilter(ids=frozenset([foreign])), foreign)
    immich.control.remove_from_album(album, [str(foreign)])
    assert foreign in mirror.refresh().lost_assets
    assert not mirror.contains(AssetFilter(ids=frozenset([foreign])), foreign)
    with pytest.raises(NotInLibrary):
        mirror.original(foreign)


def test_a_partner_s_timeline_is_not_for_guests(immich: Immich, mirror_of: MirrorOf) -> None:
    foreign = truth(immich, filename="BEN_1.jpg").pop()
    with immich.world.lock:
        immich.world.partners.add(immich.world.assets[str(foreign)].owner_id)
        immich.world.revision += 1
    mirror = mirror_of(immich)
    for _look in range(2):
        mirror.refresh()
        assert foreign not in {entry.id for entry in mirror.timeline(AssetFilter())}
        with pytest.raises(NotInLibrary):
            mirror.original(foreign)


def test_other_bytes_are_another_version(immich: Immich, mirror: ImmichLibrary) -> None:
    pk = mirror.timeline(AssetFilter(named(mirror, "Small 20").id))[-1].id
    before = mirror.original(pk)
    immich.control.replace_bytes(str(pk))
    mirror.refresh()
    after = mirror.original(pk)
    assert after.version != before.version
    assert after.sha1 != before.sha1


def test_what_is_unknown_is_not_there(mirror: ImmichLibrary) -> None:
    with pytest.raises(NotInLibrary):
        mirror.original(uuid4())


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_no_photo_is_lost_between_pages_of_equal_times(
    start_immich: Callable[..., Immich], mirror_of: MirrorOf, share: float
) -> None:
    immich = start_immich(assets=3_000, equal_times=share, has_oddities=False)
    library = mirror_of(immich)
    library.refresh()
    mine = truth(immich, visibility="timeline", owner_id=immich.control.owner_id())
    assert {entry.id for entry in library.timeline(ALL)} == mine
    assert ids_in(library, "Everything") == mine
