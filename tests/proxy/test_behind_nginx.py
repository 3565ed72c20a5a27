"""The whole way of owner and guest through nginx and TLS, as the snippet in deploy/ sets it up."""

import re
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

from tests.proxy.conftest import Proxied
from tests.running import ADMIN, PASSWORD
from tests.visiting import Guest, sign_in, token_in

Visit = Callable[..., Guest]


def cookies_of(response: httpx.Response) -> list[str]:
    return response.headers.get_list("set-cookie")


def test_signing_in_over_https_gives_cookies_that_stay_there(proxied: Proxied) -> None:
    with proxied.client(follow_redirects=False) as client:
        form = client.get(f"{proxied.url}/login/")
        assert cookies_of(form)
        sign_in(client, proxied.url, ADMIN, PASSWORD)
        home = client.get(proxied.url)
        assert home.status_code == 200
        assert home.headers["strict-transport-security"] == "max-age=31536000"
        kept = {cookie.name: cookie for cookie in client.cookies.jar}
        assert {"loggia_session", "loggia_csrf"} <= kept.keys()
        assert all(cookie.secure for cookie in kept.values())


def test_a_form_from_another_site_is_refused(proxied: Proxied) -> None:
    with proxied.client() as client:
        token = token_in(client.get(f"{proxied.url}/login/").text)
        form = {"csrfmiddlewaretoken": token, "username": ADMIN, "password": PASSWORD}
        for origin in ("https://elsewhere.example", proxied.url.replace("https", "http")):
            sent = {"Origin": origin}
            assert client.post(f"{proxied.url}/login/", data=form, headers=sent).status_code == 403


def test_links_are_shown_with_the_public_address(proxied: Proxied) -> None:
    page = proxied.make_link("--slug", "shown-as-it-is")
    assert page == f"{proxied.url}/s/shown-as-it-is"
    with proxied.client() as client:
        sign_in(client, proxied.url, ADMIN, PASSWORD)
        assert page in client.get(proxied.url).text


def test_plain_http_leads_to_https(proxied: Proxied) -> None:
    with proxied.client(follow_redirects=False) as client:
        answer = client.get(f"{proxied.plain_url}/s/x?y=1")
    assert (answer.status_code, answer.headers["location"][:8]) == (301, "https://")
    assert answer.headers["location"].endswith("/s/x?y=1")


def test_another_host_name_is_not_answered_to(proxied: Proxied) -> None:
    with proxied.client() as client:
        answer = client.get(f"{proxied.url}/login/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400


def test_a_download_can_be_watched_fetched_and_resumed(
    proxied: Proxied, visit: Visit, photos: Path
) -> None:
    guest = visit(proxied.make_link(), "127.0.0.11")
    guest.ask()
    archive = guest.archive(within=30)
    assert archive.startswith(f"{proxied.url}/archives/")
    whole = guest.client.get(archive)
    etag, length = whole.headers["etag"], int(whole.headers["content-length"])
    assert len(whole.content) == length
    with ZipFile(BytesIO(whole.content)) as opened:
        kept = sorted(opened.read(name) for name in opened.namelist())
    assert kept == sorted(path.read_bytes() for path in (photos / "Summer").iterdir())

    begun = bytearray()
    with guest.client.stream("GET", archive) as response:
        for piece in response.iter_raw():
            begun += piece
            if len(begun) > length // 3:
                break
    resume = {"Range": f"bytes={len(begun)}-", "If-Range": etag}
    rest = guest.client.get(archive, headers=resume)
    assert rest.status_code == 206
    assert rest.headers["content-range"] == f"bytes {len(begun)}-{length - 1}/{length}"
    assert bytes(begun) + rest.content == whole.content
    other = guest.client.get(archive, headers=resume | {"If-Range": '"another"'})
    assert (other.status_code, len(other.content)) == (200, length)
    beyond = guest.client.get(archive, headers={"Range": f"bytes={length}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{length}")


def test_pictures_come_as_they_are_and_stay_private(proxied: Proxied, visit: Visit) -> None:
    guest = visit(proxied.make_link(), "127.0.0.12")
    picture = guest.client.get(guest.pictures()[0])
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/webp")
    assert "private" in picture.headers["cache-control"]
    known = {"If-None-Match": picture.headers["etag"]}
    assert guest.client.get(guest.pictures()[0], headers=known).status_code == 304


def test_progress_arrives_while_it_is_made(proxied: Proxied, visit: Visit) -> None:
    """Buffered, the events would all come at the stream's end, or after 4 KB."""
    guest = visit(proxied.make_link(), "127.0.0.13")
    guest.ask("large")
    began = time.monotonic()
    arrived: list[float] = []
    with guest.client.stream("GET", guest.events()) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for text in stream.iter_text():
            arrived.append(time.monotonic() - began)
            if "/archives/" in text:
                break
    assert arrived[0] < 1.5
    assert arrived[-1] - arrived[0] > 0.2, "all events came at once"


@pytest.mark.parametrize("forged", [{}, {"X-Forwarded-For": "198.51.100.{n}"}])
def test_guesses_count_for_who_makes_them_whatever_they_say(
    proxied: Proxied, visit: Visit, forged: dict[str, str]
) -> None:
    page = proxied.make_link("--password", "sesame")
    guesser = visit(page, "127.0.0.21" if forged else "127.0.0.22")
    assert is_slowed_down(guesser, forged)
    neighbour = visit(page, "127.0.0.23")
    assert "12 photos" in unlock(neighbour, "sesame").text


def test_who_passes_by_the_proxy_cannot_pretend_to_be_one(proxied: Proxied) -> None:
    """Straight to Loggia's port, from an address that is not the proxy's."""
    page = proxied.make_link("--password", "sesame").replace(proxied.url, proxied.loggia.url)
    with proxied.client("127.0.0.31") as client:
        guesser = Guest(page, client)
        # The cookie is Secure: a browser would not even send it here.
        kept = {"Cookie": cookies_of(guesser.look())[0].partition(";")[0]}
        assert is_slowed_down(guesser, kept | {"X-Forwarded-For": "198.51.100.{n}"})
        pretended = {"X-Forwarded-Proto": "https", "Origin": "https://127.0.0.1"}
        assert unlock(guesser, "guess", **kept, **pretended).status_code == 403


def test_downloads_are_counted_for_the_guests_own_address(proxied: Proxied, visit: Visit) -> None:
    page = proxied.make_link()
    for _ in range(2):
        assert "from your network" not in visit(page, "127.0.0.41").ask()
    assert "from your network" in visit(page, "127.0.0.41").ask()
    assert "from your network" not in visit(page, "127.0.0.42").ask()


def test_nginx_had_nothing_to_complain_of(proxied: Proxied) -> None:
    complaints = (proxied.prefix / "error.log").read_text()
    assert not re.findall(r"\[(?:emerg|crit|alert)\].*", complaints)
    assert list((proxied.prefix / "proxy").rglob("*.*")) == []


def is_slowed_down(guest: Guest, said: dict[str, str]) -> bool:
    """Whether guessing a dozen times is too often; from twelve addresses it would not be."""
    for number in range(12):
        headers = {name: value.format(n=number) for name, value in said.items()}
        text = unlock(guest, "guess", **headers).text
        assert number or "not the right password" in text
        if "Too many" in text:
            return number > 3
    return False


def unlock(guest: Guest, password: str, **headers: str) -> httpx.Response:
    token = token_in(guest.client.get(guest.page, headers=headers).text)
    form = {"csrfmiddlewaretoken": token, "password": password}
    sent = guest.headers() | headers
    return guest.client.post(f"{guest.page}/unlock", data=form, headers=sent)
