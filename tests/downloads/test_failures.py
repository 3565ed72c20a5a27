"""Files that vanish, change or cannot be read are named; the rest comes."""

from collections.abc import Callable

import pytest
from django_q.models import OrmQ

from downloads import services, tasks
from downloads.contents import files_of, layout_of
from downloads.models import Download, DownloadState, ItemState, Size
from downloads.services import request_download
from sharing.access import Access, enter
from sharing.models import SharedLink
from tests.downloads.conftest import VISITOR
from tests.downloads.files_library import FilesLibrary

Fetch = Callable[..., Download]
MakeLink = Callable[..., SharedLink]


def test_a_vanished_file_is_named_and_the_rest_comes(
    fetch_ready: Fetch, library: FilesLibrary
) -> None:
    gone = library.album_assets[1]
    library.path_of(gone).unlink()
    download = fetch_ready()
    missing = download.items.get(asset_id=gone.id)
    assert download.state == DownloadState.READY
    assert (missing.state, missing.name) == (ItemState.MISSING, "IMG_1.jpg")
    note = layout_of(download, files_of(download)).entries[-1]
    assert note.name == "MISSING.txt"
    assert note.content
    assert "IMG_1.jpg: is no longer there" in note.content.decode()
    assert download.archive_size == layout_of(download, files_of(download)).length


def test_a_file_that_was_written_to_is_left_out(fetch_ready: Fetch, library: FilesLibrary) -> None:
    changed = library.album_assets[0]
    library.path_of(changed).write_bytes(b"another picture")
    item = fetch_ready().items.get(asset_id=changed.id)
    assert (item.state, item.reason) == (ItemState.FAILED, "changed")


def test_a_retry_takes_in_what_came_back(
    fetch_ready: Fetch, library: FilesLibrary, work: Callable[[], int]
) -> None:
    gone = library.album_assets[1]
    path = library.path_of(gone)
    path.rename(path.with_suffix(".away"))
    download = fetch_ready()
    before = download.start_key
    path.with_suffix(".away").rename(path)
    assert services.retry_failed(download)
    work()
    download.refresh_from_db()
    assert download.state == DownloadState.READY
    assert (download.count_done, download.count_left_out) == (3, 0)
    assert download.start_key != before
    assert not services.retry_failed(download)


def test_a_picture_that_cannot_be_rendered_fails_alone(
    fetch_ready: Fetch, library: FilesLibrary
) -> None:
    library.unreadable.add(library.album_assets[2].id)
    download = fetch_ready(size=Size.LARGE)
    assert download.state == DownloadState.READY
    assert [item.reason for item in download.items.left_out()] == ["unreadable"]


def test_without_a_single_file_it_has_failed(fetch_ready: Fetch, library: FilesLibrary) -> None:
    library.unreadable |= set(library.held)
    download = fetch_ready(size=Size.LARGE)
    assert download.state == DownloadState.FAILED
    assert download.count_left_out == 3


def test_an_original_deleted_while_large_pictures_are_made_is_called_gone(
    access: Access, library: FilesLibrary, work: Callable[[], int]
) -> None:
    download = request_download(access, VISITOR, "192.0.2.1", size=Size.LARGE)
    OrmQ.objects.all().delete()
    tasks.prepare(str(download.pk), 1)
    gone = library.album_assets[1]
    library.path_of(gone).unlink()
    work()
    item = download.items.get(asset_id=gone.id)
    assert (item.state, item.reason) == (ItemState.MISSING, "gone")
    download.refresh_from_db()
    assert (download.state, download.count_done) == (DownloadState.READY, 2)


@pytest.mark.parametrize("how", ["unplugged", "unanswering"])
def test_a_library_that_is_away_leaves_all_for_a_retry(
    access: Access, library: FilesLibrary, work: Callable[[], int], how: str
) -> None:
    away = library.root.with_name("away")
    download = request_download(access, VISITOR, "192.0.2.1")
    if how == "unplugged":
        library.root.rename(away)
        library.trouble = "The folder is gone."
    else:
        library.is_away = True
    work()
    download.refresh_from_db()
    assert download.state == DownloadState.FAILED
    if how == "unplugged":
        assert {item.reason for item in download.items.all()} == {"unavailable"}
        away.rename(library.root)
    library.is_away, library.trouble = False, ""
    assert services.retry_failed(download)
    work()
    download.refresh_from_db()
    assert (download.state, download.count_done) == (DownloadState.READY, 3)


def test_files_without_a_known_checksum_are_read_first(
    make_link: MakeLink, library: FilesLibrary, fetch_ready: Fetch
) -> None:
    library.knows_checksums = False
    library.add("IMG_1.jpg", b"photo" * 100_000)
    download = fetch_ready(of=enter(make_link(), {}))
    item = download.items.last()
    assert item is not None
    assert (item.state, item.size, item.done) == (ItemState.READY, 500_000, 500_000)
    assert item.crc32 is not None
