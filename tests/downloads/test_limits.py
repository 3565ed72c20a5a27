"""Archives of links with a download limit."""

import re
from collections.abc import Callable
from uuid import uuid4

import httpx
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis.strategies import integers, lists

from downloads.archive import Entry, Layout
from downloads.fitting import fitting_assets
from downloads.models import Download
from sharing.access import enter
from sharing.limits import claim_download
from sharing.links import LinkSettings, change_link
from sharing.models import Happening, SharedLink
from tests.downloads.files_library import FilesLibrary
from tests.downloads.test_archives import url_of

Fetch = Callable[..., Download]
Work = Callable[[], int]
AT = "/s/summer/downloads"
HTMX = {"HX-Request": "true"}


def test_the_last_archive_a_limit_allows_is_whole_and_resumable_and_the_next_is_not_there(
    link: SharedLink, browser: httpx.Client, fetch_ready: Fetch, library: FilesLibrary
) -> None:
    link = change_link(link, LinkSettings(max_downloads=1))
    access = enter(link, {})
    one = next(iter(library.timeline(link.assets()))).id
    first = url_of(fetch_ready(access), access)
    second = url_of(fetch_ready(access, asset_ids=[one]), access)
    whole = browser.get(first)
    assert whole.status_code == 200
    assert browser.get(second).status_code == 404
    rest = browser.get(first, headers={"range": "bytes=100-"})
    assert (rest.status_code, rest.content) == (206, whole.content[100:])
    link.refresh_from_db()
    assert (link.times_taken, link.bytes_taken) == (1, len(whole.content))
    assert Download.objects.exclude(fetched_at=None).count() == 1


def test_a_fetched_archive_is_told_to_the_owner_once(
    link: SharedLink, browser: httpx.Client, fetch_ready: Fetch
) -> None:
    url = url_of(fetch_ready(), enter(link, {}))
    for _ in range(2):
        size = len(browser.get(url).content)
    (happening,) = Happening.objects.filter(kind=Happening.Kind.DOWNLOADED)
    assert (happening.size, happening.address) == (size, "127.0.0.0/24")


def limited_to(link: SharedLink, size: int) -> SharedLink:
    return change_link(link, LinkSettings(slug="summer", max_bytes=size))


def test_an_archive_that_would_pass_the_limit_is_refused_and_what_fits_is_offered(
    link: SharedLink, guest: Client, fetch_ready: Fetch, browser: httpx.Client
) -> None:
    link = limited_to(link, 85_000)  # two photos of 40,000 bytes, not three
    large = fetch_ready(enter(link, {}))
    shown = guest.get(AT, headers=HTMX).content.decode()
    assert re.search(r"This download has 117\.\d\sKB, and 83\.0\sKB may still be had", shown)
    assert "Download what fits (2 of 3)" in shown
    assert "/archives/" not in shown
    assert browser.get(url_of(large, enter(link, {}))).status_code == 404
    link.refresh_from_db()
    assert (link.times_taken, link.bytes_taken) == (0, 0)


def test_what_fits_comes_in_its_place(
    link: SharedLink, guest: Client, fetch_ready: Fetch, browser: httpx.Client, work: Work
) -> None:
    link = limited_to(link, 85_000)
    large = fetch_ready(enter(link, {}))
    assert guest.post(f"{AT}/{large.pk}/fit").status_code == 302
    work()
    shown = guest.get(AT, headers=HTMX).content.decode()
    (address,) = re.findall(r'href="(/archives/[^"]+)"', shown)
    whole = browser.get(address)
    assert whole.status_code == 200
    link.refresh_from_db()
    assert 80_000 < link.bytes_taken == len(whole.content) <= 85_000
    assert "<article" in shown
    assert shown.count("<article") == 1


def test_where_nothing_fits_nothing_is_offered(
    link: SharedLink, guest: Client, fetch_ready: Fetch
) -> None:
    fetch_ready(enter(limited_to(link, 1_000), {}))
    shown = guest.get(AT, headers=HTMX).content.decode()
    assert "may still be had with this link" in shown
    assert "Download what fits" not in shown


def test_a_used_up_link_says_so_in_the_dock(
    link: SharedLink, guest: Client, fetch_ready: Fetch
) -> None:
    change_link(link, LinkSettings(slug="summer", max_downloads=1))
    fetch_ready(enter(link, {}))
    claim_download(link, 1)
    words = "All downloads of this link are used up."
    assert words in guest.get(AT, headers=HTMX).content.decode()
    assert "/archives/" not in guest.get(AT, headers=HTMX).content.decode()
    assert f'role="alert">{words}' in guest.post(AT, {}, headers=HTMX).content.decode()


def test_a_download_still_being_prepared_when_the_last_one_goes_says_so(
    link: SharedLink, guest: Client, work: Work
) -> None:
    change_link(link, LinkSettings(slug="summer", max_downloads=1))
    guest.post(AT, {})
    claim_download(link, 1)
    work()
    shown = guest.get(AT, headers=HTMX).content.decode()
    assert "All downloads of this link are used up." in shown
    assert "Try again" not in shown


@given(sizes=lists(integers(0, 5_000), min_size=1, max_size=8), room=integers(0, 40_000))
@hypothesis_settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_said_to_fit_does(link: SharedLink, sizes: list[int], room: int) -> None:
    download = link.downloads.create(
        visitor="v" * 32, fingerprint=uuid4().hex, epoch=1, expires_at=timezone.now()
    )
    ids = [uuid4() for _ in sizes]
    entries = {}
    for position, (asset_id, size) in enumerate(zip(ids, sizes, strict=True)):
        item = {"position": position, "asset_id": asset_id, "size": size, "state": "ready"}
        download.items.create(part="still", name=f"é{position}.jpg", crc32=0, **item)
        entries[asset_id] = Entry(f"é{position}.jpg", size, 0, 0)
    chosen = fitting_assets(download, room)
    assert set(chosen) <= set(ids)
    assert not chosen or Layout([entries[asset_id] for asset_id in chosen]).length <= room
    generous = sum(sizes) + 300 * len(sizes) + 100
    assert len(fitting_assets(download, generous)) == len(sizes)
