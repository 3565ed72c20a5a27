"""``/api`` as a running portal serves it: bodies of any framing, bounded, on lasting connections."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from portal.api_app import LARGEST_BODY
from tests.running import RunningLoggia

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def client(running_loggia: RunningLoggia) -> Iterator[httpx.Client]:
    said = running_loggia.manage("apikey", "create", "served", "--permission", "all")
    headers = {"x-api-key": said.split()[-1]}
    url = f"{running_loggia.url}/api"
    with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=60) as one:
        yield one


def pieces(*parts: bytes) -> Iterator[bytes]:
    yield from parts


def test_a_body_without_a_length_is_read(client: httpx.Client) -> None:
    answer = client.post("/search/metadata", content=pieces(b'{"size"', b": 3}"))
    assert answer.status_code == 200
    assert answer.json()["assets"]["count"] == 3


def test_five_thousand_files_with_long_paths_fit(client: httpx.Client) -> None:
    assets = [{"id": f"/photos/{'x' * 900}/{n}.jpg", "checksum": f"{n:040x}"} for n in range(5000)]
    answer = client.post("/assets/bulk-upload-check", json={"assets": assets})
    assert answer.status_code == 200
    assert len(answer.json()["results"]) == 5000


@pytest.mark.parametrize("is_told", [True, False], ids=["told", "chunked"])
def test_a_body_too_large_is_refused_in_words(client: httpx.Client, is_told: bool) -> None:
    body = b"[" + b" " * LARGEST_BODY + b"]"
    answer = client.post("/search/metadata", content=body if is_told else pieces(body))
    assert answer.status_code == 413
    assert answer.json()["message"] == "The request is too large."
    assert answer.json()["error"] == "Request Entity Too Large"


@pytest.mark.parametrize(
    "target", [b"/api/users/me?x=%ff%fe", b"/api/albums/%ff", b"/api/users/me?key=\xff\xfe"]
)
def test_what_is_no_utf_8_breaks_nothing(running_loggia: RunningLoggia, target: bytes) -> None:
    where = httpx.URL(running_loggia.url)
    with socket.create_connection((where.host, where.port or 80), 30) as connection:
        connection.sendall(
            b"GET %b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % target
        )
        status = int(connection.makefile("rb").readline().split()[1])
    assert status in {400, 401, 404}


def test_head_gives_the_headers_of_get(client: httpx.Client) -> None:
    got, head = client.get("/api-keys/me"), client.head("/api-keys/me")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert head.headers["content-type"] == "application/json; charset=utf-8"


def test_no_answer_is_a_page_or_kept_by_others(client: httpx.Client) -> None:
    for path in ("/users/me", "/nothing", "/albums"):
        answer = client.get(path)
        assert answer.headers["cache-control"] in {"no-store", "private, no-cache"}
        assert answer.headers["content-type"].startswith("application/json")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers


def test_long_lists_come_compressed_where_that_is_taken(client: httpx.Client) -> None:
    packed = client.post("/search/metadata", json={"withExif": True})
    assert packed.headers["content-encoding"] == "gzip"
    plain = client.post(
        "/search/metadata", json={"withExif": True}, headers={"accept-encoding": "identity"}
    )
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()


def test_a_key_that_is_revoked_meanwhile_opens_nothing(
    client: httpx.Client, running_loggia: RunningLoggia
) -> None:
    secret = running_loggia.manage("apikey", "create", "short lived").split()[-1]
    headers = {"authorization": f"Bearer {secret}"}
    found = client.get("/api-keys/me", headers={**headers, "x-api-key": ""})
    assert found.json()["name"] == "short lived"
    running_loggia.manage("apikey", "revoke", found.json()["id"])
    again = client.get("/api-keys/me", headers={**headers, "x-api-key": ""})
    assert again.status_code == 401
    assert secret not in running_loggia.said()
