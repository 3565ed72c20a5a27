"""``/api/portal/downloads``: what is being prepared, for whom, and what may be done about it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from downloads.models import Download
from portal.library.types import Asset
from sharing.links import LinkSettings, change_link
from sharing.models import SharedLink
from tests.api_bytes.conftest import PICTURE, Program, said
from tests.downloads.files_library import FilesLibrary

Guest = Callable[[SharedLink], Program]
DOWNLOADS = "/portal/downloads"


@pytest.fixture
def photos(library: FilesLibrary) -> list[Asset]:
    return [library.add(f"IMG_{n}.jpg", PICTURE) for n in range(3)]


def asked(program: Program, **body: Any) -> dict[str, Any]:
    answer = program.post(DOWNLOADS, body)
    assert answer.status_code == 201, answer.text
    said: dict[str, Any] = answer.json()
    return said


def test_an_album_is_prepared_and_fetched(
    program: Program, photos: list[Asset], library: FilesLibrary
) -> None:
    download = asked(program, albumId=str(library.album_id))
    assert (download["state"], download["count"], download["countDone"]) == ("ready", 3, 3)
    assert download["name"].endswith(".zip")
    archive = program.get(download["archive"].removeprefix("/api"))
    assert len(archive.content) == download["archiveSize"]
    listed = program.get(DOWNLOADS).json()
    assert [each["id"] for each in listed] == [download["id"]]
    in_full = program.get(f"{DOWNLOADS}/{download['id']}").json()
    assert in_full["leftOut"] == []


def test_a_guest_has_all_that_the_link_shows_prepared_and_cancels_it(
    guest_of: Guest, make_link: Callable[..., SharedLink], photos: list[Asset]
) -> None:
    guest = guest_of(make_link(show_metadata=False))
    download = asked(guest)
    assert (download["state"], download["count"]) == ("preparing", 3)
    assert download["archive"] is None
    canceled = guest.post(f"{DOWNLOADS}/{download['id']}/cancel", {})
    assert (canceled.status_code, canceled.json()["state"]) == (200, "canceled")
    assert said(guest.post(f"{DOWNLOADS}/{download['id']}/cancel", {}))[0] == 400


def test_what_is_left_out_is_named_and_tried_again(
    program: Program, photos: list[Asset], library: FilesLibrary
) -> None:
    path = library.path_of(photos[0])
    aside = path.rename(path.with_suffix(".aside"))
    download = asked(program, assetIds=[str(photo.id) for photo in photos])
    address = f"{DOWNLOADS}/{download['id']}"
    (left_out,) = program.get(address).json()["leftOut"]
    assert (left_out["assetId"], left_out["name"]) == (str(photos[0].id), "IMG_0.jpg")
    aside.rename(path)
    again = program.post(f"{address}/retry", {}).json()
    assert (again["state"], again["countLeftOut"]) == ("ready", 0)
    assert said(program.post(f"{address}/retry", {}))[0] == 400


def test_a_download_is_taken_off_the_list(program: Program, photos: list[Asset]) -> None:
    download = asked(program, assetIds=[str(photos[0].id)])
    answer = program.ask("DELETE", f"{DOWNLOADS}/{download['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert program.get(DOWNLOADS).json() == []
    assert Download.objects.get().dismissed_at is not None


def test_downloads_are_their_own_callers_alone(
    program: Program, guest_of: Guest, make_link: Callable[..., SharedLink], photos: list[Asset]
) -> None:
    guest, other = guest_of(make_link()), guest_of(make_link())
    download = asked(guest)
    for caller in (program, other):
        assert caller.get(DOWNLOADS).json() == []
        address = f"{DOWNLOADS}/{download['id']}"
        assert said(caller.get(address))[0] == 404
        assert said(caller.ask("DELETE", address))[0] == 404
        assert said(caller.post(f"{address}/cancel", {}))[0] == 404
        assert said(caller.post(f"{address}/retry", {}))[0] == 404
    assert said(program.get(f"{DOWNLOADS}/{uuid4()}"))[0] == 404


def test_an_owner_says_which_photos(program: Program) -> None:
    assert said(program.post(DOWNLOADS, {})) == (400, "assetIds or albumId is required")
    assert said(program.post(DOWNLOADS, {"assetIds": []}))[0] == 400
    assert said(program.post(DOWNLOADS, {"assetIds": [], "size": "huge"}))[0] == 400


def test_links_without_downloads_prepare_nothing(
    guest_of: Guest, make_link: Callable[..., SharedLink], photos: list[Asset]
) -> None:
    link = make_link()
    guest = guest_of(link)
    asked(guest)
    change_link(link, LinkSettings(allow_download=False))
    assert said(guest.post(DOWNLOADS, {})) == (400, "Not found or no asset.download access")
    assert [each["archive"] for each in guest.get(DOWNLOADS).json()] == [None]
