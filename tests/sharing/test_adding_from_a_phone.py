"""The app that a phone installs, what it is handed, and the owner's own way into an album."""

import asyncio
import re
from html import unescape
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles.finders import find
from django.core.management import call_command
from django.test import Client
from PIL import Image

from portal.library.types import Album
from sharing.albums.editing import make_album
from sharing.contributions.astray import SharedAstray
from sharing.models import SharedLink
from tests.memory_library import MemoryLibrary

HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}


def page(client: Client, address: str = "/add/", **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return unescape(response.content.decode())


def base_for(client: Client, album_id: object) -> str:
    """Where the owner's photos for this album are sent."""
    response = client.post("/add/album/", {"album": album_id}, headers=JSON)
    assert response.status_code == 200
    base: str = response.json()["base"]
    return base


@pytest.mark.django_db
def test_the_app_takes_photos_that_are_shared_with_it(client: Client) -> None:
    response = client.get("/manifest.webmanifest")
    assert response["Content-Type"] == "application/manifest+json"
    told = response.json()
    target = told["share_target"]
    assert (target["action"], target["method"]) == ("/add/", "POST")
    assert target["enctype"] == "multipart/form-data"
    (files,) = target["params"]["files"]
    assert {"image/*", "video/*", ".heic", ".mov"} <= set(files["accept"])
    assert target["action"].startswith(told["scope"])
    assert told["display"] == "standalone"


@pytest.mark.django_db
def test_its_icons_are_as_large_as_it_says(client: Client) -> None:
    icons = client.get("/manifest.webmanifest").json()["icons"]
    assert {icon["purpose"] for icon in icons} == {"any", "maskable"}
    for icon in icons:
        name = re.sub(r"^/static/|\.[0-9a-f]{12}(?=\.)", "", icon["src"])
        path = find(name)
        assert path is not None
        with Image.open(path) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"]


@pytest.mark.django_db
def test_it_speaks_the_phone_s_language(client: Client) -> None:
    told = client.get("/manifest.webmanifest", headers={"Accept-Language": "de"}).json()
    assert (told["lang"], "Alben" in told["description"]) == ("de", True)


@pytest.mark.django_db
def test_the_service_worker_is_a_script_that_is_asked_for_anew(client: Client) -> None:
    response = client.get("/sw.js")
    assert response["Content-Type"].startswith("text/javascript")
    assert "no-cache" in response["Cache-Control"]
    script = response.content.decode()
    assert re.search(r'from "/static/js/phone/kept\.[0-9a-f]{12}\.js"', script)
    assert "caches" not in script, "it keeps no page"


def test_guests_are_told_of_no_album(client: Client, link: SharedLink) -> None:
    link.allow_upload = True
    link.save()
    shown = page(client)
    assert "Summer" not in shown
    assert "Your albums" not in shown
    assert "This device knows no album yet" in shown
    assert "Summer" not in page(client, "/add/?q=summer", **HTMX)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [("missed", "did not come along"), ("full", "not enough room on this device"), ("shared", "")],
)
@pytest.mark.django_db
def test_what_went_wrong_is_said(client: Client, outcome: str, words: str) -> None:
    shown = page(client, f"/add/?{outcome}")
    assert ('role="alert"' in shown) is bool(words)
    assert words in shown


def test_owners_choose_among_all_their_albums(
    owner_client: Client, owner: User, library: MemoryLibrary
) -> None:
    library.add_album("2025/Sommer")
    make_album(owner, "Best of", [])
    shown = page(owner_client)
    assert ("2025/Sommer" in shown, "Best of" in shown) == (True, True)
    found = page(owner_client, "/add/?q=SOMM", **HTMX)
    assert found.strip().startswith('<ul class="places" id="own-albums">')
    assert ("2025/Sommer" in found, "Best of" in found) == (True, False)
    assert "No album matches “x”" in page(owner_client, "/add/?q=x", **HTMX)


def test_with_very_many_albums_a_search_finds_the_others(
    owner_client: Client, library: MemoryLibrary
) -> None:
    for number in range(45):
        library.add_album(f"Trip {number:03}", 1)
    assert len(re.findall(r"Trip \d{3}", page(owner_client))) == 30
    assert "Trip 044" in page(owner_client, "/add/?q=044", **HTMX)


def test_albums_of_others_are_not_offered(other_client: Client, owner: User, album: Album) -> None:
    make_album(owner, "Best of", [])
    assert "Best of" not in page(other_client)


def test_an_owner_sends_into_an_album_of_the_library(owner_client: Client, album: Album) -> None:
    base = base_for(owner_client, album.id)
    assert base == base_for(owner_client, album.id), "one way for each album"
    facts = owner_client.get(f"{base}/sending").json()
    assert (facts["isOpen"], facts["isHeld"], facts["title"]) == (True, False, "Summer")
    shown = page(owner_client, base)
    assert "Summer" in shown
    assert "They appear in the album as soon as they have been checked." in shown
    assert '<div class="field" hidden>' in shown, "who sends is known"


def test_an_owner_sends_into_an_album_made_here(
    owner_client: Client, other_client: Client, owner: User, library: MemoryLibrary
) -> None:
    made = make_album(owner, "Best of", [])
    base = base_for(owner_client, made.pk)
    assert owner_client.get(f"{base}/sending").json()["title"] == "Best of"
    assert SharedLink.objects.get().portal_album == made
    assert other_client.post("/add/album/", {"album": made.pk}).status_code == 404


def test_without_a_script_the_choice_leads_to_the_album_s_form(
    owner_client: Client, album: Album
) -> None:
    response = owner_client.post("/add/album/", {"album": album.id}, follow=True)
    assert b'type="file"' in response.content
    assert owner_client.post("/add/album/")["Location"] == "/add/"


def test_an_album_s_own_page_leads_there_too(
    owner_client: Client, library: MemoryLibrary, album: Album
) -> None:
    shown = page(owner_client, f"/albums/{album.id}/")
    assert re.search(rf'action="/add/album/">.*name="album" value="{album.id}"', shown)
    sample = library.add_album("Sample album", 4, is_sample=True)
    assert "/add/album/" not in page(owner_client, f"/albums/{sample.id}/")


def test_nobody_else_sends_by_an_owner_s_own_link(
    owner_client: Client, other_client: Client, client: Client, album: Album
) -> None:
    base = base_for(owner_client, album.id)
    for stranger in (client, other_client):
        for address in (base, f"{base}/add", f"{base}/sending", f"{base}/sent"):
            assert stranger.get(address).status_code == 404
    owner_client.logout()
    assert owner_client.get(base).status_code == 404


def test_an_owner_s_own_link_is_in_no_list(owner_client: Client, owner: User, album: Album) -> None:
    base_for(owner_client, album.id)
    own = SharedLink.objects.get()
    for address in ("/", "/activity/", f"/albums/{album.id}/"):
        assert str(own.pk) not in page(owner_client, address)
    assert owner_client.get(f"/links/{own.pk}/").status_code == 404
    listed = StringIO()
    call_command("link", "list", stdout=listed)
    assert str(own.pk) not in listed.getvalue()
    assert "1 link" not in page(owner_client, f"/albums/{album.id}/")


def test_an_own_link_is_not_remembered_among_those_of_guests(
    owner_client: Client, client: Client, link: SharedLink, album: Album
) -> None:
    link.allow_upload = True
    link.save()
    assert 'data-title="Summer"' in page(client, link.path)
    assert "data-title" not in page(owner_client, base_for(owner_client, album.id))


def test_pages_that_take_nothing_are_no_app(client: Client, link: SharedLink) -> None:
    assert "manifest" not in page(client, link.path)


@pytest.mark.django_db
def test_an_album_that_is_nowhere_is_not_found(
    owner_client: Client, library: MemoryLibrary
) -> None:
    for album_id in (uuid4(), "../secret"):
        response = owner_client.post("/add/album/", {"album": album_id}, headers=JSON)
        assert response.status_code == (302 if isinstance(album_id, str) else 404)
    assert not SharedLink.objects.exists()


# ── Without a service worker, the phone sends to the server ──
def test_what_is_shared_without_a_service_worker_is_not_kept_and_asked_for_again() -> None:
    sent, left = asyncio.run(share("POST", "/add/", pieces=500))
    start, end = sent
    assert (start["status"], dict(start["headers"])[b"location"]) == (303, b"/add/?missed")
    assert end["type"] == "http.response.body"
    assert left == 0, "cut in the middle, the browser would not read the answer"


@pytest.mark.parametrize(("method", "path"), [("GET", "/add/"), ("POST", "/add/album/")])
def test_all_else_goes_to_the_pages(method: str, path: str) -> None:
    assert asyncio.run(share(method, path)) == ([{"type": "pages"}], 1)


async def share(method: str, path: str, pieces: int = 1) -> tuple[list[dict[str, Any]], int]:
    """What is answered to so many pieces of 64 KiB, and how many of them nobody read."""
    sent: list[dict[str, Any]] = []
    left = [{"type": "http.request", "body": bytes(65_536), "more_body": True}] * pieces
    left[0] = {**left[0], "more_body": False}

    async def receive() -> dict[str, Any]:
        return left.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    async def pages(_scope: Any, _receive: Any, answer: Any) -> None:
        await answer({"type": "pages"})

    await SharedAstray(pages)({"method": method, "path": path}, receive, send)
    return sent, len(left)
