"""Whose an upload is, and who may send at all."""

from collections.abc import Callable

import pytest

from tests.intake.portal import Portal
from tests.intake.tus import Tus

Visit = Callable[[str], Tus]


def test_a_browser_is_known_by_its_cookie(guest: Tus, portal: Portal) -> None:
    created = guest.try_to_create(3)
    cookie = created.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    guest.create(3)
    assert len({row["contributor_id"] for row in portal.rows(guest.link)}) == 1


def test_others_find_nothing_of_it(guest: Tus, visit: Visit, portal: Portal) -> None:
    address = guest.create(3)
    other = visit(guest.link)
    other.create(3)
    assert other.head(address).status_code == 404
    assert other.patch(address, 0, b"abc").status_code == 404
    assert other.ask("DELETE", address).status_code == 404
    assert guest.offset(address) == 0
    assert portal.row(address)["state"] == "arriving"


def test_a_client_without_cookies_proves_itself_by_the_address(guest: Tus, portal: Portal) -> None:
    address = guest.create(3)
    guest.client.cookies.clear()
    assert guest.patch(address, 0, b"abc").status_code == 204
    assert portal.content(address) == b"abc"


def test_an_upload_belongs_to_its_link(guest: Tus, visit: Visit, portal: Portal) -> None:
    address = guest.create(3)
    other = visit(portal.link())
    elsewhere = address.replace(guest.link, other.link)
    assert other.head(elsewhere).status_code == 404
    assert other.patch(elsewhere, 0, b"abc").status_code == 404


def test_two_guests_may_have_one_name(visit: Visit, portal: Portal) -> None:
    link = portal.link()
    first, second = visit(link), visit(link)
    mine, yours = first.create(3, contributor="Anna"), second.create(3, contributor="Anna")
    rows = portal.rows(link)
    assert [row["contributor_name"] for row in rows] == ["Anna", "Anna"]
    assert len({row["contributor_id"] for row in rows}) == 2
    assert second.head(mine).status_code == first.head(yours).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Referer": "https://elsewhere.example/page"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_pages_of_other_sites_cannot_send(
    guest: Tus, portal: Portal, headers: dict[str, str]
) -> None:
    answer = guest.try_to_create(3, b"abc", **headers)
    assert (answer.status_code, bool(answer.json()["message"])) == (403, True)
    files = {"files": ("a.jpg", b"abc")}
    form = guest.client.post(f"{guest.link}/uploads/form", files=files, headers=headers)
    assert form.status_code == 403
    assert portal.rows(guest.link) == []


def test_pages_of_ours_can(guest: Tus, portal: Portal) -> None:
    for headers in ({"Origin": portal.url}, {"Referer": guest.link}, {"Sec-Fetch-Site": "none"}):
        assert guest.try_to_create(3, b"abc", **headers).status_code == 201


def test_a_cookie_that_is_none_of_ours_is_replaced(guest: Tus, portal: Portal) -> None:
    guest.client.cookies.set("loggia_visitor", "short")
    created = guest.try_to_create(3)
    assert "loggia_visitor=" in created.headers["set-cookie"]
