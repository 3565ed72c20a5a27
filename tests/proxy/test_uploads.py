"""Uploads through nginx and TLS, where no body may be larger than 100 MB."""

import socket
import sqlite3
import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from tests.intake.pictures import picture
from tests.intake.tus import PIECE, Tus
from tests.proxy.conftest import Proxied
from tests.running import wait_until

MEGA = 1_000_000
CHUNK = 32 * 2**20


@pytest.fixture
def guest(proxied: Proxied) -> Iterator[Tus]:
    link = proxied.make_link("--allow-upload")
    with proxied.client(follow_redirects=False) as client:
        yield Tus(link, client)


def staged(proxied: Proxied, address: str) -> Path:
    return proxied.loggia.data / "staging" / UUID(address.rpartition("/")[2]).hex


def state(proxied: Proxied, address: str) -> str:
    with closing(sqlite3.connect(proxied.loggia.data / "loggia.sqlite3")) as database:
        question = "SELECT state FROM contributions_upload WHERE id = ?"
        pk = UUID(address.rpartition("/")[2]).hex
        return str(database.execute(question, [pk]).fetchone()[0])


def test_a_file_over_the_proxys_limit_comes_in_pieces(proxied: Proxied, guest: Tus) -> None:
    content = picture("large", 110 * MEGA)
    address = guest.create(len(content), filename="large.jpg", filetype="image/jpeg")
    assert address.startswith(f"{proxied.url}/share/")
    assert guest.patch(address, 0, content).status_code == 413  # nginx's own
    assert guest.offset(address) == 0
    for at in range(0, len(content), CHUNK):
        piece = content[at : at + CHUNK]
        answer = guest.patch(address, at, piece, Origin=proxied.url)
        assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(at + len(piece)))
    assert staged(proxied, address).read_bytes() == content
    wait_until(lambda: state(proxied, address) == "held", 60, proxied.loggia.log)
    assert staged(proxied, address).read_bytes() == content


def test_cookies_stay_on_https(guest: Tus) -> None:
    assert "Secure" in guest.try_to_create(3).headers["set-cookie"]


def test_pages_of_other_sites_cannot_send(guest: Tus) -> None:
    assert guest.try_to_create(3, b"abc", Origin="https://elsewhere.example").status_code == 403


def test_bytes_are_passed_on_as_they_come(proxied: Proxied, guest: Tus) -> None:
    """So what came before a cut counts, and the same client coming back takes over."""
    content = picture("cut", 3 * MEGA)
    address = guest.create(len(content), filename="cut.jpg")
    line = begin_patch(proxied, guest, address, len(content))
    line.sendall(content[: 2 * MEGA])
    file = staged(proxied, address)
    wait_until(lambda: file.exists() and file.stat().st_size > MEGA, 20, proxied.loggia.log)
    offset = guest.offset(address)
    line.close()
    assert MEGA < offset <= 2 * MEGA
    assert guest.patch(address, offset, content[offset:]).status_code == 204
    assert file.read_bytes() == content


def test_a_form_arrives(proxied: Proxied, guest: Tus) -> None:
    content = picture("form", MEGA)
    files = {"files": ("form.jpg", content, "image/jpeg")}
    headers = {"Origin": proxied.url, "Referer": guest.link}
    answer = guest.client.post(f"{guest.link}/uploads/form", files=files, headers=headers)
    assert (answer.status_code, answer.headers["location"][-5:]) == (303, "/sent")
    kept = (path for path in (proxied.loggia.data / "staging").iterdir() if not path.suffix)
    assert content in [path.read_bytes() for path in kept]


def test_what_a_phone_shares_without_its_service_worker_is_led_to_the_page(
    proxied: Proxied, guest: Tus
) -> None:
    files = {"photos": ("video.mov", bytes(40 * MEGA), "video/quicktime")}
    answer = guest.client.post(f"{proxied.url}/add/", files=files)
    assert (answer.status_code, answer.headers["location"]) == (303, "/add/?missed")
    assert "did not come along" in guest.client.get(f"{proxied.url}/add/?missed").text


def begin_patch(proxied: Proxied, guest: Tus, address: str, length: int) -> ssl.SSLSocket:
    parts = urlsplit(address)
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in guest.client.cookies.jar)
    head = (
        f"PATCH {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {cookies}\r\n"
        f"Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: {PIECE}\r\n"
        f"Content-Length: {length}\r\n\r\n"
    )
    trust = ssl.create_default_context(cafile=str(proxied.certificate))
    plain = socket.create_connection(("127.0.0.1", parts.port))
    line = trust.wrap_socket(plain, server_hostname="localhost")
    line.sendall(head.encode())
    return line
