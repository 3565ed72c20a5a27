from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.library.types import Album
from sharing.links import LinkSettings, change_link, pause_link, share_album, share_assets
from sharing.models import SharedLink
from tests.memory_library import MemoryLibrary

HTMX = {"HX-Request": "true"}


def page(client: Client, path: str = "/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_strangers_are_led_to_sign_in(link: SharedLink, client: Client) -> None:
    for path in ("/", f"/links/{link.pk}/", "/albums/", "/status/", "/links/new/"):
        assert client.get(path)["Location"].startswith("/login/?next=/")


def test_without_links_the_page_teaches_the_first_step(
    owner_client: Client, library: MemoryLibrary
) -> None:
    assert "Nothing is shared yet" in page(owner_client)
    assert 'href="/albums/"' in page(owner_client)


def test_a_card_tells_title_state_rights_and_address(
    owner_client: Client, link: SharedLink
) -> None:
    in_a_week = timezone.now() + timedelta(days=7)
    change_link(
        link,
        LinkSettings(
            description="Our summer",
            slug="summer",
            password="sesame",
            expires_at=in_a_week,
            allow_upload=True,
            show_location=False,
        ),
    )
    shown = page(owner_client)
    for words in (
        "Our summer",
        "Album 2025/Summer",
        "Expires in 7 days",
        "Locked with password",
        "Download large JPEGs",
        "Add photos",
        "0 visits",
        "0 downloads",
        'data-copy="http://testserver/s/summer"',
    ):
        assert words in shown
    assert link.key not in shown


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(seconds=10), "Expires in 1 minute"),
        (timedelta(minutes=45), "Expires in 45 minutes"),
        (timedelta(hours=5), "Expires in 5 hours"),
        (timedelta(days=1), "Expires in 1 day"),
        (timedelta(days=30), "Expires in 30 days"),
        (timedelta(seconds=-1), "Expired"),
    ],
)
def test_expiry_is_told_in_words(
    owner_client: Client, link: SharedLink, left: timedelta, words: str
) -> None:
    change_link(link, LinkSettings(expires_at=timezone.now() + left))
    assert words in page(owner_client)


def test_a_link_whose_album_is_gone_is_still_listed(
    owner_client: Client, link: SharedLink, library: MemoryLibrary
) -> None:
    library.members.clear()
    assert "An album that is not in the library now" in page(owner_client)


def test_links_can_be_paused_while_the_library_is_away(
    owner_client: Client, link: SharedLink, library: MemoryLibrary
) -> None:
    library.is_away = True
    assert "The photo folder is away." in page(owner_client)
    assert page(owner_client, f"/links/{link.pk}/")
    owner_client.post(f"/links/{link.pk}/pause/")
    assert SharedLink.objects.get().is_paused


@pytest.mark.parametrize("text", ["summer", "OUR", "2025/s", "holi"])
def test_search_looks_at_title_address_and_album(
    owner_client: Client, owner: User, library: MemoryLibrary, text: str
) -> None:
    album = library.add_album("2025/Summer")
    other = library.add_album("Winter")
    share_album(owner, album.id, LinkSettings(description="Our days", slug="holiday"))
    share_album(owner, other.id, LinkSettings(description="Snow"))
    shown = page(owner_client, f"/?q={text}")
    assert "Our days" in shown
    assert "Snow" not in shown


def test_a_search_without_result_says_so(owner_client: Client, link: SharedLink) -> None:
    assert "No link matches “<b>”" in page(owner_client, "/?q=<b>")


def test_htmx_gets_the_list_only(owner_client: Client, link: SharedLink) -> None:
    response = owner_client.get("/?q=summer", headers=HTMX)
    assert response.content.strip().startswith(b'<div id="links"')
    assert "HX-Request" in response["Vary"]


def test_the_list_takes_as_many_queries_for_many_links_as_for_one(
    owner_client: Client,
    owner: User,
    album: Album,
    library: MemoryLibrary,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(20):
        share_album(owner, album.id, LinkSettings(description=f"Link {number}"))
        share_assets(owner, library.members[album.id][:2], LinkSettings())
    # The session, the owner, their albums, what changed, the links; what waits, for the version,
    # the cards and the navigation.
    with django_assert_num_queries(8):
        page(owner_client)


def test_more_than_sixty_links_come_in_pages(
    owner_client: Client, owner: User, album: Album
) -> None:
    for _ in range(65):
        share_album(owner, album.id, LinkSettings())
    first = page(owner_client)
    assert first.count('class="link-card"') == 60
    assert 'data-total="65"' in first
    assert 'href="?start=60">Next links' in first
    last = page(owner_client, "/?start=60")
    assert last.count('class="link-card"') == 5
    assert "Next links" not in last
    assert 'href="?start=0">Previous links' in last
    assert page(owner_client, "/?start=9999").count('class="link-card"') == 5
    assert page(owner_client, "/?start=nonsense").count('class="link-card"') == 60


def test_a_browser_may_ask_for_a_few_pages_at_once(
    owner_client: Client, owner: User, album: Album
) -> None:
    for _ in range(250):
        share_album(owner, album.id, LinkSettings())
    assert page(owner_client, "/?start=60&count=120").count('class="link-card"') == 120
    assert page(owner_client, "/?count=999999").count('class="link-card"') == 240


def test_the_ids_of_all_that_match_are_told_to_their_owner_alone(
    owner_client: Client, other_client: Client, owner: User, album: Album
) -> None:
    made = [share_album(owner, album.id, LinkSettings(description=f"No {n}")) for n in range(70)]
    wanted = [str(link.pk) for link in reversed(made)]
    assert owner_client.get("/links/ids/").content.decode().split() == wanted
    assert owner_client.get("/links/ids/?q=No+69").content.decode().split() == wanted[:1]
    assert other_client.get("/links/ids/").content == b""


def test_pausing_and_turning_on_again(owner_client: Client, link: SharedLink) -> None:
    response = owner_client.post(f"/links/{link.pk}/pause/", {"q": "su mm"}, follow=True)
    assert response.redirect_chain == [("/?q=su+mm", 302)]
    assert "Paused" in page(owner_client)
    owner_client.post(f"/links/{link.pk}/resume/")
    assert "Paused" not in page(owner_client)


def test_deleting_offers_undo_and_undo_brings_it_back(
    owner_client: Client, link: SharedLink
) -> None:
    change_link(link, LinkSettings(description="Our summer"))
    after = owner_client.post(f"/links/{link.pk}/delete/", follow=True, headers=HTMX)
    assert b"Deleted: Our summer" in after.content
    assert f'action="/links/{link.pk}/restore/"'.encode() in after.content
    assert b"link-card" not in after.content
    owner_client.post(f"/links/{link.pk}/restore/")
    assert "Our summer" in page(owner_client)


def test_undo_says_when_the_address_was_taken_meanwhile(
    owner_client: Client, owner: User, link: SharedLink, album: Album
) -> None:
    change_link(link, LinkSettings(slug="summer"))
    owner_client.post(f"/links/{link.pk}/delete/")
    share_album(owner, album.id, LinkSettings(slug="summer"))
    after = owner_client.post(f"/links/{link.pk}/restore/", follow=True)
    assert b"This address is taken." in after.content
    assert SharedLink.objects.alive().count() == 1


def test_other_owners_neither_see_nor_touch_a_link(other_client: Client, link: SharedLink) -> None:
    assert "link-card" not in page(other_client)
    assert other_client.get(f"/links/{link.pk}/").status_code == 404
    assert other_client.post(f"/links/{link.pk}/", {"lifetime": "never"}).status_code == 404
    for action in ("pause", "resume", "delete", "restore"):
        assert other_client.post(f"/links/{link.pk}/{action}/").status_code == 404
    assert "Deleted" not in page(other_client, f"/?deleted={link.pk}")
    link.refresh_from_db()
    assert (link.is_paused, link.deleted_at) == (False, None)


def test_unknown_links_are_404(owner_client: Client, library: MemoryLibrary) -> None:
    assert owner_client.get(f"/links/{uuid4()}/").status_code == 404
    assert owner_client.post(f"/links/{uuid4()}/delete/").status_code == 404


def test_changes_take_a_post(owner_client: Client, link: SharedLink) -> None:
    for action in ("pause", "resume", "delete", "restore"):
        assert owner_client.get(f"/links/{link.pk}/{action}/").status_code == 405


def test_a_paused_link_says_so_on_its_own_page(owner_client: Client, link: SharedLink) -> None:
    pause_link(link, paused=True)
    shown = page(owner_client, f"/links/{link.pk}/")
    assert "Paused" in shown
    assert "Turn on again" in shown
