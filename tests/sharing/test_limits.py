"""Limits of a link: exact under concurrency, told in words, and kind to who is in already."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from portal.library.types import Album
from portal.media.grants import Taking
from sharing.access import Standing, admission_cookie, is_admitted, rights_of, standing_of
from sharing.grants import LinkGrants, LinkTakes
from sharing.limits import admit_visitor, claim_download, forget_takes, note_use
from sharing.links import LinkSettings, change_link, share_album
from sharing.models import Happening, SharedLink, Take
from tests.memory_library import MemoryLibrary

FULL = "This link has reached its limit"


def limited(link: SharedLink, **limits: int) -> SharedLink:
    return change_link(link, LinkSettings(**limits))  # type: ignore[arg-type]


def come(link: SharedLink, client: Client | None = None, path: str = "") -> int:
    return (client or Client()).get(link.path + path).status_code


def seen(link: SharedLink) -> SharedLink:
    return SharedLink.objects.get(pk=link.pk)


def test_as_many_visitors_come_as_may_and_these_may_come_again(link: SharedLink) -> None:
    limited(link, max_visitors=2)
    first, second, third = Client(), Client(), Client()
    assert [come(link, client) for client in (first, second, third)] == [200, 200, 410]
    answer = third.get(link.path)
    assert FULL in answer.content.decode()
    assert [come(link, client) for client in (first, second)] == [200, 200]
    assert seen(link).visitors == 2


def test_a_raised_limit_lets_more_in(link: SharedLink) -> None:
    limited(link, max_visitors=1)
    assert [come(link), come(link)] == [200, 410]
    limited(link, max_visitors=2)
    assert [come(link), come(link)] == [200, 410]


def test_who_came_before_there_was_a_limit_stays(link: SharedLink) -> None:
    guest = Client()
    come(link, guest)
    limited(link, max_visitors=1)
    assert come(link) == 410
    assert come(link, guest) == 200


def test_only_a_page_lets_a_newcomer_in_and_its_parts_do_not(link: SharedLink) -> None:
    limited(link, max_visitors=5)
    assert [come(link, path=path) for path in ("/tiles", "/timeline", "/ids")] == [410] * 3
    assert seen(link).visitors == 0
    guest = Client()
    come(link, guest)
    assert come(link, guest, "/tiles") == 200


def test_nobody_is_counted_who_only_asks_for_headers(link: SharedLink) -> None:
    limited(link, max_visitors=1)
    assert Client().head(link.path).status_code == 200
    assert seen(link).visitors == 0


def test_a_chat_app_gets_the_preview_of_a_link_that_is_not_full_and_takes_no_place(
    link: SharedLink,
) -> None:
    limited(link, max_visitors=1)
    chat = Client(headers={"user-agent": "WhatsApp/2.23.20.0"})
    shown = chat.get(link.path).content.decode()
    assert '<meta property="og:title" content="Summer">' in shown
    assert '<meta property="og:image" content="http://testserver/media/' in shown
    assert (shown.count("/media/"), "/photo/" in shown) == (1, False)
    assert seen(link).visitors == 0
    assert [come(link), come(link, chat)] == [200, 410]
    assert not Happening.objects.filter(kind=Happening.Kind.TURNED_AWAY).exists()


@pytest.mark.parametrize("header", ["prefetch", "prefetch;prerender"])
def test_a_page_fetched_ahead_takes_no_place_and_is_asked_for_again(
    link: SharedLink, header: str
) -> None:
    limited(link, max_visitors=1)
    browser = Client()
    ahead = browser.get(link.path, headers={"sec-purpose": header})
    assert (ahead.status_code, ahead.content) == (503, b"")
    assert seen(link).visitors == 0
    assert [come(link, browser), come(link)] == [200, 410]
    assert browser.get(link.path, headers={"sec-purpose": header}).status_code == 200


def test_the_owner_takes_nobody_s_place(link: SharedLink, owner_client: Client) -> None:
    limited(link, max_visitors=1)
    assert come(link, owner_client) == 200
    assert seen(link).visitors == 0


def test_a_full_link_is_full_to_newcomers_before_it_asks_for_a_password(link: SharedLink) -> None:
    change_link(link, LinkSettings(password="sesame", max_visitors=1))
    guest = Client()
    guest.post(f"{link.path}/unlock", {"password": "sesame"}, follow=True)
    assert seen(link).visitors == 1
    stranger = Client()
    assert come(link, stranger) == 410
    answer = stranger.post(f"{link.path}/unlock", {"password": "sesame"})
    assert (answer.status_code, FULL in answer.content.decode()) == (410, True)
    assert come(link, guest) == 200


def test_an_admission_is_worth_nothing_elsewhere_or_made_up(link: SharedLink, album: Album) -> None:
    guest = Client()
    come(link, guest)
    cookies = {name: morsel.value for name, morsel in guest.cookies.items()}
    other = share_album(link.owner, album.id, LinkSettings())
    assert is_admitted(link, cookies)
    stolen = {admission_cookie(other): cookies[admission_cookie(link)]}
    assert not is_admitted(other, stolen)
    assert not is_admitted(link, {admission_cookie(link): "nonce.mac"})


def at_once(times: int, call: Callable[[], object]) -> list[object]:
    def run(_: int) -> object:
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(run, range(times)))


@pytest.mark.django_db(transaction=True)
def test_however_many_come_at_once_no_more_get_in(link: SharedLink) -> None:
    limited(link, max_visitors=5, max_downloads=3)
    assert sum(map(bool, at_once(24, lambda: admit_visitor(link)))) == 5
    assert sum(map(bool, at_once(24, lambda: claim_download(link, 10)))) == 3
    assert (seen(link).visitors, seen(link).times_taken, seen(link).bytes_taken) == (5, 3, 30)


def test_no_download_passes_the_limit_and_what_still_fits_is_given(link: SharedLink) -> None:
    limited(link, max_bytes=100)
    assert [claim_download(link, size) for size in (99, 50, 1, 1)] == [True, False, True, False]
    assert seen(link).bytes_taken == 100
    assert not rights_of(seen(link)).download
    assert not rights_of(seen(link)).originals
    assert standing_of(seen(link), "") is Standing.OPEN


def test_a_used_up_link_still_shows_its_photos_but_no_download(link: SharedLink) -> None:
    limited(link, max_downloads=1)
    assert "data-download" in page_of(link) or "download" in page_of(link)
    claim_download(link, 1)
    guest = Client()
    shown = guest.get(link.path).content.decode()
    assert "All downloads of this link are used up. You can go on looking" in shown
    assert "data-download=" not in shown
    assert come(link, guest, "/downloads") == 200


def test_looking_at_originals_counts_bytes_once_a_day_and_no_download(link: SharedLink) -> None:
    limited(link, max_bytes=25)
    assert [look(link), look(link), look(link, "b"), look(link, "c")] == [True, True, True, False]
    assert look(link, "video", must_fit=False)
    assert look(link, "video", must_fit=False)
    assert (seen(link).times_taken, seen(link).bytes_taken, seen(link).bytes_left) == (0, 30, 0)


def look(link: SharedLink, file: str = "a", *, must_fit: bool = True) -> bool:
    taking = Taking(link.pk, file, 10, f"loggia_visitor={'v' * 32}", "192.0.2.7")
    return LinkTakes().weigh(taking, must_fit=must_fit)


def test_a_photo_larger_than_what_is_left_has_no_download_of_its_own(
    link: SharedLink, library: MemoryLibrary
) -> None:
    sizes = {asset.size for asset in library.held.values()}
    limited(link, max_bytes=max(sizes) + 1)
    assert page_of(link).count("data-download=") == 7
    assert claim_download(link, 2)
    assert page_of(link).count("data-download=") == 6


def page_of(link: SharedLink) -> str:
    return Client().get(link.path).content.decode()


def take(link: SharedLink, file: str = "a", visitor: str = "v" * 32) -> bool:
    cookies = f"x=1; loggia_visitor={visitor}"
    return LinkTakes().claim(Taking(link.pk, file, 10, cookies, "192.0.2.7"))


def test_a_file_counts_once_for_who_fetches_it_in_pieces(link: SharedLink) -> None:
    limited(link, max_downloads=2)
    assert [take(link), take(link), take(link, "b"), take(link, "c")] == [True, True, True, False]
    assert take(link, "b")
    assert not take(link, "b", visitor="w" * 32)
    assert (seen(link).times_taken, seen(link).bytes_taken) == (2, 20)
    Take.objects.update(at=timezone.now() - timedelta(days=2))
    forget_takes()
    assert not take(link, "b")


def test_who_never_shows_a_cookie_fills_the_table_of_takes_to_its_limit_only(
    link: SharedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sharing.limits.MOST_TAKES", 5)
    for number in range(9):
        assert take(link, "a", visitor=f"{number}" * 32)
    forget_takes()
    assert Take.objects.count() == 5


def test_a_link_nobody_uses_closes_and_one_in_use_does_not(link: SharedLink) -> None:
    limited(link, idle_days=7)
    SharedLink.objects.update(used_at=timezone.now() - timedelta(days=6))
    assert come(link) == 200
    (grant,) = LinkGrants().revised_since(timezone.now() - timedelta(seconds=5))
    assert grant.expires_at is not None
    assert grant.expires_at > (timezone.now() + timedelta(days=6)).timestamp()
    SharedLink.objects.update(used_at=timezone.now() - timedelta(days=8))
    assert come(link) == 410
    known = LinkGrants().find(link.pk)
    assert known is not None
    assert not known.is_valid(timezone.now().timestamp())
    change_link(seen(link), LinkSettings(idle_days=9))
    assert come(link) == 200


def test_use_is_noted_once_an_hour(link: SharedLink) -> None:
    before = seen(link)
    note_use(before)
    assert seen(link).used_at == before.used_at
    before.used_at -= timedelta(hours=2)
    note_use(before)
    assert seen(link).used_at > timezone.now() - timedelta(seconds=5)


@pytest.mark.parametrize(
    "limits", [{"max_visitors": 0}, {"idle_days": 40_000}, {"max_downloads": 2_000_000}], ids=str
)
def test_limits_that_make_no_sense_are_refused(link: SharedLink, limits: dict[str, int]) -> None:
    with pytest.raises(ValidationError) as refused:
        limited(link, **limits)
    assert set(refused.value.message_dict) == set(limits)


def test_the_form_sets_and_clears_limits(owner_client: Client, link: SharedLink) -> None:
    limits = {"max_visitors": "5", "max_downloads": "6", "max_gb": "1.5", "idle_days": "30"}
    address = f"/links/{link.pk}/"
    owner_client.post(address, {"lifetime": "never", **limits})
    changed = seen(link)
    assert (changed.max_visitors, changed.max_downloads) == (5, 6)
    assert (changed.max_bytes, changed.idle_days) == (1.5 * 2**30, 30)
    shown = unescape(owner_client.get(address).content.decode())
    assert '<details class="field limits" open>' in shown
    assert 'value="1.5"' in shown
    owner_client.post(address, {"lifetime": "never"})
    assert seen(link).max_visitors is None
    assert '<details class="field limits">' in owner_client.get(address).content.decode()


@pytest.mark.parametrize("text", ["0", "-1", "many", "99999999999", "1e9"])
def test_the_form_refuses_nonsense(owner_client: Client, link: SharedLink, text: str) -> None:
    answer = owner_client.post(f"/links/{link.pk}/", {"lifetime": "never", "max_visitors": text})
    assert 'aria-invalid="true"' in answer.content.decode()
    assert seen(link).max_visitors is None


@pytest.mark.parametrize(
    ("options", "limits"),
    [
        (["--max-visitors", "3", "--idle-days", "14"], (3, None, None, 14)),
        (["--max-downloads", "9", "--max-gb", "0.5"], (None, 9, 2**29, None)),
    ],
)
def test_the_command_makes_limited_links(
    owner: User, album: Album, options: list[str], limits: tuple[object, ...]
) -> None:
    call_command("link", "create", "--album", album.name, "--owner", "olga", *options)
    made = SharedLink.objects.get()
    assert (made.max_visitors, made.max_downloads, made.max_bytes, made.idle_days) == limits
