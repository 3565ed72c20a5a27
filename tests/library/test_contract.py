"""What every library does, whatever its home; written against the protocol alone."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import aclosing
from datetime import date
from hashlib import sha1
from pathlib import Path
from uuid import UUID, uuid4
from zlib import crc32

import pytest
from PIL import Image

from portal.library.folder.library import FolderLibrary
from portal.library.interface import ContentUnreadable, Library, NotInLibrary
from portal.library.types import (
    Album,
    Asset,
    AssetFilter,
    AssetKind,
    Page,
    RemoteFile,
    Rendition,
    StoredFile,
)

AlbumNamed = Callable[[Library, str], Album]
AssetNamed = Callable[[Library, str], Asset]
ALL = AssetFilter()


def test_albums_come_by_name_with_their_counts_and_dates(library: Library) -> None:
    summer, winter = library.albums()

    assert (summer.name, summer.images, summer.videos) == ("Summer", 3, 1)
    assert (winter.name, winter.images, winter.videos) == ("Winter", 2, 0)
    assert winter.first == date(1965, 1, 31)
    assert winter.last == date(2024, 7, 1)
    assert summer.cover_id in {asset.id for asset in library.assets(AssetFilter(summer.id))}
    assert library.album(summer.id) == summer


def test_albums_are_asked_for_by_their_ids(library: Library) -> None:
    summer, winter = library.albums()

    assert list(library.albums({winter.id, uuid4()})) == [winter]
    assert list(library.albums([winter.id, summer.id])) == [summer, winter]
    assert list(library.albums([])) == []


def test_an_album_s_size_counts_the_moving_halves_of_live_photos(library: Library) -> None:
    summer = library.albums()[0]
    assets = library.assets(AssetFilter(album_id=summer.id))
    halves = [library.asset(asset.live_video_id) for asset in assets if asset.live_video_id]

    assert len(halves) == 1
    assert summer.size == sum(asset.size for asset in [*assets, *halves])
    assert library.totals(AssetFilter(album_id=summer.id)).size == summer.size


def test_assets_come_in_the_order_they_were_taken(library: Library) -> None:
    everything = library.assets(ALL)

    assert [asset.filename for asset in everything[:1]] == ["snow.jpg"]
    assert everything == sorted(everything, key=lambda asset: (asset.taken_at, asset.id))
    assert [entry.id for entry in library.timeline(ALL)] == [asset.id for asset in everything]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_pages_add_up_to_the_whole(library: Library, size: int) -> None:
    for album in library.albums():
        which = AssetFilter(album_id=album.id)
        pages = [library.assets(which, Page(start, size)) for start in range(0, 10, size)]
        assert [a for page in pages for a in page] == list(library.assets(which))


def test_a_filter_by_ids_leaves_out_what_is_unknown_or_hidden(
    library: Library, asset_named: AssetNamed
) -> None:
    one, two = asset_named(library, "three.png"), asset_named(library, "two.jpg")
    assert two.live_video_id
    which = AssetFilter(ids=frozenset({one.id, two.id, two.live_video_id, uuid4()}))

    assert [asset.id for asset in library.assets(which)] == [two.id, one.id]
    assert library.totals(which).count == 2
    assert library.assets(AssetFilter(ids=frozenset())) == []
    assert library.timeline(AssetFilter(ids=frozenset())) == []
    assert library.totals(AssetFilter(ids=frozenset())).count == 0


def test_names_of_assets_are_those_of_the_assets_themselves(library: Library) -> None:
    ids = frozenset(asset.id for asset in library.assets(ALL)[::2])
    filters = [AssetFilter(album_id=album.id) for album in library.albums()]
    for which in [ALL, AssetFilter(ids=ids), AssetFilter(ids=frozenset()), *filters]:
        assert library.named(which) == [
            (a.id, a.kind, a.filename, a.taken_at, a.utc_offset, a.live_video_id)
            for a in library.assets(which)
        ]


def test_a_filter_by_album_and_ids_wants_both(library: Library, asset_named: AssetNamed) -> None:
    winter = library.albums()[1]
    ids = frozenset({asset_named(library, "three.png").id, asset_named(library, "snow.jpg").id})
    found = library.assets(AssetFilter(album_id=winter.id, ids=ids))
    assert [asset.filename for asset in found] == ["snow.jpg"]


def test_very_many_ids_are_no_trouble(library: Library) -> None:
    everything = library.assets(ALL)
    many = frozenset({uuid4() for _ in range(40_000)} | {asset.id for asset in everything})

    assert library.assets(AssetFilter(ids=many)) == everything
    assert library.assets(AssetFilter(ids=many), Page(1, 2)) == everything[1:3]
    assert [e.id for e in library.timeline(AssetFilter(ids=many))] == [a.id for a in everything]
    assert library.totals(AssetFilter(ids=many)) == library.totals(ALL)


def test_an_album_contains_its_photos_and_their_moving_halves_alone(
    library: Library, asset_named: AssetNamed
) -> None:
    summer, winter = library.albums()
    live = asset_named(library, "two.jpg")
    assert live.live_video_id

    for asset_id in (live.id, live.live_video_id):
        assert library.contains(AssetFilter(album_id=summer.id), asset_id)
        assert not library.contains(AssetFilter(album_id=winter.id), asset_id)
        assert library.contains(AssetFilter(ids=frozenset({live.id})), asset_id)
    assert not library.contains(ALL, uuid4())
    assert not library.contains(AssetFilter(ids=frozenset()), live.id)


def test_one_content_in_two_albums_is_one_asset(library: Library) -> None:
    summer, winter = (
        {asset.id for asset in library.assets(AssetFilter(album_id=album.id))}
        for album in library.albums()
    )
    assert len(summer & winter) == 1
    assert library.totals(ALL).count == 5


def test_what_is_unknown_is_not_in_the_library(library: Library) -> None:
    unknown = uuid4()
    for ask in (library.asset, library.album, library.original):
        with pytest.raises(NotInLibrary):
            ask(unknown)
    with pytest.raises(NotInLibrary):
        library.rendition(unknown, Rendition.THUMBNAIL)
    assert library.originals([unknown]) == {}
    assert library.assets(AssetFilter(album_id=unknown)) == []
    assert library.totals(AssetFilter(album_id=unknown)).count == 0


def test_originals_are_the_bytes_the_checksums_speak_of(library: Library) -> None:
    assets = library.assets(ALL)
    files = library.originals([asset.id for asset in assets])

    assert set(files) == {asset.id for asset in assets}
    for asset in assets:
        file = files[asset.id]
        data = content_of(library, file)
        assert (file.size, asset.size) == (len(data), len(data))
        assert asset.sha1 in (None, sha1(data, usedforsecurity=False).digest())
        assert file.sha1 in (None, sha1(data, usedforsecurity=False).digest())
        assert isinstance(file, RemoteFile) or file.crc32 in (None, crc32(data))
        assert library.original(asset.id) == file


def content_of(library: Library, file: StoredFile | RemoteFile) -> bytes:
    if isinstance(file, StoredFile):
        return file.path.read_bytes()

    async def fetch(remote: RemoteFile) -> bytes:
        async with aclosing(library.read(remote, 0, remote.size or 0)) as pieces:
            return b"".join([piece async for piece in pieces])

    return asyncio.run(fetch(file))


@pytest.mark.parametrize(
    "rendition", [Rendition.THUMBNAIL, Rendition.THUMBNAIL_2X, Rendition.PREVIEW]
)
def test_every_asset_has_pictures_of_its_own_shape(library: Library, rendition: Rendition) -> None:
    for asset in library.assets(ALL):
        file = library.rendition(asset.id, rendition)
        with Image.open(file.path) as picture:
            is_wide = picture.width > picture.height
        assert is_wide == (asset.width > asset.height)
        assert file.size == file.path.stat().st_size
        assert file.media_type.startswith("image/")


def test_a_photo_has_a_large_jpeg_and_a_video_a_clean_copy(
    library: Library, asset_named: AssetNamed
) -> None:
    photo, video = asset_named(library, "three.png"), asset_named(library, "four.mov")

    assert library.rendition(photo.id, Rendition.LARGE).media_type == "image/jpeg"
    assert library.rendition(video.id, Rendition.CLEAN).media_type == "video/mp4"
    with pytest.raises(ContentUnreadable):
        library.rendition(video.id, Rendition.LARGE)
    with pytest.raises(ContentUnreadable):
        library.rendition(photo.id, Rendition.CLEAN)


def test_many_may_ask_for_one_rendition_at_once(library: Library) -> None:
    asset = library.assets(ALL)[0]
    answers: list[Path] = []

    def ask() -> None:
        from django.db import connection

        answers.append(library.rendition(asset.id, Rendition.LARGE).path)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1


def test_waiting_renditions_are_made_in_the_background(library: Library) -> None:
    ahead = isinstance(library, FolderLibrary)  # Immich makes its own, fetched when asked for
    assert library.status().renditions_waiting == (5 if ahead else 0)
    assert library.make_renditions(60) == 0
    assert library.status().renditions_waiting == 0


def test_a_second_look_changes_nothing(library: Library) -> None:
    before = (library.albums(), library.assets(ALL))
    report = library.refresh()
    assert (report.added, report.moved, report.removed) == (0, 0, 0)
    assert report.shrunk_albums == frozenset()
    assert (library.albums(), library.assets(ALL)) == before


def test_the_status_tells_what_is_there(library: Library) -> None:
    status = library.status()
    assert (status.images, status.videos, status.albums) == (4, 1, 2)
    assert status.size == library.totals(ALL).size
    assert status.trouble == ""
    assert status.last_refresh is not None
    assert not status.is_refreshing
    assert library.problems(Page()) == []


def test_kinds_and_ids_are_plain_values(library: Library) -> None:
    for asset in library.assets(ALL):
        assert isinstance(asset.id, UUID)
        assert isinstance(asset.kind, AssetKind)
        assert asset.taken_at.tzinfo is None
        assert (asset.kind is AssetKind.VIDEO) == (asset.duration is not None)
