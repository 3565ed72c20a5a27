"""Archives on ``/api``: prepared while the client waits, resumable, no wider than the link."""

import io
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from django.conf import settings
from django.db import connection

from downloads.api import archives, asking
from downloads.models import Download
from portal.library.types import Asset
from sharing import contents
from sharing.links import LinkSettings, change_link
from sharing.models import SharedLink
from tests.api_bytes.conftest import PICTURE, Program, said
from tests.downloads.files_library import FilesLibrary

Guest = Callable[[SharedLink], Program]
ARCHIVE = "/download/archive"


@pytest.fixture
def photos(library: FilesLibrary) -> list[Asset]:
    return [library.add(f"IMG_{n}.jpg", PICTURE + bytes([n])) for n in range(3)]


@pytest.fixture
def working(transactional_db: None, work: Callable[[], int]) -> Iterator[None]:
    """Workers, that do what is queued until the test is over."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(0.05):
            work()
        connection.close()

    thread = threading.Thread(target=go_on)
    thread.start()
    yield
    over.set()
    thread.join()


def ids(photos: list[Asset]) -> dict[str, list[str]]:
    return {"assetIds": [str(photo.id) for photo in photos]}


def unpack(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def test_an_owner_gets_any_photos_at_once(program: Program, photos: list[Asset]) -> None:
    answer = program.post(ARCHIVE, ids(photos), accept_encoding="gzip, br")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/octet-stream"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert "content-encoding" not in answer.headers
    assert answer.headers["etag"]
    assert unpack(answer.content) == {f"IMG_{n}.jpg": PICTURE + bytes([n]) for n in range(3)}


def test_a_broken_archive_is_resumed_by_post_and_by_get(
    program: Program, photos: list[Asset]
) -> None:
    whole = program.post(ARCHIVE, ids(photos))
    tag = whole.headers["etag"]
    rest = program.post(ARCHIVE, ids(photos), range="bytes=100-", if_range=tag)
    assert (rest.status_code, rest.content) == (206, whole.content[100:])
    address = whole.headers["content-location"].removeprefix("/api")
    part = program.get(address, range="bytes=0-99")
    assert (part.status_code, part.content) == (206, whole.content[:100])
    assert program.get(address, range="bytes=99999999-").status_code == 416
    head = program.ask("HEAD", address)
    assert head.headers["content-length"] == str(len(whole.content))
    query = "&".join(f"assetIds={photo.id}" for photo in photos)
    assert program.get(f"{ARCHIVE}?{query}").content == whole.content
    joined = ",".join(str(photo.id) for photo in photos)
    assert program.get(f"{ARCHIVE}?assetIds={joined}").content == whole.content
    assert Download.objects.count() == 1


def test_photos_named_twice_and_their_moving_halves_come_once(
    program: Program, guest_of: Guest, link: SharedLink, library: FilesLibrary
) -> None:
    live = library.add("LIVE.jpg", PICTURE, live=b"moving" * 1000)
    named = [str(live.id), str(live.id), str(live.live_video_id)]
    for caller in (program, guest_of(link)):
        for wanted in (named, named[2:]):
            answer = caller.post(ARCHIVE, {"assetIds": wanted})
            expected = {"LIVE.jpg": PICTURE, "LIVE.MOV": b"moving" * 1000}
            assert unpack(answer.content) == expected


def test_a_body_without_a_length_is_read(program: Program, photos: list[Asset]) -> None:
    def pieces() -> Iterator[bytes]:
        yield f'{{"assetIds": ["{photos[0].id}"'.encode()
        yield b"]}"

    kind = {"content-type": "application/json"}
    answer = program.ask("POST", ARCHIVE, content=pieces(), headers=kind)
    assert unpack(answer.content) == {"IMG_0.jpg": PICTURE + b"\0"}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, ["assetIds must be an array"]),
        ([], ["assetIds must be an array"]),
        ({"assetIds": "x"}, ["assetIds must be an array"]),
        ({"assetIds": ["x"]}, ["each value in assetIds must be a UUID"]),
        ({"assetIds": [5]}, ["each value in assetIds must be a UUID"]),
        ({"assetIds": []}, ["assetIds should not be empty"]),
        ({"assetIds": [str(uuid4())]}, "Not found or no asset.download access"),
    ],
)
def test_what_cannot_be_put_together_is_said(program: Program, body: object, message: str) -> None:
    assert said(program.post(ARCHIVE, body)) == (400, message)


def test_other_bodies_than_json_are_refused(
    program: Program, photos: list[Asset], client: httpx.Client
) -> None:
    form = program.ask("POST", ARCHIVE, data={"assetIds": str(photos[0].id)})
    assert said(form) == (400, ["assetIds must be an array"])
    broken = program.ask("POST", ARCHIVE, content=b'{"assetIds": [')
    status, message = said(broken)
    assert status == 400
    assert "no valid JSON" in message
    assert said(program.get(ARCHIVE)) == (400, "downloadId or assetIds is required")
    assert said(program.ask("PUT", ARCHIVE))[0] == 404
    assert said(Program(client, {}, {}).post(ARCHIVE, ids(photos)))[0] == 401


def test_keys_need_the_permission(owner_with: Callable[..., Program], photos: list[Asset]) -> None:
    refusal = (403, "Missing required permission: asset.download")
    assert said(owner_with("asset.view").post(ARCHIVE, ids(photos))) == refusal


def test_guests_get_what_their_link_shows(
    guest_of: Guest,
    make_link: Callable[..., SharedLink],
    photos: list[Asset],
    library: FilesLibrary,
) -> None:
    guest = guest_of(make_link())
    assert len(unpack(guest.post(ARCHIVE, ids(photos)).content)) == 3
    elsewhere = library.album(library.add_album("Other").id).cover_id
    refusal = (400, "Not found or no asset.download access")
    assert said(guest.post(ARCHIVE, {"assetIds": [str(elsewhere)]})) == refusal
    closed = guest_of(make_link(allow_download=False))
    assert said(closed.post(ARCHIVE, ids(photos))) == refusal
    locked = guest_of(make_link(password="sesame"))
    assert said(locked.post(ARCHIVE, ids(photos))) == (401, "Password required")


def test_a_download_is_worth_nothing_to_others(
    program: Program, guest_of: Guest, make_link: Callable[..., SharedLink], photos: list[Asset]
) -> None:
    own = program.post(ARCHIVE, ids(photos)).headers["content-location"].removeprefix("/api")
    guest, other = guest_of(make_link()), guest_of(make_link())
    theirs = guest.post(ARCHIVE, ids(photos)).headers["content-location"].removeprefix("/api")
    assert guest.get(theirs).status_code == 200
    for caller, address in ((guest, own), (other, theirs), (program, theirs)):
        assert said(caller.get(address))[0] == 404


def test_metadata_is_in_none_of_its_names(
    guest_of: Guest, make_link: Callable[..., SharedLink], photos: list[Asset], working: None
) -> None:
    answer = guest_of(make_link(show_metadata=False)).post(ARCHIVE, ids(photos))
    assert sorted(unpack(answer.content)) == [f"photo-000{n}.jpg" for n in (1, 2, 3)]


def test_a_link_counts_each_archive_once(
    guest_of: Guest, make_link: Callable[..., SharedLink], photos: list[Asset]
) -> None:
    link = make_link(max_downloads=1)
    guest = guest_of(link)
    first = guest.post(ARCHIVE, ids(photos))
    assert first.status_code == 200
    rest = guest.post(ARCHIVE, ids(photos), range="bytes=10-")
    assert (rest.status_code, rest.content) == (206, first.content[10:])
    status, message = said(guest.post(ARCHIVE, ids(photos[:1])))
    assert status == 403
    assert "used up" in message
    link.refresh_from_db()
    assert link.times_taken == 1


def test_an_archive_that_is_too_large_for_a_link_is_refused_before_a_byte(
    guest_of: Guest, make_link: Callable[..., SharedLink], photos: list[Asset]
) -> None:
    guest = guest_of(make_link(max_bytes=len(PICTURE)))
    status, message = said(guest.post(ARCHIVE, ids(photos)))
    assert status == 403
    assert "may still be had" in message


def test_a_slow_preparation_is_told_with_the_address_to_come_back_to(
    guest_of: Guest,
    make_link: Callable[..., SharedLink],
    photos: list[Asset],
    work: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "LOGGIA_ARCHIVE_WAIT", timedelta(seconds=1))
    guest = guest_of(make_link(show_metadata=False))
    began = time.monotonic()
    waiting = guest.post(ARCHIVE, ids(photos))
    assert 0.9 < time.monotonic() - began < 6
    status, message = said(waiting)
    assert status == 503
    assert int(waiting.headers["retry-after"])
    address = waiting.headers["content-location"]
    assert address in message
    work()
    assert len(unpack(guest.get(address.removeprefix("/api")).content)) == 3


def test_who_leaves_while_it_is_prepared_finds_it_ready_later(
    guest_of: Guest,
    make_link: Callable[..., SharedLink],
    photos: list[Asset],
    work: Callable[[], int],
    caplog: pytest.LogCaptureFixture,
) -> None:
    guest = guest_of(make_link(show_metadata=False))
    with pytest.raises(httpx.ReadTimeout):
        guest.ask("POST", ARCHIVE, json=ids(photos), timeout=1)
    work()
    (listed,) = guest.get("/portal/downloads").json()
    assert len(unpack(guest.get(listed["archive"].removeprefix("/api")).content)) == 3
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_file_that_is_gone_is_left_out_and_named(
    program: Program, photos: list[Asset], library: FilesLibrary
) -> None:
    library.path_of(photos[1]).unlink()
    content = unpack(program.post(ARCHIVE, ids(photos)).content)
    assert sorted(content) == ["IMG_0.jpg", "IMG_2.jpg", "MISSING.txt"]
    assert b"IMG_1.jpg" in content["MISSING.txt"]


def test_without_a_single_file_there_is_no_archive_however_often_it_is_asked_for(
    program: Program, photos: list[Asset], library: FilesLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "LOGGIA_DOWNLOADS_PER_VISITOR", 2)
    library.path_of(photos[1]).unlink()
    for _ in range(4):
        answer = program.post(ARCHIVE, ids(photos[1:2]))
        assert said(answer)[0] == 503
        assert "retry-after" in answer.headers


def test_many_archives_in_a_row_push_out_the_oldest(
    program: Program, photos: list[Asset], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "LOGGIA_DOWNLOADS_PER_VISITOR", 2)
    for chosen in (photos, photos[:1], photos[1:], photos[:2]):
        assert program.post(ARCHIVE, ids(chosen)).status_code == 200
    assert Download.objects.kept().count() == 2


def test_archived_photos_are_their_owners_to_have_among_however_many(
    program: Program, library: FilesLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "MANY", 2)
    photos = [library.add(f"IMG_{n}.jpg", PICTURE + bytes([n])) for n in range(4)]
    library.held[photos[1].id] = replace(photos[1], is_archived=True)
    assert len(unpack(program.post(ARCHIVE, ids(photos)).content)) == 4


def test_what_a_link_takes_away_is_in_no_archive_from_then_on(
    guest_of: Guest, make_link: Callable[..., SharedLink], photos: list[Asset]
) -> None:
    link = make_link()
    guest = guest_of(link)
    address = guest.post(ARCHIVE, ids(photos)).headers["content-location"].removeprefix("/api")
    change_link(link, LinkSettings(allow_download=False))
    assert said(guest.get(address)) == (400, "Not found or no asset.download access")


def slowly(over: threading.Event) -> Iterator[bytes]:
    yield b'{"assetIds": ['
    over.wait(5)
    yield b"]}"


def test_a_wish_that_does_not_arrive_is_not_waited_for(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "BODY_WITHIN", 0.2)
    answer = program.ask("POST", ARCHIVE, content=slowly(threading.Event()))
    assert said(answer) == (408, "The request did not arrive in time.")


def test_one_address_sends_only_so_many_wishes_at_once(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(archives, "READ_AT_ONCE", 1)
    program, over = request.getfixturevalue("program"), threading.Event()
    slow = threading.Thread(
        target=lambda: program.ask("POST", ARCHIVE, content=slowly(over)), daemon=True
    )
    slow.start()
    time.sleep(0.3)
    assert program.post(ARCHIVE, {"assetIds": []}).status_code == 503
    over.set()
    slow.join(5)
    assert program.post(ARCHIVE, {"assetIds": []}).status_code == 400
