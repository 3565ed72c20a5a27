"""Archives of links with a download limit."""

from collections.abc import Callable

import httpx

from downloads.models import Download
from sharing.access import enter
from sharing.links import LinkSettings, change_link
from sharing.models import Happening, SharedLink
from tests.downloads.memory_library import MemoryLibrary
from tests.downloads.test_archives import url_of

Fetch = Callable[..., Download]


def test_the_last_archive_a_limit_allows_is_whole_and_resumable_and_the_next_is_not_there(
    link: SharedLink, browser: httpx.Client, fetch_ready: Fetch, library: MemoryLibrary
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
