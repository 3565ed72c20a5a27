"""The language is the browser's; dates, numbers and sizes are written as it writes them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils.translation import override

from portal.library.types import Album, Asset
from sharing.managing.reasons import in_this_language
from sharing.models import SharedLink
from tests.guest.conftest import GuestLibrary

Share = Callable[..., SharedLink]


@pytest.fixture
def german() -> Client:
    return Client(headers={"accept-language": "de-AT,de;q=0.9,en;q=0.5"})


def test_a_german_browser_reads_german(german: Client, share: Share, photo: Asset) -> None:
    link = share(expires_at=datetime(2190, 3, 9, 12, tzinfo=UTC))
    page = german.get(link.path)
    text = page.content.decode()
    assert '<html lang="de"' in text
    assert page["Content-Language"] == "de"
    assert "Accept-Language" in page["Vary"]
    assert "1 Foto · verfügbar bis 9. März 2190" in text
    assert "Samstag, 12. Juli 2025" in text
    assert 'aria-label="Herunterladen"' in text


@pytest.mark.parametrize("wanted", ["", "fr", "en-US,de;q=0.4", "*", "xx;q=oops"])
def test_others_read_english(share: Share, photo: Asset, wanted: str) -> None:
    text = Client(headers={"accept-language": wanted}).get(share().path).content.decode()
    assert '<html lang="en"' in text
    assert "Saturday, 12 July 2025" in text


def test_numbers_and_sizes_are_german(
    german: Client, library: GuestLibrary, album: Album, share: Share
) -> None:
    photo = library.add(album)
    for _ in range(1_233):
        library.add(album)
    link = share()
    assert "1.234 Fotos" in german.get(link.path).content.decode()
    info = german.get(f"{link.path}/info/{photo.id}").content.decode()
    assert "3,2\xa0MB" in info
    assert "14:03 UTC+02:00" in info
    assert "f/5,6" in info
    assert "47,37691° N, 8,54173° W" in info


def test_the_east_is_german_too(
    german: Client, library: GuestLibrary, album: Album, photo: Asset, share: Share
) -> None:
    east = library.add(album, exif=replace(photo.exif, longitude=11.5))
    info = german.get(f"{share().path}/info/{east.id}").content.decode()
    assert "11,50000° O" in info


def test_closed_doors_speak_german(german: Client, share: Share, photo: Asset) -> None:
    locked, paused = share(password="swordfish"), share()
    SharedLink.objects.filter(pk=paused.pk).update(is_paused=True)
    assert "Dieses Album ist geschützt." in german.get(locked.path).content.decode()
    wrong = german.post(f"{locked.path}/unlock", {"password": "tuna"}).content.decode()
    assert "Das ist nicht das richtige Passwort." in wrong
    assert "Dieser Link wurde ausgeschaltet" in german.get(paused.path).content.decode()
    assert "Hier ist nichts" in german.get("/share/never-heard-of").content.decode()


def test_the_timeline_brings_german_days(german: Client, share: Share, photo: Asset) -> None:
    link = share()
    first = german.get(f"{link.path}/timeline")
    assert first.json()["days"] == [["2025-07-12", 1, "Samstag, 12. Juli 2025"]]
    english = Client().get(f"{link.path}/timeline", headers={"if-none-match": first["ETag"]})
    assert english.json()["days"] == [["2025-07-12", 1, "Saturday, 12 July 2025"]]


@pytest.mark.parametrize(
    ("reason", "german"),
    [
        ("The file is empty.", "Die Datei ist leer."),
        (
            "This file cannot be read (Permission denied).",
            "Diese Datei kann nicht gelesen werden (Permission denied).",
        ),
        (
            "The picture is too large to be opened (more than 512 MB).",
            "Das Bild ist zu groß, um es zu öffnen (mehr als 512 MB).",
        ),
        ("Something nobody translated (yet).", "Something nobody translated (yet)."),
        ("", ""),
    ],
)
def test_what_the_scan_wrote_is_translated_when_read(reason: str, german: str) -> None:
    with override("de"):
        assert in_this_language(reason) == german
