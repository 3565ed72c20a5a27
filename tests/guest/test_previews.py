"""What chat apps show of a link that was sent, and of which links they show nothing."""

from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from time import time
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from portal.library.types import Album, Asset, Rendition
from portal.media.tickets import is_genuine, read_ticket
from sharing.access import make_unlock
from sharing.models import SharedLink
from sharing.views.guest import PAGE_SIZE
from tests.guest.conftest import GuestLibrary

Share = Callable[..., SharedLink]
AWAY_FROM_HERE = {"description": "Lake weekend"}


class MetaTags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "meta" and (name := given.get("property") or given.get("name")):
            self.found[name] = given.get("content") or ""


def told(client: Client, address: str) -> dict[str, str]:
    """The Open Graph and Twitter tags of a page."""
    tags = MetaTags()
    tags.feed(client.get(address, headers={"user-agent": "WhatsApp/2"}).content.decode())
    return {name: text for name, text in tags.found.items() if name.startswith(("og:", "twitter"))}


def test_a_link_tells_its_title_its_count_and_a_picture(
    guest: Client, share: Share, photo: Asset, video: Asset
) -> None:
    link = share(**AWAY_FROM_HERE, slug="lake")
    tags = told(guest, f"{link.path}?fbclid=abc&utm_source=chat")
    assert tags["og:title"] == "Lake weekend"
    assert tags["og:description"] == "1 photo, 1 video"
    assert tags["og:url"] == "http://testserver/s/lake"
    assert tags["og:image"].startswith(f"http://testserver/media/{link.pk.hex}/{photo.id.hex}/")
    assert (tags["og:image:width"], tags["og:image:height"]) == ("1440", "1080")
    assert tags["og:image:alt"] == "Evening at the lake"
    assert tags["twitter:card"] == "summary_large_image"


def test_a_photo_s_address_shows_that_photo(
    guest: Client, share: Share, photo: Asset, video: Asset
) -> None:
    link = share(slug="lake")
    tags = told(guest, f"{link.path}/photo/{video.id}?from=chat")
    assert f"/{video.id.hex}/preview/" in tags["og:image"]
    assert tags["og:description"] == "1 photo, 1 video"
    assert tags["og:url"] == f"http://testserver/s/lake/photo/{video.id}"


def test_the_picture_needs_no_cookie_and_lasts_for_weeks(share: Share, photo: Asset) -> None:
    link, guest = share(), Client()
    guest.cookies[f"loggia_unlock_{link.pk.hex[:16]}"] = make_unlock(link)
    address = urlsplit(told(guest, link.path)["og:image"]).path
    ticket, mac = read_ticket(address.removeprefix("/media/").split("/"), time())
    assert ticket.rendition is Rendition.PREVIEW
    assert is_genuine(ticket, mac, epoch=link.epoch, binding="")
    assert 28 * 86_400 < ticket.expires - time() <= 30 * 86_400


def test_addresses_are_those_of_the_public_site(
    guest: Client, share: Share, photo: Asset, settings: Settings
) -> None:
    settings.LOGGIA_PUBLIC_URL = "https://photos.example.org"
    tags = told(guest, share(slug="lake").path)
    assert tags["og:url"] == "https://photos.example.org/s/lake"
    assert tags["og:image"].startswith("https://photos.example.org/media/")


def test_without_metadata_the_tags_tell_none(guest: Client, share: Share, photo: Asset) -> None:
    link = share(show_metadata=False, **AWAY_FROM_HERE)
    for address in (link.path, f"{link.path}/photo/{photo.id}"):
        text = str(told(guest, address))
        assert "Photo 1 of 1" in text
        assert "Evening" not in text
        assert "2025" not in text


def test_who_only_says_to_be_a_chat_app_does_not_see_a_limited_album_page_by_page(
    share: Share, library: GuestLibrary, album: Album, photo: Asset
) -> None:
    for _ in range(PAGE_SIZE):
        library.add(album)
    link = share(max_visitors=1)
    first, second = (told(Client(), f"{link.path}?page={number}") for number in (1, 2))
    assert photo.id.hex in first["og:image"]
    assert second == first


def test_an_empty_album_has_a_title_and_no_picture(guest: Client, share: Share) -> None:
    tags = told(guest, share().path)
    assert tags["og:title"] == "Summer"
    assert not {"og:image", "og:description"} & set(tags)


@pytest.mark.parametrize(
    "changes",
    [{"password": "x"}, {"is_paused": True}, {"deleted_at": True}, {"expires_at": True}],
    ids=["locked", "paused", "deleted", "expired"],
)
def test_a_closed_link_tells_nothing(
    guest: Client, share: Share, photo: Asset, changes: dict[str, object]
) -> None:
    link = share(**AWAY_FROM_HERE)
    past = timezone.now() - timedelta(minutes=1)
    values = {name: past if name.endswith("_at") else value for name, value in changes.items()}
    SharedLink.objects.filter(pk=link.pk).update(**values)
    for address in (link.path, f"{link.path}/photo/{photo.id}"):
        assert told(guest, address) == {}


def test_a_link_with_a_password_tells_nothing_when_open_either(share: Share, photo: Asset) -> None:
    link, guest = share(password="swordfish", **AWAY_FROM_HERE), Client()
    guest.cookies[f"loggia_unlock_{link.pk.hex[:16]}"] = make_unlock(link)
    page = guest.get(link.path)
    assert b"Lake weekend" in page.content
    assert told(guest, link.path) == {}


def test_search_engines_are_still_turned_away(guest: Client, share: Share, photo: Asset) -> None:
    page = guest.get(share().path)
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert b'<meta name="robots" content="noindex, nofollow">' in page.content
