"""Many links at once: listed, narrowed down, changed together, and changed back."""

from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from portal.library.types import Album
from sharing.links import LinkSettings, pause_link, share_album
from sharing.models import Happening, SharedLink

HTMX = {"HX-Request": "true"}


@pytest.fixture
def links(owner: User, album: Album) -> list[SharedLink]:
    wanted = [LinkSettings(description=f"Link {letter}") for letter in "CAB"]
    return [share_album(owner, album.id, one) for one in wanted]


def page(client: Client, path: str = "/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return unescape(response.content.decode())


def order(shown: str) -> str:
    """The letters of the links in the order they are shown."""
    return "".join(part[0] for part in shown.split(">Link ")[1:] if part[1] == "<")


def do(client: Client, action: str, links: list[SharedLink]) -> str:
    form = {"action": action, "link": [str(link.pk) for link in links]}
    return unescape(client.post("/links/bulk/", form, follow=True).content.decode())


def undo(client: Client, shown: str) -> str:
    token = shown.split('name="token" value="')[1].split('"', maxsplit=1)[0]
    return unescape(client.post("/links/undo/", {"token": token}, follow=True).content.decode())


@pytest.mark.parametrize(
    ("sort", "letters"),
    [("", "BAC"), ("title", "ABC"), ("visits", "CBA"), ("downloads", "ACB"), ("nonsense", "BAC")],
)
def test_links_are_sorted_as_asked(
    owner_client: Client, links: list[SharedLink], sort: str, letters: str
) -> None:
    SharedLink.objects.filter(pk=links[0].pk).update(visits=9, times_taken=1)
    SharedLink.objects.filter(pk=links[2].pk).update(visits=3)
    SharedLink.objects.filter(pk=links[1].pk).update(times_taken=8)
    assert order(page(owner_client, f"/?sort={sort}")) == letters


def test_what_closes_soonest_comes_first(owner_client: Client, links: list[SharedLink]) -> None:
    soon = timezone.now() + timedelta(days=3)
    SharedLink.objects.filter(pk=links[0].pk).update(expires_at=soon)
    SharedLink.objects.filter(pk=links[2].pk).update(idle_days=1)
    assert order(page(owner_client, "/?sort=expiry")) == "BCA"


def test_each_state_is_counted_and_can_be_shown_alone(
    owner_client: Client, owner: User, album: Album, links: list[SharedLink]
) -> None:
    pause_link(links[0], paused=True)
    SharedLink.objects.filter(pk=links[1].pk).update(max_downloads=1, times_taken=1)
    SharedLink.objects.filter(pk=links[2].pk).update(max_visitors=2, visitors=2)
    gone = timezone.now() - timedelta(days=1)
    share_album(owner, album.id, LinkSettings(description="Link D", expires_at=gone))
    share_album(owner, album.id, LinkSettings(description="Link E", password="sesame"))
    shown = {
        state: order(page(owner_client, f"/?state={state}&sort=title"))
        for state in ("", "open", "paused", "full", "expired", "locked")
    }
    assert shown == {
        "": "ABCDE",
        "open": "",
        "paused": "C",
        "full": "AB",
        "expired": "D",
        "locked": "E",
    }
    assert "Limit reached <small>2</small>" in page(owner_client)
    assert "Full: 2 visitors" in page(owner_client)
    assert "No link is in this state" in page(owner_client, "/?state=open")


def test_the_table_is_remembered(owner_client: Client, links: list[SharedLink]) -> None:
    assert 'class="link-card"' in page(owner_client)
    assert 'class="link-row"' in page(owner_client, "/?view=table")
    assert 'class="link-row"' in page(owner_client)
    assert 'class="link-card"' in page(owner_client, "/?view=cards")
    assert 'class="link-card"' in page(owner_client, "/?view=<b>")


def test_many_are_paused_and_turned_on_again_by_one_undo(
    owner_client: Client, links: list[SharedLink]
) -> None:
    pause_link(links[0], paused=True)
    epochs = dict(SharedLink.objects.values_list("pk", "epoch"))
    shown = do(owner_client, "pause", links)
    assert "2 links paused" in shown
    assert SharedLink.objects.filter(is_paused=True).count() == 3
    for link in links[1:]:
        link.refresh_from_db()
        assert link.epoch == epochs[link.pk] + 1
    undo(owner_client, shown)
    # The one that was paused before stays so.
    assert SharedLink.objects.get(is_paused=True) == links[0]


def test_thousands_come_in_one_field(
    owner_client: Client, owner: User, album: Album, links: list[SharedLink]
) -> None:
    SharedLink.objects.bulk_create(
        SharedLink(owner=owner, kind="ALBUM", album_id=album.id) for _ in range(1500)
    )
    every = ",".join(str(pk) for pk in SharedLink.objects.values_list("pk", flat=True))
    form = {"action": "pause", "links": every}
    shown = unescape(owner_client.post("/links/bulk/", form, follow=True).content.decode())
    assert "1,503 links paused" in shown
    assert SharedLink.objects.filter(is_paused=True).count() == 1503


def test_many_are_deleted_and_brought_back_by_one_undo(
    owner_client: Client, links: list[SharedLink]
) -> None:
    shown = do(owner_client, "delete", links)
    assert "3 links deleted" in shown
    assert "Nothing is shared yet" in shown
    assert order(undo(owner_client, shown)) == "BAC"
    assert set(Happening.objects.values_list("kind", flat=True)) == {"made", "deleted", "restored"}


def test_an_undo_says_which_addresses_were_taken_meanwhile(
    owner_client: Client, owner: User, album: Album, links: list[SharedLink]
) -> None:
    SharedLink.objects.filter(pk=links[0].pk).update(slug="summer")
    shown = do(owner_client, "delete", links)
    share_album(owner, album.id, LinkSettings(slug="summer"))
    after = undo(owner_client, shown)
    assert "1 link stays deleted: its address is in use by now." in after
    assert order(after) == "BA"


def test_an_undo_works_once_and_only_for_who_did_it(
    owner_client: Client, other_client: Client, links: list[SharedLink]
) -> None:
    shown = do(owner_client, "pause", links)
    assert "cannot be undone" in undo(other_client, shown)
    assert "cannot be undone" not in undo(owner_client, shown)
    assert "cannot be undone" in undo(owner_client, shown)


@pytest.mark.parametrize("action", ["pause", "delete", "resume", "explode", ""])
def test_other_owners_links_are_not_touched(
    other_client: Client, links: list[SharedLink], action: str
) -> None:
    assert "Nothing was changed." in do(other_client, action, links)
    assert not SharedLink.objects.exclude(is_paused=False, deleted_at=None).exists()


def test_nonsense_ids_change_nothing(owner_client: Client, links: list[SharedLink]) -> None:
    answer = owner_client.post("/links/bulk/", {"action": "delete", "link": ["x", ""]}, follow=True)
    assert "Nothing was changed." in answer.content.decode()


def test_the_list_stays_as_it_was_narrowed_down(
    owner_client: Client, links: list[SharedLink]
) -> None:
    form = {"action": "pause", "link": [str(links[0].pk)], "q": "Link", "sort": "title"}
    answer = owner_client.post("/links/bulk/", form)
    assert answer["Location"].startswith("/?q=Link&sort=title&done=")


def test_the_qr_code_is_the_guests_address_and_nobody_elses_business(
    owner_client: Client, other_client: Client, links: list[SharedLink]
) -> None:
    address = f"/links/{links[0].pk}/qr/"
    assert links[0].path in page(owner_client, address)
    image = owner_client.get(f"/links/{links[0].pk}/qr.svg")
    assert image["Content-Type"] == "image/svg+xml"
    assert image.content.startswith(b"<?xml")
    assert b"style=" not in image.content
    assert image["Cache-Control"] == "no-store"
    for path in (address, f"/links/{links[0].pk}/qr.svg"):
        assert other_client.get(path).status_code == 404
