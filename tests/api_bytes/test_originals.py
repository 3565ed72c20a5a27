"""What arrives of an asset: the same statuses and headers as an Immich server's, or better ones."""

from base64 import b64encode
from collections.abc import Callable
from hashlib import sha1
from uuid import uuid4

import httpx
import pytest
from django.contrib.auth.models import User

from portal.library.types import Asset
from sharing.albums.editing import make_album
from sharing.links import LinkSettings, change_link, share_portal_album
from sharing.models import SharedLink
from tests.api_bytes.conftest import PICTURE, Program, said
from tests.downloads.files_library import FilesLibrary

Guest = Callable[[SharedLink], Program]


@pytest.fixture
def photo(library: FilesLibrary) -> Asset:
    return library.add("IMG_1.jpg", PICTURE)


def original(asset: Asset) -> str:
    return f"/assets/{asset.id}/original"


def test_an_original_arrives_as_its_owner_has_it(program: Program, photo: Asset) -> None:
    answer = program.get(original(photo), accept_encoding="gzip, br")
    assert answer.status_code == 200
    assert answer.content == PICTURE
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-length"] == str(len(PICTURE))
    assert answer.headers["accept-ranges"] == "bytes"
    disposition = "inline; filename=\"IMG_1.jpg\"; filename*=UTF-8''IMG_1.jpg"
    assert answer.headers["content-disposition"] == disposition
    assert "content-encoding" not in answer.headers
    assert "public" not in answer.headers["cache-control"]
    head = program.ask("HEAD", original(photo))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(PICTURE))
    assert head.headers["etag"] == answer.headers["etag"]


def test_a_name_in_any_script_arrives_whole(program: Program, library: FilesLibrary) -> None:
    photo = library.add("海 ä.jpg", PICTURE)
    answer = program.get(original(photo))
    expected = "inline; filename*=UTF-8''%E6%B5%B7%20%C3%A4.jpg"
    assert answer.headers["content-disposition"] == expected


@pytest.mark.parametrize(
    ("wanted", "status", "content"),
    [
        ("bytes=0-99", 206, PICTURE[:100]),
        (f"bytes={len(PICTURE) - 10}-", 206, PICTURE[-10:]),
        ("bytes=-10", 206, PICTURE[-10:]),
        ("bytes=0-9,20-29", 200, PICTURE),
        ("bytes=99999999-", 416, b""),
    ],
)
def test_a_range_is_answered(
    program: Program, photo: Asset, wanted: str, status: int, content: bytes
) -> None:
    answer = program.get(original(photo), range=wanted)
    assert (answer.status_code, answer.content) == (status, content)


def test_a_resumed_file_is_the_same_or_whole(program: Program, photo: Asset) -> None:
    tag = program.get(original(photo)).headers["etag"]
    assert program.get(original(photo), range="bytes=0-9", if_range=tag).status_code == 206
    assert program.get(original(photo), range="bytes=0-9", if_range='"x"').content == PICTURE
    unchanged = program.get(original(photo), if_none_match=tag)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    weak = program.get(original(photo), if_none_match=f"W/{tag}")
    assert weak.status_code == 304


def test_moving_halves_have_addresses_of_their_own(
    program: Program, guest_of: Guest, link: SharedLink, library: FilesLibrary
) -> None:
    live = library.add("LIVE.jpg", PICTURE, live=b"moving" * 1000)
    for caller in (program, guest_of(link)):
        answer = caller.get(f"/assets/{live.live_video_id}/original")
        assert answer.content == b"moving" * 1000
        assert "LIVE.MOV" in answer.headers["content-disposition"]
        part = caller.get(f"/assets/{live.live_video_id}/video/playback", range="bytes=0-5")
        assert (part.status_code, part.content) == (206, b"moving")


def test_moving_halves_of_a_portal_albums_photos_are_shown_too(
    guest_of: Guest, owner: User, library: FilesLibrary
) -> None:
    live = library.add("LIVE.jpg", PICTURE, live=b"moving" * 1000)
    other = library.add("OTHER.jpg", PICTURE, live=b"elsewhere" * 1000)
    album = make_album(owner, "Chosen", [live.id])
    guest = guest_of(share_portal_album(owner, album, LinkSettings()))
    moving = guest.get(f"/assets/{live.live_video_id}/original")
    assert (moving.status_code, moving.content) == (200, b"moving" * 1000)
    refusal = (400, "Not found or no asset.download access")
    assert said(guest.get(f"/assets/{other.live_video_id}/original")) == refusal


def test_what_there_is_not_is_said_as_clients_know_it(
    program: Program, owner_with: Callable[..., Program], client: httpx.Client, photo: Asset
) -> None:
    missing = f"/assets/{uuid4()}/original"
    assert said(program.get(missing)) == (400, "Not found or no asset.download access")
    assert said(program.get("/assets/xyz/original")) == (400, ["id must be a UUID"])
    assert said(Program(client, {}, {}).get(original(photo))) == (401, "Authentication required")
    wrong = Program(client, {"x-api-key": "wrong"}, {})
    assert said(wrong.get(original(photo))) == (401, "Invalid API key")
    unknown = Program(client, {}, {"key": "AAAA"})
    assert said(unknown.get(original(photo))) == (401, "Invalid share key")
    limited = owner_with("asset.read", "asset.view")
    refusal = (403, "Missing required permission: asset.download")
    assert said(limited.get(original(photo))) == refusal
    lost = program.ask("PUT", original(photo))
    assert said(lost) == (404, f"Cannot PUT /api{original(photo)}")
    assert said(program.get(original(photo).replace("/orig", "/ORIG")))[0] == 404


def test_the_callers_own_id_of_a_request_comes_back(
    client: httpx.Client, program: Program, photo: Asset
) -> None:
    answer = client.get(f"/api{original(photo)}", headers={"x-immich-cid": "abc123"})
    assert answer.headers["x-immich-cid"] == answer.json()["correlationId"] == "abc123"
    secret = program.headers["x-api-key"]
    mine = {"x-immich-cid": "def456", "x-api-key": secret}
    assert client.get(f"/api{original(photo)}", headers=mine).headers["x-immich-cid"] == "def456"


def test_a_key_in_the_query_or_as_bearer_opens_too(
    program: Program, client: httpx.Client, photo: Asset
) -> None:
    secret = program.headers["x-api-key"]
    in_query = Program(client, {}, {"apiKey": secret})
    bearer = Program(client, {"authorization": f"Bearer {secret}"}, {})
    assert in_query.get(original(photo)).content == PICTURE
    assert bearer.get(original(photo)).content == PICTURE


def test_guests_get_what_their_link_shows_and_nothing_else(
    guest_of: Guest, make_link: Callable[..., SharedLink], photo: Asset, library: FilesLibrary
) -> None:
    link = make_link(slug="summer")
    guest = guest_of(link)
    elsewhere = library.add_album("Other").cover_id
    assert guest.get(original(photo)).content == PICTURE
    by_slug = Program(guest.client, {"x-immich-share-slug": "summer"}, {})
    assert by_slug.get(original(photo)).content == PICTURE
    refusal = (400, "Not found or no asset.download access")
    assert said(guest.get(f"/assets/{elsewhere}/original")) == refusal


def test_links_without_downloads_show_and_give_nothing(
    guest_of: Guest, make_link: Callable[..., SharedLink], photo: Asset
) -> None:
    guest = guest_of(make_link(allow_download=False))
    assert said(guest.get(original(photo))) == (400, "Not found or no asset.download access")
    assert guest.get(f"/assets/{photo.id}/thumbnail").status_code == 200


def test_withheld_metadata_is_in_neither_file_nor_name(
    guest_of: Guest, make_link: Callable[..., SharedLink], photo: Asset
) -> None:
    guest = guest_of(make_link(show_metadata=False))
    answer = guest.get(original(photo))
    assert answer.status_code == 200
    assert answer.content != PICTURE
    assert answer.headers["content-type"] == "image/jpeg"
    assert "photo-0001.jpg" in answer.headers["content-disposition"]
    assert "last-modified" not in answer.headers
    preview = guest.get(f"/assets/{photo.id}/thumbnail?size=preview")
    assert f"{photo.id}_preview.jpeg" in preview.headers["content-disposition"]


def test_json_tells_of_the_file_that_is_delivered(
    guest_of: Guest, make_link: Callable[..., SharedLink], photo: Asset
) -> None:
    guest = guest_of(make_link(show_metadata=False))
    delivered = guest.get(original(photo))
    said_of_it = guest.get(f"/assets/{photo.id}").json()
    digest = sha1(delivered.content, usedforsecurity=False).digest()
    assert said_of_it["checksum"] == b64encode(digest).decode()
    assert said_of_it["originalFileName"] in delivered.headers["content-disposition"]
    assert said_of_it["originalMimeType"] == delivered.headers["content-type"]


def test_a_locked_link_gives_nothing_before_its_password(
    guest_of: Guest, make_link: Callable[..., SharedLink], photo: Asset
) -> None:
    guest = guest_of(make_link(password="sesame"))
    for path in (original(photo), f"/assets/{photo.id}/thumbnail"):
        assert said(guest.get(path)) == (401, "Password required")


def test_a_links_limit_of_downloads_counts_here(
    guest_of: Guest, make_link: Callable[..., SharedLink], photo: Asset, library: FilesLibrary
) -> None:
    other = library.add("IMG_2.jpg", PICTURE)
    link = make_link(max_downloads=1)
    guest = guest_of(link)
    assert guest.ask("HEAD", original(photo)).status_code == 200
    assert guest.get(original(photo)).content == PICTURE
    resumed = guest.get(original(photo), range="bytes=5-")
    assert (resumed.status_code, resumed.content) == (206, PICTURE[5:])
    status, message = said(guest.get(original(other)))
    assert status == 403
    assert "used up" in message
    link.refresh_from_db()
    assert (link.times_taken, link.bytes_taken) == (1, len(PICTURE))


def test_bytes_that_are_looked_at_count_where_bytes_are_limited(
    guest_of: Guest, make_link: Callable[..., SharedLink], library: FilesLibrary
) -> None:
    video = library.add("VID.mp4", bytes(1000))
    link = make_link(max_bytes=1500)
    guest = guest_of(link)
    for _ in range(2):  # once a day
        assert guest.get(f"/assets/{video.id}/video/playback").status_code == 200
    link.refresh_from_db()
    assert (link.times_taken, link.bytes_taken) == (0, 1000)
    assert said(guest.get(original(video)))[0] == 403


def test_a_link_that_has_just_changed_is_as_it_is_now(
    guest_of: Guest, make_link: Callable[..., SharedLink], photo: Asset
) -> None:
    link = make_link()
    guest = guest_of(link)
    assert guest.get(original(photo)).status_code == 200
    change_link(link, LinkSettings(show_metadata=False))  # raises the epoch
    changed = guest.get(original(photo))
    assert changed.status_code == 200
    assert changed.content != PICTURE
