from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from portal.library.types import Album
from sharing.forms import SWITCHES, after
from sharing.links import LinkSettings, change_link
from sharing.models import SharedLink
from tests.memory_library import MemoryLibrary

LOOK = {"lifetime": "never", "show_metadata": "on"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def address(album: Album) -> str:
    return f"/links/new/?album={album.id}"


def text(response: object) -> str:
    return unescape(response.content.decode())  # type: ignore[attr-defined]


def test_an_album_is_shared_and_the_address_shown(
    owner_client: Client, owner: User, album: Album, address: str
) -> None:
    form = LOOK | {"description": "Our summer", "slug": "Summer", "password": "sesame"}
    response = owner_client.post(address, form, follow=True)
    link = SharedLink.objects.get()
    assert response.redirect_chain == [(f"/links/{link.pk}/", 302)]
    assert "Your link is ready." in text(response)
    assert 'value="http://testserver/s/Summer"' in text(response)
    assert (link.owner, link.album_id, link.description) == (owner, album.id, "Our summer")
    assert link.check_password("sesame")
    assert [getattr(link, name) for name in SWITCHES] == [False, False, True, False]


def test_the_public_address_is_the_configured_one(
    owner_client: Client, link: SharedLink, settings: Settings
) -> None:
    settings.LOGGIA_PUBLIC_URL = "https://photos.example.org"
    assert f"https://photos.example.org/share/{link.key}" in text(
        owner_client.get(f"/links/{link.pk}/")
    )


@pytest.mark.parametrize(
    ("preset", "on"),
    [
        ("look", {"show_metadata"}),
        ("take", {"allow_download", "show_metadata", "show_location"}),
        ("collect", {"allow_upload", "show_metadata"}),
        ("nonsense", {"allow_download", "show_metadata", "show_location"}),
    ],
)
def test_presets_set_the_switches(
    owner_client: Client, address: str, preset: str, on: set[str]
) -> None:
    shown = text(owner_client.get(f"{address}&preset={preset}"))
    assert {name for name in SWITCHES if f'name="{name}" checked' in shown} == on
    assert 'name="holds_uploads" checked' in shown
    assert ('name="hides_album" checked' in shown) == (preset == "collect")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"slug": "../x"}, "Use 3 to 64 letters"),
        ({"slug": "Login"}, "This address is reserved."),
        ({"slug": "TAKEN"}, "This address is taken."),
        ({"password": "abc"}, "at least 4 characters"),
        ({"lifetime": "forever"}, "not one of the available choices"),
        ({"description": "x" * 201}, "at most 200 characters"),
        ({"description": "a\x00b"}, "Null characters are not allowed"),
    ],
)
def test_bad_input_is_told_at_the_field_and_nothing_typed_is_lost(
    owner_client: Client, link: SharedLink, address: str, typed: dict[str, str], words: str
) -> None:
    change_link(link, LinkSettings(slug="taken"))
    form = LOOK | {"description": "Our summer", "password": "sesame", "slug": "kept"}
    response = owner_client.post(address, form | typed, headers=HTMX)
    assert response.status_code == 200
    assert response["HX-Push-Url"] == "false"
    shown = text(response)
    assert shown.strip().startswith('<div id="page">')
    assert words in shown
    assert "Please type the password once more." in shown
    assert "sesame" not in shown
    for name in {"description", "slug"} - set(typed):
        assert f'value="{form[name]}"' in shown
    assert 'name="show_metadata" checked' in shown
    assert 'name="allow_download" checked' not in shown
    assert SharedLink.objects.count() == 1


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("", "Please choose a date and time."),
        ("2020-01-01T10:00", "This moment has passed."),
        ("9999-12-31T23:59", "within the next 100 years"),
        ("0001-01-01T00:00", "This moment has passed."),
        ("soon", "Enter a valid date/time."),
    ],
)
def test_dates_that_make_no_sense_are_told(
    owner_client: Client, address: str, until: str, words: str
) -> None:
    response = owner_client.post(address, LOOK | {"lifetime": "date", "until": until})
    assert words in text(response)
    assert not SharedLink.objects.exists()


def test_a_date_is_meant_in_the_portal_s_time_zone(
    owner_client: Client, address: str, settings: Settings
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    owner_client.post(address, LOOK | {"lifetime": "date", "until": "2040-07-01T12:00"})
    link = SharedLink.objects.get()
    assert link.expires_at == datetime(2040, 7, 1, 10, tzinfo=UTC)
    shown = text(owner_client.get(f"/links/{link.pk}/"))
    assert 'value="2040-07-01T12:00"' in shown
    assert "Date and time (Europe/Berlin)" in shown


def test_lifetimes_end_on_the_same_day_of_a_later_month() -> None:
    now = datetime(2027, 11, 30, 12, tzinfo=UTC)
    assert after("3m", now) == datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert after("1y", datetime(2028, 2, 29, tzinfo=UTC)) == datetime(2029, 2, 28, tzinfo=UTC)
    assert after("7d", now) == now + timedelta(days=7)
    assert after("never", now) is None


@given(now=st.datetimes(datetime(2020, 1, 1), datetime(2300, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_lifetimes_are_about_as_long_as_they_say(now: datetime) -> None:
    for lifetime, least, most in (("3m", 89, 92), ("1y", 365, 366)):
        end = after(lifetime, now)
        assert end is not None
        assert timedelta(days=least) <= end - now <= timedelta(days=most)


def edit(client: Client, link: SharedLink, **changes: str) -> str:
    return text(client.post(f"/links/{link.pk}/", LOOK | changes, follow=True))


def test_an_edit_keeps_the_password_unless_a_new_one_is_typed(
    owner_client: Client, link: SharedLink
) -> None:
    change_link(link, LinkSettings(password="sesame"))
    assert "Saved." in edit(owner_client, link, description="Words", allow_download="on")
    link.refresh_from_db()
    assert link.check_password("sesame")
    edit(owner_client, link, password="other word")
    link.refresh_from_db()
    assert link.check_password("other word")
    edit(owner_client, link, remove_password="on", password="ignored")
    link.refresh_from_db()
    assert link.password == ""


def test_an_untouched_expiry_keeps_its_second_even_in_the_past(
    owner_client: Client, link: SharedLink
) -> None:
    moment = timezone.now() - timedelta(days=1, seconds=7)
    change_link(link, LinkSettings(expires_at=moment))
    until = moment.strftime("%Y-%m-%dT%H:%M")
    assert "Saved." in edit(owner_client, link, lifetime="date", until=until)
    link.refresh_from_db()
    assert link.expires_at == moment


def test_an_edit_may_keep_its_own_address_in_another_case(
    owner_client: Client, link: SharedLink
) -> None:
    change_link(link, LinkSettings(slug="summer"))
    assert "Saved." in edit(owner_client, link, slug="Summer")


@pytest.mark.parametrize("query", ["", "?album=", "?album=x", "?chosen=nothing"])
def test_without_something_to_share_the_albums_are_shown(
    owner_client: Client, library: MemoryLibrary, query: str
) -> None:
    for answer in (owner_client.get, owner_client.post):
        response = answer(f"/links/new/{query}", follow=True)
        assert response.redirect_chain == [("/albums/", 302)]
        assert "Choose an album" in text(response)


def test_an_unknown_album_cannot_be_shared(owner_client: Client, library: MemoryLibrary) -> None:
    assert owner_client.post(f"/links/new/?album={uuid4()}", LOOK).status_code == 404


def state(client: Client, slug: str, link: SharedLink | None = None) -> str:
    query = {"slug": slug} | ({"link": str(link.pk)} if link else {})
    return text(client.get("/links/address/", query, headers=HTMX))


def test_the_address_is_judged_while_it_is_typed(
    owner_client: Client, other_client: Client, link: SharedLink
) -> None:
    change_link(link, LinkSettings(slug="summer"))
    assert "http://testserver/s/winter is free" in state(owner_client, "winter")
    assert "This address is taken." in state(owner_client, "SUMMER")
    assert "is free" in state(owner_client, "SUMMER", link)
    assert "This address is taken." in state(other_client, "summer", link)
    assert "Use 3 to 64 letters" in state(owner_client, "../x")
    assert "nobody can guess" in state(owner_client, " ")


def test_what_is_said_of_an_address_is_the_same_whoever_has_it(
    owner_client: Client, other_client: Client, link: SharedLink
) -> None:
    change_link(link, LinkSettings(slug="summer", description="Our summer"))
    answers = [
        client.get(f"/links/address/?slug=SUMMER&link={of}").content
        for client, of in ((owner_client, ""), (other_client, ""), (other_client, link.pk))
    ]
    assert len(set(answers)) == 1
    assert b"This address is taken." in answers[0]
    assert b"Our summer" not in answers[0]
