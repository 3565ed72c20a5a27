from collections.abc import Callable

import httpx
from django.test import Client

from downloads.models import Download
from sharing.access import Access
from sharing.models import SharedLink
from tests.downloads.test_archives import url_of

Fetch = Callable[..., Download]


def test_the_owner_sees_how_many_downloads_of_a_link_were_fetched(
    link: SharedLink, access: Access, fetch_ready: Fetch, browser: httpx.Client
) -> None:
    owner = Client()
    owner.force_login(link.owner)
    download = fetch_ready()
    for path in ("/", f"/links/{link.pk}/"):
        assert "0 downloads" in owner.get(path).content.decode()
    browser.get(url_of(download, access)).raise_for_status()
    for path in ("/", f"/links/{link.pk}/"):
        assert "1 download<" in owner.get(path).content.decode()
