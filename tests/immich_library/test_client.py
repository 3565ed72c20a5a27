"""Whatever an Immich, or what is taken for one, answers: an answer, or one clear sentence."""

import asyncio
import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha1

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.library.immich import client as client_module
from portal.library.immich.address import BadAddress, clean, clean_key
from portal.library.immich.client import ImmichClient
from portal.library.immich.failing import (
    KeyRefused,
    NotImmich,
    NotThere,
    PermissionLacking,
    Refused,
    Unreachable,
)
from portal.library.interface import LibraryError
from tests.immich import LIMITED_KEY, Immich

ClientOf = Callable[..., ImmichClient]
ClientAt = Callable[[str, str], ImmichClient]
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def test_json_comes_from_a_server(client: ImmichClient) -> None:
    assert client.get("/server/version") == {"major": 2, "minor": 7, "patch": 5}
    assert client.post("/search/metadata", {"size": 2})["assets"]["count"] == 2


def test_bytes_come_whole_and_by_range(immich: Immich, client: ImmichClient) -> None:
    asset = client.post("/search/metadata", {"size": 1})["assets"]["items"][0]
    truth = immich.control.truth(asset["id"])[0]
    path = f"/assets/{asset['id']}/original"

    async def fetch(headers: dict[str, str]) -> bytes:
        async with client.stream_async(path, headers=headers) as response:
            return b"".join([piece async for piece in response.aiter_bytes()])

    with client.stream(path) as response:
        whole = b"".join(response.iter_bytes())
    assert sha1(whole, usedforsecurity=False).hexdigest() == truth["sha1"]
    assert asyncio.run(fetch({})) == whole
    assert asyncio.run(fetch({"range": "bytes=10-19"})) == whole[10:20]


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("html", NotImmich, "web page"),
        ("redirect-login", NotImmich, "sign-in page"),
        ("not-json", NotImmich, "does not answer as Immich"),
        ("401", KeyRefused, "does not accept the key"),
        ("403", PermissionLacking, "forbids"),
        ("404", NotThere, "not there"),
        ("500", Unreachable, "fault of its own"),
        ("503", Unreachable, "fault of its own"),
        ("429", Unreachable, "asked too often"),
    ],
)
def test_each_fault_is_one_sentence(
    immich: Immich, client: ImmichClient, fault: str, kind: type[Exception], words: str
) -> None:
    immich.control.fault(fault, times=9, path="/api/albums", value=0)
    with pytest.raises(kind, match=words) as told:
        client.get("/albums")
    assert immich.api_key not in repr(told.value) + repr(client.server)
    assert "\n" not in str(told.value)


def test_what_fails_for_a_moment_is_asked_again(immich: Immich, client: ImmichClient) -> None:
    immich.control.fault("500", times=2, path="/api/albums")
    assert client.get("/albums")


def test_a_missing_permission_is_named(immich: Immich, client_of: ClientOf) -> None:
    with pytest.raises(PermissionLacking, match=r"person\.read") as told:
        client_of(immich, LIMITED_KEY).get("/people")
    assert told.value.permission == "person.read"


def test_a_key_that_was_revoked_is_refused(immich: Immich, client: ImmichClient) -> None:
    immich.control.revoke_key(immich.api_key)
    with pytest.raises(KeyRefused, match="Invalid API key"):
        client.get("/albums")


def test_what_is_unknown_is_not_there(client: ImmichClient) -> None:
    with pytest.raises(NotThere):
        client.get(f"/assets/{UNKNOWN}")
    with pytest.raises(NotThere), client.stream(f"/assets/{UNKNOWN}/original"):
        pass


def test_a_question_without_sense_is_refused_in_the_server_s_words(client: ImmichClient) -> None:
    with pytest.raises(Refused, match="size must not be greater than 1000"):
        client.post("/search/metadata", {"size": 5000})


def test_an_endless_answer_is_not_read_to_its_end(
    immich: Immich, client: ImmichClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "LARGEST_ANSWER", 2**20)
    immich.control.fault("huge-json", value=2.0**31, path="/api/albums")
    with pytest.raises(NotImmich, match="longer answer"):
        client.get("/albums")


def test_cookies_are_not_kept(immich: Immich, client: ImmichClient) -> None:
    immich.control.fault("cookie", times=1, path="/api/albums")
    mine = client.get("/albums")
    assert client.get("/albums") == mine


def test_a_server_that_is_off_is_named(immich: Immich, client: ImmichClient) -> None:
    client.get("/albums")
    immich.stop()
    with pytest.raises(Unreachable, match="refuses connections"):
        client.get("/albums")
    immich.start()
    assert client.get("/albums")


def test_an_unknown_host_is_named(client_at: ClientAt) -> None:
    client = client_at("http://photos.invalid", "key")
    with pytest.raises(Unreachable, match=r"photos\.invalid"):
        client.get("/albums", tries=1)


def test_https_where_http_is_spoken_is_told(immich: Immich, client_at: ClientAt) -> None:
    client = client_at(immich.url.replace("http:", "https:"), "key")
    with pytest.raises(Unreachable, match="TLS"):
        client.get("/albums", tries=1)


@pytest.mark.parametrize(
    "answer",
    [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"],
)
def test_what_is_no_whole_answer_of_http_is_told(client_at: ClientAt, answer: bytes) -> None:
    with stranger(answer) as url, pytest.raises((Unreachable, NotImmich)) as told:
        client_at(url, "key").get("/albums", tries=1)
    assert str(told.value).startswith(url)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "deflate", "unheard-of"])
def test_what_unpacks_to_any_size_is_not_unpacked(client_at: ClientAt, encoding: str) -> None:
    body = gzip.compress(gzip.compress(b"[" + b"1," * 1000 + b"1]"))
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: {encoding}\r\n"
    whole = head.encode() + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    with stranger(whole) as url, pytest.raises(NotImmich, match="does not answer as Immich"):
        client_at(url, "key").get("/albums", tries=1)
    broken = whole.replace(b"200 OK", b"500 No")
    with stranger(broken) as url, pytest.raises(Unreachable, match="fault of its own"):
        client_at(url, "key").get("/albums", tries=1)


def test_bytes_that_come_packed_are_not_those_of_the_file(client_at: ClientAt) -> None:
    body = gzip.compress(b"picture")
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Encoding: gzip\r\n"
    whole = head + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    with (
        stranger(whole) as url,
        pytest.raises(NotImmich),
        client_at(url, "key").stream(f"/assets/{UNKNOWN}/original"),
    ):
        pass


def test_an_error_that_trickles_in_is_not_waited_for(
    client_at: ClientAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "LONGEST_ERROR", 0.0)
    answer = b"HTTP/1.1 500 No\r\nContent-Length: 65000\r\n\r\n{"
    with stranger(answer) as url, pytest.raises(Unreachable, match="fault of its own"):
        client_at(url, "key").get("/albums", tries=1)


def test_a_redirect_to_https_is_told(client_at: ClientAt) -> None:
    moved = b"HTTP/1.1 301 x\r\nLocation: https://127.0.0.1/api\r\nContent-Length: 0\r\n\r\n"
    with stranger(moved) as url, pytest.raises(NotImmich, match="https"):
        client_at(url, "key").get("/albums", tries=1)


@pytest.mark.parametrize(
    "written",
    ["http://home:2283", "http://home:2283/", "http://HOME:2283/api", " http://home:2283/api// "],
)
def test_an_address_may_be_written_in_several_ways(written: str) -> None:
    assert clean(written) == "http://home:2283"


def test_an_address_may_have_a_path() -> None:
    assert clean("https://example.org/immich/api/") == "https://example.org/immich"


@given(st.text(max_size=60))
def test_no_text_but_an_address_is_taken_for_one(text: str) -> None:
    try:
        address = clean(text)
    except BadAddress:
        return
    assert address.startswith(("http://", "https://"))


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "schlüssel", "k" * 501])
def test_what_cannot_be_a_key_is_never_sent_nor_repeated(key: str) -> None:
    with pytest.raises(BadAddress) as told:
        clean_key(key)
    assert not key or key not in str(told.value)


@contextmanager
def stranger(answer: bytes) -> Iterator[str]:
    """Something that is no Immich, and says the same to everybody."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    thread.join(5)


def test_every_kind_of_trouble_is_the_library_s() -> None:
    for kind in (KeyRefused, NotImmich, NotThere, PermissionLacking, Refused, Unreachable):
        assert issubclass(kind, LibraryError)
