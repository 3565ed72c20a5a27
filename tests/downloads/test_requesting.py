import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from django_q.models import OrmQ

from downloads import services, tasks
from downloads.contents import files_of, layout_of
from downloads.models import Download, DownloadState, Size
from downloads.services import DownloadRefused, NotGranted, request_download
from portal.library.types import Rendition
from sharing.access import Access, enter
from sharing.links import LinkSettings, change_link, pause_link
from sharing.models import SharedLink
from tests.downloads.conftest import VISITOR
from tests.downloads.files_library import FilesLibrary

Fetch = Callable[..., Download]
MakeLink = Callable[..., SharedLink]


def test_originals_are_ready_as_soon_as_they_were_looked_at(
    fetch_ready: Fetch, library: FilesLibrary
) -> None:
    download = fetch_ready()
    assert download.state == DownloadState.READY
    assert download.name == "Summer.zip"
    assert [item.name for item in download.items.all()] == ["IMG_0.jpg", "IMG_1.jpg", "IMG_2.jpg"]
    assert (
        download.bytes_total
        == download.bytes_done
        == sum(len(f"photo {n} ") for n in range(3)) * 5000
    )
    assert download.archive_size == layout_of(download, files_of(download)).length
    assert not library.rendered


def test_asking_twice_gives_the_same_download(
    access: Access, fetch_ready: Fetch, work: Callable[[], int]
) -> None:
    first = fetch_ready()
    again = request_download(access, VISITOR, "192.0.2.1")
    assert again.pk == first.pk
    assert work() == 0
    assert again.start_key != first.start_key


def test_the_same_choice_of_another_visitor_or_size_is_another_download(
    access: Access, fetch_ready: Fetch
) -> None:
    downloads = {
        fetch_ready().pk,
        fetch_ready(visitor="w" * 32).pk,
        fetch_ready(size=Size.LARGE).pk,
    }
    assert len(downloads) == 3


def test_a_selection_holds_what_was_chosen_only(fetch_ready: Fetch, library: FilesLibrary) -> None:
    chosen = list(library.held)[1]
    download = fetch_ready(asset_ids=[chosen])
    assert [item.asset_id for item in download.items.all()] == [chosen]


def test_foreign_photos_are_refused(access: Access, library: FilesLibrary) -> None:
    hidden = library.add("private.jpg", b"private")
    library.hidden.add(hidden.id)
    for foreign in (uuid.uuid4(), hidden.id):
        with pytest.raises(NotGranted):
            request_download(access, VISITOR, "192.0.2.1", [*list(library.held)[:1], foreign])
    assert not Download.objects.exists()


def test_a_link_without_the_right_gives_nothing(make_link: MakeLink, link: SharedLink) -> None:
    look_only = enter(make_link(allow_download=False), {})
    with pytest.raises(NotGranted):
        request_download(look_only, VISITOR, "192.0.2.1")


def test_an_empty_album_has_nothing_to_download(
    link: SharedLink, access: Access, library: FilesLibrary
) -> None:
    library.hidden |= set(library.held)
    with pytest.raises(DownloadRefused, match="nothing to download"):
        request_download(access, VISITOR, "192.0.2.1")


def test_a_live_photo_gives_both_parts_side_by_side(
    fetch_ready: Fetch, library: FilesLibrary
) -> None:
    library.add("IMG_9.HEIC", b"still", live=b"moving")
    library.add("IMG_9.HEIC", b"other still", live=b"other moving")
    names = [item.name for item in fetch_ready().items.all()][3:]
    assert names == ["IMG_9.HEIC", "IMG_9.MOV", "IMG_9 (2).HEIC", "IMG_9 (2).MOV"]


def test_large_makes_renditions_of_stills_and_leaves_videos_alone(
    fetch_ready: Fetch, library: FilesLibrary
) -> None:
    clip = library.add("clip.mp4", b"clip")
    download = fetch_ready(size=Size.LARGE)
    forms = {item.name: item.rendition for item in download.items.all()}
    assert download.state == DownloadState.READY
    assert forms["clip.mp4"] == Rendition.ORIGINAL
    assert forms["IMG_0.jpg"] == Rendition.LARGE
    assert len(library.rendered) == 3
    assert clip.id not in library.rendered


def test_without_metadata_names_and_dates_tell_nothing(
    make_link: MakeLink, link: SharedLink, library: FilesLibrary, fetch_ready: Fetch
) -> None:
    library.add("VID_20240712_103000.mp4", b"clip")
    library.add("IMG_20240712_103001.HEIC", b"still", live=b"moving")
    bare = enter(make_link(show_metadata=False), {})
    items = list(fetch_ready(of=bare).items.all())
    assert [item.name for item in items[3:]] == [
        "video-0004.mp4",
        "photo-0005.jpg",
        "photo-0005.mp4",
    ]
    assert {item.rendition for item in items} == {Rendition.LARGE, Rendition.CLEAN}
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    assert {item.modified for item in items} == {int(midnight.timestamp())}


def test_without_location_names_stay_and_files_are_clean(
    make_link: MakeLink, link: SharedLink, library: FilesLibrary, fetch_ready: Fetch
) -> None:
    library.add("sea.heic", b"still")
    nowhere = enter(make_link(show_location=False), {})
    last = fetch_ready(of=nowhere).items.last()
    assert last is not None
    assert (last.name, last.rendition) == ("sea.jpg", Rendition.LARGE)


def test_entries_carry_the_time_of_the_photo(fetch_ready: Fetch) -> None:
    item = fetch_ready().items.first()
    assert item is not None
    assert (item.modified, item.utc_offset) == (1_720_773_000, 7200)  # 08:30 UTC, 10:30 there


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("LOGGIA_DOWNLOADS_PER_VISITOR", "You have 1 download already"),
        ("LOGGIA_DOWNLOADS_PER_ADDRESS", "from your network"),
        ("LOGGIA_DOWNLOADS_PER_LINK", "of this album"),
    ],
)
def test_limits_are_told_in_words(  # noqa: PLR0917
    monkeypatch: pytest.MonkeyPatch,
    access: Access,
    fetch_ready: Fetch,
    library: FilesLibrary,
    setting: str,
    words: str,
) -> None:
    monkeypatch.setattr(settings, setting, 1)
    first = fetch_ready()
    with pytest.raises(DownloadRefused, match=words):
        request_download(access, VISITOR, "192.0.2.1", list(library.held)[:1])
    assert request_download(access, VISITOR, "192.0.2.1").pk == first.pk  # the same one again


def test_a_canceled_download_makes_room(
    monkeypatch: pytest.MonkeyPatch, access: Access, library: FilesLibrary
) -> None:
    monkeypatch.setattr(settings, "LOGGIA_DOWNLOADS_PER_VISITOR", 1)
    services.cancel_download(request_download(access, VISITOR, "192.0.2.1"))
    assert request_download(access, VISITOR, "192.0.2.1", list(library.held)[:1])


def test_canceling_stops_what_is_not_ready(access: Access, work: Callable[[], int]) -> None:
    download = request_download(access, VISITOR, "192.0.2.1", size=Size.LARGE)
    assert services.cancel_all(access.link, VISITOR) == 1
    work()
    download.refresh_from_db()
    assert download.state == DownloadState.CANCELED
    assert not download.items.open().exists()


def test_one_file_can_be_left_out_while_the_rest_goes_on(
    access: Access, work: Callable[[], int]
) -> None:
    download = request_download(access, VISITOR, "192.0.2.1", size=Size.LARGE)
    OrmQ.objects.all().delete()
    tasks.prepare(str(download.pk), 1)
    assert services.cancel_item(download, 1)
    assert not services.cancel_item(download, 1)
    assert not services.cancel_item(download, 99)
    work()
    download.refresh_from_db()
    assert download.state == DownloadState.READY
    assert [item.name for item in download.items.in_archive()] == ["IMG_0.jpg", "IMG_2.jpg"]
    assert download.count == download.count_done == 2


def test_a_live_photo_is_one_item_to_its_guest_and_two_files(
    fetch_ready: Fetch, library: FilesLibrary, link: SharedLink
) -> None:
    live = library.add("IMG_9.HEIC", b"still", live=b"moving")
    download = fetch_ready()
    assert (download.count, download.count_done) == (4, 4)
    pair = list(download.items.filter(asset_id__in=[live.id, live.live_video_id]))
    assert [item.part for item in pair] == ["still", "live"]
    assert {item.name.partition(".")[0] for item in pair} == {"IMG_9"}


def test_canceling_every_file_cancels_the_download(access: Access) -> None:
    download = request_download(access, VISITOR, "192.0.2.1", size=Size.LARGE)
    tasks.prepare(str(download.pk), 1)
    download.refresh_from_db()
    for position in range(3):
        services.cancel_item(download, position)
    download.refresh_from_db()
    assert download.state == DownloadState.CANCELED


def test_a_change_of_the_link_plans_anew_what_it_still_grants(
    fetch_ready: Fetch, link: SharedLink, library: FilesLibrary, work: Callable[[], int]
) -> None:
    download = fetch_ready()
    library.hidden.add(next(iter(library.held)))
    link = change_link(link, LinkSettings(slug="summer", show_metadata=False))
    services.renew_stale(enter(link, {}), VISITOR)
    work()
    download.refresh_from_db()
    assert download.epoch == link.epoch
    assert [item.name for item in download.items.all()] == ["photo-0001.jpg", "photo-0002.jpg"]


def test_a_link_that_was_closed_prepares_nothing_more(
    access: Access, link: SharedLink, work: Callable[[], int]
) -> None:
    download = request_download(access, VISITOR, "192.0.2.1")
    pause_link(link, paused=True)
    work()
    download.refresh_from_db()
    assert download.state == DownloadState.EXPIRED


def test_of_old_downloads_nothing_is_kept(fetch_ready: Fetch, library: FilesLibrary) -> None:
    fetched, unused = fetch_ready(), fetch_ready(asset_ids=list(library.held)[:1])
    past = timezone.now() - timedelta(seconds=1)
    Download.objects.filter(pk=fetched.pk).update(fetched_at=past)
    Download.objects.filter(pk__in=[fetched.pk, unused.pk]).update(expires_at=past)
    lasting = fetch_ready(asset_ids=list(library.held)[1:2])
    tasks.sweep()
    assert list(Download.objects.all()) == [lasting]


def test_a_dismissed_download_leaves_the_dock_but_can_be_resumed_for_a_while(
    fetch_ready: Fetch, link: SharedLink
) -> None:
    download = fetch_ready()
    services.dismiss(download)
    assert not Download.objects.of_visitor(link.pk, VISITOR).in_dock().exists()
    assert Download.objects.ready().filter(pk=download.pk).exists()
    download.refresh_from_db()
    assert download.expires_at <= timezone.now() + timedelta(hours=1)
