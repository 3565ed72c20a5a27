"""Forms as different clients write them, taken as they stream."""

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest

from sharing.api.uploads import app
from tests.api_uploads.conftest import TIMES, Home, Program, sha1, words
from tests.intake.pictures import picture
from tests.running import wait_until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("home", ["folder"], indirect=True),  # no form comes as far as that
]
NO_TIME = "must be a date and time such as 2024-05-01T10:00:00.000Z"
VISIBLE = "archive, hidden, locked, timeline"
FORM = {"content-type": "multipart/form-data; boundary=a-boundary"}


def part(disposition: str, content: bytes) -> bytes:
    head = f"--a-boundary\r\nContent-Disposition: form-data; {disposition}\r\n\r\n"
    return head.encode() + content + b"\r\n"


def fields(**values: str) -> bytes:
    return b"".join(part(f'name="{name}"', value.encode()) for name, value in values.items())


def file(content: bytes, name: str = 'filename="a.jpg"') -> bytes:
    return part(f'name="assetData"; {name}', content)


END = b"--a-boundary--\r\n"


def in_pieces(body: bytes, size: int) -> Iterator[bytes]:
    """What is given as an iterator is sent chunked, without a length."""
    for start in range(0, len(body), size):
        yield body[start : start + size]


@pytest.mark.parametrize("size", [7, 1_000, 100_000])
def test_chunked_without_a_length(home: Home, program: Program, size: int) -> None:
    content = picture(f"chunked {size}", 10_000 if size == 7 else 300_000)
    body = fields(**TIMES) + file(content) + END
    status, said = program.post(content=in_pieces(body, size), headers=FORM)
    assert status == 201
    assert home.library.asset(UUID(said["id"])).sha1 == sha1(content).digest()


def test_fields_may_come_after_the_file(home: Home, program: Program) -> None:
    content = picture("after")
    body = file(content) + fields(visibility="timeline", **TIMES) + END
    status, said = program.post(content=body, headers=FORM)
    assert (status, said["status"]) == (201, "created")


def test_what_is_not_asked_for_is_passed_over(home: Home, program: Program) -> None:
    extra = {"fileSize": "7", "deviceAssetId": "x", "deviceId": "y", "duration": "0", "new": "1"}
    metadata = json.dumps([{"key": "mobile-app", "value": {}}])
    program.created(picture("extra"), metadata=metadata, **extra)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (fields(**TIMES) + END, "There is no file: send it in a part named assetData."),
        (fields(**TIMES) + file(b""), "The form did not arrive whole. Please send it again."),
        (b"nothing of a form", "The form did not arrive whole. Please send it again."),
        (fields(**TIMES) + part('name="other"; filename="a.jpg"', b"x") + END,
         "Unexpected field - other"),
        (fields(**TIMES) + file(b"1") + file(b"2") + END, "Unexpected field - assetData"),
        (fields(assetData="x", **TIMES) + END, "Unexpected field - assetData"),
        (fields(**TIMES, note="n" * 70_000) + file(b"1") + END, "note is too long"),
        (file(picture("no fields")) + fields(deviceId="x") + END,
         "fileCreatedAt should not be empty; fileModifiedAt should not be empty"),
        (file(picture("bad")) + fields(fileCreatedAt="7", fileModifiedAt="yesterday") + END,
         f"fileCreatedAt {NO_TIME}; fileModifiedAt {NO_TIME}"),
        (fields(**TIMES, visibility="nowhere", isFavorite="often") + file(picture("odd")) + END,
         f"visibility must be one of {VISIBLE}; isFavorite must be true or false"),
    ],
)  # fmt: skip
def test_a_form_that_makes_no_sense_is_refused_in_words(
    home: Home, program: Program, body: bytes, said: str
) -> None:
    assert words(program.post(content=body, headers=FORM)) == (400, said)


@pytest.mark.parametrize("kind", ["", "application/json", "multipart/form-data"])
def test_what_is_no_form_is_refused(home: Home, program: Program, kind: str) -> None:
    answer = words(program.post(content=b"{}", headers={"content-type": kind}))
    assert answer == (400, "Send the file as multipart/form-data, in a part named assetData.")


def test_a_refused_body_is_read_to_its_end(home: Home, program: Program) -> None:
    """Else many clients see a broken connection where they should see why."""
    body = b"--a-boundary\r\n" + b"x" * 30_000_000
    status, _said = program.post(content=in_pieces(body, 2**20), headers=FORM)
    assert status == 400
    wrong = Program(program.client, headers={"x-api-key": "wrong"})
    assert words(wrong.post(content=in_pieces(body, 2**20), headers=FORM))[0] == 401


def test_a_client_that_leaves_leaves_nothing(home: Home, program: Program, staging: Path) -> None:
    url = program.client.base_url
    head = (
        f"POST /api/assets HTTP/1.1\r\nHost: {url.host}\r\nContent-Length: 900000\r\n"
        f"x-api-key: {program.headers['x-api-key']}\r\nContent-Type: {FORM['content-type']}\r\n\r\n"
    )
    begun = fields(**TIMES) + file(picture("cut off", 400_000))[:300_000]
    with socket.create_connection((url.host, url.port or 80)) as connection:
        connection.sendall(head.encode() + begun)
        wait_until(lambda: list(staging.iterdir()), 10)
    wait_until(lambda: not list(staging.iterdir()), 10)


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('filename="a b.jpg"', "a b.jpg"),
        ('filename="a%20b.jpg"', "a b.jpg"),
        ('filename="%C3%BCber.jpg"', "über.jpg"),
        ('filename="über 100%25.jpg"', "über 100%25.jpg"),
        ('filename="100% wool.jpg"', "100% wool.jpg"),
        ('filename="50%.jpg"', "50%.jpg"),
        ('filename="%ff.jpg"', "%ff.jpg"),
        ('filename="a%22b.jpg"', "a_b.jpg"),
        ("filename*=UTF-8''%E2%82%AC.jpg", "€.jpg"),
        ("filename=\"x.jpg\"; filename*=UTF-8''%E2%82%AC.jpg", "€.jpg"),
        ('filename="../../etc/passwd"', "passwd.jpg"),
        ('filename=""', "photo.jpg"),
    ],
)
def test_names_come_as_they_are_meant(
    home: Home, program: Program, disposition: str, name: str
) -> None:
    body = fields(**TIMES) + file(picture(f"named {disposition}"), disposition) + END
    status, said = program.post(content=body, headers=FORM)
    assert status == 201, said
    assert home.library.asset(UUID(said["id"])).filename == name


def test_a_stranger_who_sends_a_byte_now_and_then_is_answered(
    home: Home, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "STRANGERS_WITHIN", 0.2)
    url = program.client.base_url
    with socket.create_connection((url.host, url.port or 80)) as connection:
        connection.settimeout(0.05)
        connection.sendall(b"POST /api/assets HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\n")
        answer = b""
        for _ in range(40):
            connection.sendall(b"a")
            with suppress(TimeoutError):
                answer = connection.recv(10_000)
                break
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"connection: close" in answer.lower()
