"""Thumbnails and videos on ``/api``: sizes, redirects, and what is refused."""

from collections.abc import Callable

import pytest

from portal.library.types import Asset
from sharing.models import SharedLink
from tests.api_bytes.conftest import PICTURE, Program, said
from tests.downloads.files_library import FilesLibrary

Guest = Callable[[SharedLink], Program]


@pytest.fixture
def photo(library: FilesLibrary) -> Asset:
    return library.add("IMG_1.jpg", PICTURE)


@pytest.mark.parametrize(
    ("query", "media_type", "name"),
    [
        ("", "image/webp", "IMG_1_thumbnail.webp"),
        ("?size=thumbnail", "image/webp", "IMG_1_thumbnail.webp"),
        ("?size=preview", "image/jpeg", "IMG_1_preview.jpeg"),
    ],
)
def test_thumbnails_come_in_two_sizes(
    program: Program, photo: Asset, query: str, media_type: str, name: str
) -> None:
    answer = program.get(f"/assets/{photo.id}/thumbnail{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-disposition"].endswith(f"filename*=UTF-8''{name}")
    part = program.get(f"/assets/{photo.id}/thumbnail{query}", range="bytes=0-9")
    assert (part.status_code, part.content) == (206, answer.content[:10])
    tag = answer.headers["etag"]
    same = program.get(f"/assets/{photo.id}/thumbnail{query}", if_none_match=tag)
    assert same.status_code == 304


def test_the_full_size_of_a_web_picture_is_its_original(
    program: Program, owner_with: Callable[..., Program], photo: Asset
) -> None:
    full = f"/assets/{photo.id}/thumbnail?size=fullsize"
    answer = program.get(full)
    assert answer.status_code == 302
    assert answer.headers["location"] == f"/api/assets/{photo.id}/original"
    viewer = owner_with("asset.view")
    assert viewer.get(full).status_code == 302
    assert said(viewer.get(f"/assets/{photo.id}/original"))[0] == 403


def test_guests_are_sent_to_the_preview_for_a_full_size(
    guest_of: Guest, make_link: Callable[..., SharedLink], photo: Asset
) -> None:
    link = make_link(allow_download=False)
    answer = guest_of(link).get(f"/assets/{photo.id}/thumbnail?size=fullsize")
    assert answer.status_code == 302
    address = f"/api/assets/{photo.id}/thumbnail?size=preview&key={link.key}"
    assert answer.headers["location"] == address
    followed = guest_of(link).client.get(answer.headers["location"])
    assert followed.headers["content-type"] == "image/jpeg"


def test_other_sizes_are_refused_in_words(program: Program, photo: Asset) -> None:
    path = f"/assets/{photo.id}/thumbnail"
    assert said(program.get(f"{path}?size=original")) == (400, "May not request original file")
    words = ["size must be one of the following values: original, fullsize, preview, thumbnail"]
    assert said(program.get(f"{path}?size=huge")) == (400, words)


def test_a_picture_that_cannot_be_made_is_not_there(
    program: Program, photo: Asset, library: FilesLibrary
) -> None:
    library.unreadable.add(photo.id)
    assert said(program.get(f"/assets/{photo.id}/thumbnail"))[0] == 404


def test_a_video_plays_with_ranges_and_a_photo_does_not(
    program: Program, photo: Asset, library: FilesLibrary
) -> None:
    video = library.add("VID.mp4", b"0123456789" * 1000)
    part = program.get(f"/assets/{video.id}/video/playback", range="bytes=100-199")
    assert (part.status_code, part.content) == (206, b"0123456789" * 10)
    assert part.headers["content-range"] == "bytes 100-199/10000"
    none = said(program.get(f"/assets/{photo.id}/video/playback"))
    assert none == (404, "Asset not found or asset is not a video")


def test_a_video_plays_cleaned_where_its_place_is_withheld(
    guest_of: Guest, make_link: Callable[..., SharedLink], library: FilesLibrary
) -> None:
    video = library.add("VID.mp4", b"0123456789" * 1000)
    guest = guest_of(make_link(show_location=False))
    answer = guest.get(f"/assets/{video.id}/video/playback")
    assert answer.status_code == 200
    assert "-clean-" in answer.headers["etag"]
    assert answer.headers["content-type"] == "video/mp4"
    assert "last-modified" not in answer.headers
