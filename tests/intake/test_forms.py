"""Plain forms, as browsers without scripts send them."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import pytest

from tests.intake.conftest import StartPortal
from tests.intake.portal import Portal
from tests.intake.tus import Tus
from tests.running import wait_until

DATA = os.urandom(700_000)
CRLF_DATA = b"\r\n--" * 60_000 + b"\r\n"


def post(guest: Tus, *files: tuple[str, bytes], **fields: str) -> httpx.Response:
    parts = [("files", (name, content, "image/jpeg")) for name, content in files]
    return guest.client.post(f"{guest.link}/uploads/form", data=fields, files=parts)


def kept(portal: Portal, row: dict[str, str]) -> bytes:
    return (portal.data / "staging" / row["id"]).read_bytes()


def test_a_forms_files_arrive(guest: Tus, portal: Portal) -> None:
    answer = post(guest, ("a.jpg", DATA), ("b.jpg", CRLF_DATA), name="Anna")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{urlsplit(guest.link).path}/sent"
    assert "loggia_visitor=" in answer.headers["set-cookie"]
    rows = portal.rows(guest.link)
    assert [row["filename"] for row in rows] == ["a.jpg", "b.jpg"]
    assert [row["state"] for row in rows] == ["arrived", "arrived"]
    assert [kept(portal, row) for row in rows] == [DATA, CRLF_DATA]
    assert {row["contributor_name"] for row in rows} == {"Anna"}
    assert {row["declared_type"] for row in rows} == {"image/jpeg"}


def test_a_name_that_comes_last_counts_too(guest: Tus, portal: Portal) -> None:
    boundary = "x" * 20
    file = 'Content-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\nabc'
    name = 'Content-Disposition: form-data; name="name"\r\n\r\nAnna'
    body = f"--{boundary}\r\n{file}\r\n--{boundary}\r\n{name}\r\n--{boundary}--\r\n"
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    guest.client.post(f"{guest.link}/uploads/form", content=body, headers=headers)
    assert portal.rows(guest.link)[0]["contributor_name"] == "Anna"


def test_one_bad_file_does_not_spoil_the_others(portal: Portal, guest: Tus) -> None:
    portal.change(guest.link, max_upload_size=500_000)
    answer = post(guest, ("big.jpg", DATA), ("good.jpg", b"abc"), ("empty.jpg", b""))
    assert answer.status_code == 303
    rows = {row["filename"]: row for row in portal.rows(guest.link)}
    assert rows["good.jpg"]["state"] == "arrived"
    assert rows["big.jpg"]["state"] == rows["empty.jpg"]["state"] == "refused"
    assert rows["big.jpg"]["reason"] == "Too large (limit 488.3\xa0KB)"
    assert rows["empty.jpg"]["reason"] == "This file is empty."
    assert not (portal.data / "staging" / rows["big.jpg"]["id"]).exists()


def test_only_so_many_files_are_taken(portal: Portal, guest: Tus) -> None:
    portal.change(guest.link, max_upload_files=2)
    post(guest, *((f"{number}.jpg", b"abc") for number in range(4)))
    states = [row["state"] for row in portal.rows(guest.link)]
    assert states == ["arrived", "arrived", "refused", "refused"]


def test_a_form_takes_no_more_than_the_staging_folder_holds(
    start_portal: StartPortal, visit: Callable[[str], Tus]
) -> None:
    portal = start_portal(1, LOGGIA_STAGING_SIZE="1M")
    guest = visit(portal.link())
    for _ in range(2):
        post(guest, ("a.jpg", DATA))
    rows = portal.rows(guest.link)
    assert [row["state"] for row in rows] == ["arrived", "refused"]
    assert rows[1]["reason"].startswith("The server has no room right now")
    assert not (portal.data / "staging" / rows[1]["id"]).exists()


def test_no_more_is_written_than_fits_by_the_link(portal: Portal, guest: Tus) -> None:
    portal.change(guest.link, max_upload_bytes=400_000)
    written: list[int] = []

    def much() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.jpg"\r\n\r\n'
        for _ in range(30):
            yield bytes(100_000)
            time.sleep(0.02)
            written.append(max(sizes(portal) - before, default=0))
        yield b"\r\n--x--\r\n"

    before = sizes(portal)
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = guest.client.post(f"{guest.link}/uploads/form", content=much(), headers=headers)
    assert answer.status_code == 303
    assert max(written) <= 400_000
    assert [row["state"] for row in portal.rows(guest.link)] == ["refused"]


def sizes(portal: Portal) -> set[int]:
    found = set()
    for path in (portal.data / "staging").glob("*"):
        with suppress(FileNotFoundError):
            found.add(path.stat().st_size)
    return found


def test_where_nothing_was_chosen_nothing_is_kept(portal: Portal, guest: Tus) -> None:
    assert post(guest, ("", b""), name="Anna").status_code == 303
    assert portal.rows(guest.link) == []


def test_of_a_form_that_is_cut_whole_files_are_kept(portal: Portal, guest: Tus) -> None:
    parts = urlsplit(guest.link)
    boundary = "abcdef"
    head = f"POST {parts.path}/uploads/form HTTP/1.1\r\nHost: {parts.netloc}\r\n"
    head += f"Content-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: 999999\r\n"
    part = f'--{boundary}\r\nContent-Disposition: form-data; name="f"; filename="%s"\r\n\r\n'
    with socket.create_connection((parts.hostname, parts.port)) as line:
        line.sendall(f"{head}\r\n{part % 'a.jpg'}".encode())
        line.sendall(DATA[:200_000] + f"\r\n{part % 'b.jpg'}".encode() + DATA[:299_993])
        wait_until(lambda: portal.rows(guest.link), 10)
    rows = portal.rows(guest.link)
    assert [(row["filename"], row["state"]) for row in rows] == [("a.jpg", "arrived")]
    assert kept(portal, rows[0]) == DATA[:200_000]
    wait_until(lambda: not of_size(portal, 299_993), 10)


def of_size(portal: Portal, size: int) -> list[str]:
    found = []
    for path in (portal.data / "staging").iterdir():
        with suppress(FileNotFoundError):  # gone since it was listed
            if path.stat().st_size == size:
                found.append(path.name)
    return found


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"abc"),
        ("text/plain", b"abc"),
        ("multipart/form-data; boundary=a", b"no parts at all"),
        ("multipart/form-data; boundary=a", b"--a\r\nX: y\r\n\r\nabc\r\n--a--\r\n"),
        ("multipart/form-data; boundary=a", b""),
    ],
)
def test_nonsense_is_refused_in_words(guest: Tus, portal: Portal, kind: str, body: bytes) -> None:
    address, headers = f"{guest.link}/uploads/form", {"Content-Type": kind}
    answer = guest.client.post(address, content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.text == "This form did not arrive whole. Please try again.\n"
    assert portal.rows(guest.link) == []
    assert guest.client.get(address).status_code == 405


def test_a_link_that_is_shut_takes_no_form(guest: Tus, portal: Portal) -> None:
    portal.change(guest.link, is_paused=1)
    assert post(guest, ("a.jpg", b"abc")).status_code == 410
    portal.change(guest.link, is_paused=0, password="argon2$never")
    assert post(guest, ("a.jpg", b"abc")).status_code == 401
    assert portal.rows(guest.link) == []


def test_a_full_disk_is_said_of_each_file(start_portal: StartPortal) -> None:
    portal = start_portal(1, LOGGIA_DISK_RESERVE="900T")
    guest = Tus(portal.link())
    with guest.client:
        assert post(guest, ("a.jpg", DATA)).status_code == 303
        (row,) = portal.rows(guest.link)
    assert (row["state"], row["reason"][:24]) == ("refused", "The server has no room r")
