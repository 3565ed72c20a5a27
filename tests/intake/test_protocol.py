"""tus 1.0.0 as any client may speak it."""

import os
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from uuid import uuid4

import httpx
import pytest

from tests.intake.portal import Portal
from tests.intake.tus import PIECE, Tus, checksum, metadata

DATA = os.urandom(300_000)


def test_what_the_intake_can_do_is_told(guest: Tus) -> None:
    answer = guest.client.options(f"{guest.link}/uploads/")
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    extensions = answer.headers["tus-extension"].split(",")
    expected = {"creation", "creation-with-upload", "checksum", "termination", "expiration"}
    assert expected == set(extensions)
    assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256"
    assert int(answer.headers["tus-max-size"]) == 20 * 2**30


def test_a_file_arrives_in_pieces(guest: Tus, portal: Portal) -> None:
    address = guest.create(len(DATA), filename="a.jpg", filetype="image/jpeg")
    assert guest.offset(address) == 0
    first = guest.patch(address, 0, DATA[:100_000])
    assert (first.status_code, first.headers["upload-offset"]) == (204, "100000")
    assert guest.offset(address) == 100_000
    second = guest.patch(address, 100_000, DATA[100_000:])
    assert (second.status_code, second.headers["upload-offset"]) == (204, str(len(DATA)))
    assert portal.content(address) == DATA
    row = portal.row(address)
    assert (row["state"], row["size"], row["filename"]) == ("arrived", len(DATA), "a.jpg")
    assert guest.head(address).headers["upload-length"] == str(len(DATA))


def test_a_file_can_come_with_its_creation(guest: Tus, portal: Portal) -> None:
    address = guest.send(DATA)
    assert portal.content(address) == DATA
    assert portal.row(address)["state"] == "arrived"


def test_a_part_can_come_with_the_creation(guest: Tus, portal: Portal) -> None:
    created = guest.try_to_create(len(DATA), DATA[:1000])
    assert created.headers["upload-offset"] == "1000"
    address = str(httpx.URL(guest.link).join(created.headers["location"]))
    guest.patch(address, 1000, DATA[1000:])
    assert portal.content(address) == DATA


def test_a_body_of_unknown_length_is_taken_as_it_comes(guest: Tus, portal: Portal) -> None:
    address = guest.create(len(DATA))
    pieces = (DATA[at : at + 70_000] for at in range(0, len(DATA), 70_000))
    assert guest.patch(address, 0, pieces).status_code == 204
    assert portal.content(address) == DATA


def test_a_slug_is_as_good_as_a_key(portal: Portal, visit: type[Tus]) -> None:
    slug = f"wedding-{uuid4().hex[:8]}"
    portal.link(slug=slug)
    guest = visit(f"{portal.url}/s/{slug}")
    created = guest.try_to_create(3, b"abc")
    assert created.headers["location"].startswith(f"/s/{slug}/uploads/")


@pytest.mark.parametrize("offset", [1, 99_999, 100_001, 300_000, 10**14])
def test_a_wrong_offset_is_refused_and_nothing_changes(guest: Tus, offset: int) -> None:
    address = guest.create(len(DATA))
    guest.patch(address, 0, DATA[:100_000])
    answer = guest.patch(address, offset, b"x")
    assert (answer.status_code, answer.headers["upload-offset"]) == (409, "100000")
    assert answer.json()["message"]
    assert guest.offset(address) == 100_000


@pytest.mark.parametrize("offset", ["", "-1", "abc", "1.5", "٣"])
def test_an_offset_that_is_no_number_is_refused(guest: Tus, offset: str) -> None:
    address = guest.create(10)
    answer = guest.ask(
        "PATCH",
        address,
        headers={"Content-Type": PIECE, "Upload-Offset": offset.encode()},
        content=b"x",
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("length", ["", "-1", "x", "1e3"])
def test_a_length_that_is_no_number_is_refused(guest: Tus, length: str) -> None:
    assert guest.try_to_create(length).status_code == 400


def test_more_than_was_announced_is_refused(guest: Tus) -> None:
    address = guest.create(10)
    assert guest.patch(address, 0, bytes(11)).status_code == 413
    assert guest.patch(address, 0, iter([bytes(6), bytes(6)])).status_code == 413
    assert guest.offset(address) == 0
    assert guest.try_to_create(3, b"abcd").status_code == 413


def test_another_version_or_type_is_refused(guest: Tus) -> None:
    address = guest.create(10)
    for headers in ({"Tus-Resumable": "0.2.2"}, {"Tus-Resumable": ""}):
        answer = guest.ask("PATCH", address, headers=headers, content=b"x")
        assert (answer.status_code, answer.headers["tus-version"]) == (412, "1.0.0")
    sent = {"Upload-Offset": "0", "Content-Type": "text/plain"}
    assert guest.ask("PATCH", address, headers=sent, content=b"x").status_code == 415
    assert guest.ask("PUT", address).status_code == 405
    assert guest.ask("PATCH", f"{guest.link}/uploads/").status_code == 405


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_piece_is_compared_with_its_checksum(guest: Tus, portal: Portal, algorithm: str) -> None:
    address = guest.create(len(DATA))
    good = guest.patch(address, 0, DATA[:1000], **checksum(DATA[:1000], algorithm))
    assert (good.status_code, good.headers["upload-offset"]) == (204, "1000")
    bad = guest.patch(address, 1000, DATA[1000:], **checksum(b"something else", algorithm))
    assert bad.status_code == 460
    assert guest.offset(address) == 1000
    assert portal.row(address)["state"] == "arriving"
    guest.patch(address, 1000, DATA[1000:], **checksum(DATA[1000:], algorithm))
    assert portal.content(address) == DATA
    assert portal.row(address)["state"] == "arrived"


@pytest.mark.parametrize("text", ["md5 AAAA", "sha1 !!!", "sha1", "sha256 AAAA"])
def test_a_checksum_that_cannot_be_compared_is_refused(guest: Tus, text: str) -> None:
    address = guest.create(10)
    assert guest.patch(address, 0, b"x", **{"Upload-Checksum": text}).status_code == 400
    assert guest.offset(address) == 0


def test_an_upload_can_be_ended(guest: Tus, portal: Portal) -> None:
    address = guest.create(len(DATA))
    guest.patch(address, 0, DATA[:1000])
    assert guest.ask("DELETE", address).status_code == 204
    assert not portal.staged(address).exists()
    assert portal.row(address)["state"] == "withdrawn"
    assert guest.head(address).status_code == 410
    assert guest.patch(address, 1000, DATA[1000:]).status_code == 410


def test_what_has_arrived_can_be_taken_back(guest: Tus, portal: Portal) -> None:
    address = guest.send(DATA)
    assert guest.ask("DELETE", address).status_code == 204
    assert not portal.staged(address).exists()


def test_proxies_that_know_only_post_are_no_hindrance(guest: Tus, portal: Portal) -> None:
    address = guest.create(4)
    sent = {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0", "Content-Type": PIECE}
    assert guest.ask("POST", address, headers=sent, content=b"abcd").status_code == 204
    assert portal.content(address) == b"abcd"
    gone = guest.ask("POST", address, headers={"X-HTTP-Method-Override": "DELETE"})
    assert gone.status_code == 204


def test_an_upload_says_until_when_it_waits(guest: Tus) -> None:
    created = guest.try_to_create(10)
    expires = parsedate_to_datetime(created.headers["upload-expires"])
    left = expires - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < left < timedelta(days=7, hours=1)
    address = str(httpx.URL(guest.link).join(created.headers["location"]))
    assert "upload-expires" in guest.patch(address, 0, b"x").headers
    assert "upload-expires" in guest.head(address).headers


def test_what_is_said_of_a_file_is_kept(guest: Tus, portal: Portal) -> None:
    address = guest.create(
        3,
        filename="IMG_1.HEIC",
        filetype="image/heic",
        filemodified="1720771200123",
        contributor="  Anna \n Böhm ",
        relativePath="Trip/Day 1/IMG_1.HEIC",
    )
    row = portal.row(address)
    assert row["filename"] == "IMG_1.HEIC"
    assert row["declared_type"] == "image/heic"
    assert row["modified_at"].startswith("2024-07-12 08:00:00.123")
    assert row["relative_path"] == "Trip/Day 1/IMG_1.HEIC"
    assert portal.rows(guest.link)[0]["contributor_name"] == "Anna Böhm"
    assert row["link_name"] == "Wedding"
    assert "filename SU1HXzEuSEVJQw==" in guest.head(address).headers["upload-metadata"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("CON", "_CON"),
        ("con.jpg", "_con.jpg"),
        ("🌅 über.jpg", "🌅 über.jpg"),
        ("", "photo"),
        ("..", "photo"),
        (".htaccess", "_htaccess"),
        ("a\x00b\n.jpg", "a_b_.jpg"),
        ("x" * 300 + ".jpeg", "x" * 250 + ".jpeg"),
    ],
)
def test_names_do_no_harm(guest: Tus, portal: Portal, said: str, kept: str) -> None:
    before = set(portal.data.rglob("*"))
    address = guest.send(b"abc", filename=said)
    assert portal.row(address)["filename"] == kept
    new = {path for path in portal.data.rglob("*") if "sqlite3" not in path.name} - before
    assert new <= {portal.staged(address), portal.data / "staging"}


@pytest.mark.parametrize("said", ["", "filename", "filename !!!", ",,, ,", "a b c", "x" * 20_000])
def test_odd_metadata_is_passed_over(guest: Tus, portal: Portal, said: str) -> None:
    created = guest.try_to_create(3, b"abc", said)
    assert created.status_code == 201
    assert portal.rows(guest.link)[0]["filename"] == "photo"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("image/jpeg", "image/jpeg"),
        ("Video/WebM; codecs=vp8", "video/webm"),
        ("image/svg+xml", "image/svg+xml"),
        ("image/jpeg\r\nX-Other: header", ""),
        ("image/\x00", ""),
        ("i" * 90 + "/" + "j" * 90, ""),
        ("photo", ""),
    ],
)
def test_a_type_that_is_none_is_not_kept(guest: Tus, portal: Portal, said: str, kept: str) -> None:
    assert portal.row(guest.create(3, filetype=said))["declared_type"] == kept


def test_an_empty_file_is_refused_in_words(guest: Tus) -> None:
    answer = guest.try_to_create(0)
    assert (answer.status_code, answer.json()["message"]) == (422, "This file is empty.")


def test_refusals_speak_the_language_of_the_guest(guest: Tus) -> None:
    english = guest.try_to_create(2**45).json()["message"]
    german = guest.ask(
        "POST",
        f"{guest.link}/uploads/",
        headers={"Upload-Length": str(2**45), "Accept-Language": "de"},
    ).json()["message"]
    assert english.startswith("Too large (limit 20.0")
    assert german.startswith("Zu groß")


def test_metadata_names_its_keys_once() -> None:
    assert metadata(filename="a") == "filename YQ=="
