"""What a guest's buttons do, with htmx and without."""

import re
import uuid
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from downloads import services, tasks
from downloads.models import Download, DownloadState, Size
from sharing.access import Access
from sharing.links import LinkSettings, change_link
from sharing.models import SharedLink
from tests.downloads.files_library import FilesLibrary

Fetch = Callable[..., Download]
HTMX = {"HX-Request": "true"}
AT = "/s/summer/downloads"


@pytest.fixture
def stranger() -> Client:
    client = Client()
    client.cookies["loggia_visitor"] = "s" * 32
    return client


def test_without_downloads_there_is_no_dock(guest: Client, link: SharedLink) -> None:
    assert "<section" not in guest.get(AT, headers=HTMX).content.decode()


def test_asking_leads_back_to_the_dock(
    guest: Client, link: SharedLink, work: Callable[[], int]
) -> None:
    answer = guest.post(AT, {"assets": "", "size": "original"})
    assert (answer.status_code, answer.headers["location"]) == (302, AT)
    dock = guest.get(AT, headers=HTMX).content.decode()
    assert "<html" not in dock
    assert "Downloading 3 items…" in dock
    assert 'sse-connect="/events/downloads/' in dock
    work()
    dock = guest.get(AT, headers=HTMX).content.decode()
    assert re.search(r"Ready: Summer.zip, 117\.\d\sKB", dock)
    assert 'href="/archives/' in dock
    assert "data-start=" in dock
    assert "sse-connect" not in dock


def test_without_script_a_plain_page_tells_the_state_and_has_the_link(
    guest: Client, link: SharedLink, work: Callable[[], int]
) -> None:
    guest.post(AT, {})
    page = guest.get(AT).content.decode()
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page
    assert 'name="csrfmiddlewaretoken"' in page
    work()
    page = guest.get(AT).content.decode()
    assert "http-equiv" not in page
    assert 'href="/archives/' in page


def test_pages_have_neither_inline_script_nor_style(
    guest: Client, link: SharedLink, work: Callable[[], int], library: FilesLibrary
) -> None:
    library.path_of(library.album_assets[0]).unlink()
    guest.post(AT, {})
    for _ in range(2):
        page = guest.get(AT).content.decode()
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", page)
        work()


def test_a_selection_is_asked_for_by_its_ids(
    guest: Client, link: SharedLink, library: FilesLibrary, work: Callable[[], int]
) -> None:
    chosen = [asset.id for asset in library.album_assets[:2]]
    guest.post(AT, {"assets": ",".join(map(str, chosen)), "size": "large"})
    work()
    download = Download.objects.get()
    assert {item.asset_id for item in download.items.all()} == set(chosen)
    assert download.size == "large"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"assets": "nonsense"}, 400),
        ({"size": "gigantic"}, 400),
        ({"assets": str(uuid.uuid4())}, 404),
    ],
)
def test_what_cannot_be_asked_for_is_refused(
    guest: Client, link: SharedLink, data: dict[str, str], status: int
) -> None:
    assert guest.post(AT, data).status_code == status
    assert not Download.objects.exists()


def test_a_refusal_is_said_in_the_dock(
    monkeypatch: pytest.MonkeyPatch,
    guest: Client,
    link: SharedLink,
    fetch_ready: Fetch,
    library: FilesLibrary,
) -> None:
    monkeypatch.setattr(settings, "LOGGIA_DOWNLOADS_PER_VISITOR", 1)
    fetch_ready()
    one = str(library.album_assets[0].id)
    answer = guest.post(AT, {"assets": one}, headers=HTMX)
    assert answer.status_code == 200
    assert 'role="alert">You have 1 download already' in answer.content.decode()


def test_only_the_visitor_who_asked_sees_and_touches_a_download(
    stranger: Client, guest: Client, fetch_ready: Fetch
) -> None:
    download = fetch_ready()
    assert "Summer.zip" in guest.get(AT).content.decode()
    assert "Summer.zip" not in stranger.get(AT).content.decode()
    for act in ("cancel", "retry", "dismiss", "items/0/cancel"):
        assert stranger.post(f"{AT}/{download.pk}/{act}").status_code == 404
        assert guest.get(f"{AT}/{download.pk}/{act}").status_code == 405
    download.refresh_from_db()
    assert download.state == DownloadState.READY
    assert download.dismissed_at is None


def test_a_file_and_then_everything_is_canceled(
    guest: Client, access: Access, link: SharedLink
) -> None:
    download = services.request_download(access, "v" * 32, "192.0.2.1", None, Size.LARGE)
    tasks.prepare(str(download.pk), 1)
    assert guest.post(f"{AT}/{download.pk}/items/1/cancel").status_code == 302
    assert "Downloading 2 items…" in guest.get(AT, headers=HTMX).content.decode()
    guest.post(f"{AT}/cancel")
    download.refresh_from_db()
    assert download.state == DownloadState.CANCELED
    assert "<section" not in guest.get(AT, headers=HTMX).content.decode()


def test_failures_are_named_and_tried_again(
    guest: Client, link: SharedLink, library: FilesLibrary, work: Callable[[], int]
) -> None:
    path = library.path_of(library.album_assets[1])
    path.rename(path.with_suffix(".away"))
    guest.post(AT, {})
    work()
    dock = guest.get(AT, headers=HTMX).content.decode()
    assert "IMG_1.jpg" in dock
    assert "is no longer there" in dock
    assert "Retry failed (1)" in dock
    path.with_suffix(".away").rename(path)
    guest.post(f"{AT}/{Download.objects.get().pk}/retry")
    work()
    assert "Retry" not in guest.get(AT, headers=HTMX).content.decode()


def test_many_failures_are_counted_not_listed(
    guest: Client, link: SharedLink, library: FilesLibrary, work: Callable[[], int]
) -> None:
    for number in range(20):
        library.path_of(library.add(f"GONE_{number}.jpg", b"x")).unlink()
    guest.post(AT, {})
    work()
    dock = guest.get(AT, headers=HTMX).content.decode()
    assert dock.count("is no longer there") == 6
    assert "and 14 more" in dock


def test_a_dismissed_download_is_gone_from_the_dock(guest: Client, fetch_ready: Fetch) -> None:
    guest.post(f"{AT}/{fetch_ready().pk}/dismiss")
    assert "<section" not in guest.get(AT, headers=HTMX).content.decode()


def test_looking_only_links_have_no_downloads(guest: Client, link: SharedLink) -> None:
    change_link(link, LinkSettings(slug="summer", allow_download=False))
    assert guest.get(AT).status_code == 404
    assert guest.post(AT, {}).status_code == 404


def test_after_a_change_of_the_link_the_dock_plans_again_by_itself(
    guest: Client, link: SharedLink, fetch_ready: Fetch, work: Callable[[], int]
) -> None:
    fetch_ready()
    change_link(link, LinkSettings(slug="summer", show_metadata=False))
    assert "/archives/" not in guest.get(AT, headers=HTMX).content.decode()
    work()
    assert "/archives/" in guest.get(AT, headers=HTMX).content.decode()
    assert {item.name for item in Download.objects.get().items.all()} == {
        f"photo-000{number}.jpg" for number in (1, 2, 3)
    }


def test_the_dock_costs_few_queries(
    guest: Client, fetch_ready: Fetch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    fetch_ready()
    with django_assert_max_num_queries(6) as asked:
        shown = guest.get(AT, headers=HTMX).content.decode()
    assert "Ready: Summer.zip" in shown
    assert 0 < len(asked) <= 6


def test_the_head_says_ready_and_the_card_its_name(guest: Client, fetch_ready: Fetch) -> None:
    fetch_ready()
    shown = guest.get(AT, headers=HTMX).content.decode()
    assert shown.count("Ready: ") == 1
    assert "<h3>Summer.zip</h3>" in shown
    assert re.search(r"<p>3 items · 117\.\d\sKB</p>", shown)


def test_large_numbers_are_grouped_and_live_photos_one_item(
    guest: Client, link: SharedLink, library: FilesLibrary, work: Callable[[], int]
) -> None:
    library.add("IMG_9.HEIC", b"still", live=b"moving")
    guest.post(AT, {})
    assert "0 of 4 items" in guest.get(AT, headers=HTMX).content.decode()
    work()
    assert "<p>4 items · " in guest.get(AT, headers=HTMX).content.decode()
    Download.objects.update(count=19_997, count_done=1_204, state=DownloadState.PREPARING)
    shown = guest.get(AT, headers=HTMX).content.decode()
    assert "Downloading 19,997 items…" in shown
    assert "1,204 of 19,997 items" in shown
