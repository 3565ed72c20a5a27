import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.library.types import Album, Asset, AssetKind
from sharing.models import SharedLink
from tests.guest.conftest import GuestLibrary

Share = Callable[..., SharedLink]


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def timeline_of(page: str) -> dict[str, object]:
    found = re.search(r'<script id="timeline"[^>]*>(.*?)</script>', page)
    assert found
    return dict(json.loads(found[1]))


def test_the_page_says_what_it_is_and_until_when(
    guest: Client, share: Share, photo: Asset, video: Asset
) -> None:
    expires = timezone.now() + timedelta(days=400)
    page = read(guest, share(expires_at=expires).path)
    assert "<h1>Summer</h1>" in page
    assert "1 photo, 1 video" in page
    assert f"available until {expires.day} {expires:%B} {expires.year}" in page


def test_only_the_last_part_of_the_albums_path_is_shown(
    guest: Client, share: Share, photo: Asset
) -> None:
    assert "Private" not in read(guest, share().path)


def test_the_owners_description_is_the_title(guest: Client, share: Share, photo: Asset) -> None:
    assert "<h1>At the &lt;lake&gt;</h1>" in read(guest, share(description="At the <lake>").path)


def test_chosen_photos_are_shown_and_no_others(
    guest: Client, library: GuestLibrary, album: Album, share_chosen: Share, photo: Asset
) -> None:
    other = library.add(album)
    page = read(guest, share_chosen(photo).path)
    assert str(photo.id) in page
    assert str(other.id) not in page
    assert other.id.hex not in page


def test_tiles_are_complete_without_a_script(guest: Client, share: Share, photo: Asset) -> None:
    link = share(slug="summer")
    page = read(guest, "/s/summer")
    assert f'href="/s/summer/photo/{photo.id}"' in page
    assert 'width="333" height="250" alt="Evening at the lake"' in page
    assert f"/media/{link.pk.hex}/{photo.id.hex}/thumbnail/" in page
    assert f"/media/{link.pk.hex}/{photo.id.hex}/thumbnail2x/" in page
    assert link.key not in page


def test_photos_stand_below_the_header_of_their_day(
    guest: Client, library: GuestLibrary, album: Album, share: Share, photo: Asset
) -> None:
    library.add(album, taken_at=datetime(2025, 7, 14, 9, 0))  # noqa: DTZ001
    page = read(guest, share().path)
    assert page.index("Saturday, 12 July 2025") < page.index("Monday, 14 July 2025")
    assert timeline_of(page)["days"] == [
        ["2025-07-12", 1, "Saturday, 12 July 2025"],
        ["2025-07-14", 1, "Monday, 14 July 2025"],
    ]


def test_a_photo_without_words_is_named_by_its_place(
    guest: Client, share: Share, photo: Asset, live_photo: Asset, video: Asset
) -> None:
    page = read(guest, share().path)
    assert 'alt="Photo 2 of 3"' in page
    assert 'alt="Video 3 of 3"' in page
    assert ">1:15</span>" in page


def test_long_albums_turn_pages_without_a_script(
    guest: Client, library: GuestLibrary, album: Album, share: Share
) -> None:
    for _ in range(125):
        library.add(album)
    link = share(slug="long")
    first, last = read(guest, link.path), read(guest, link.path + "?page=3")
    assert first.count('class="tile"') == 60
    assert 'href="/s/long?page=2"' in first
    assert 'rel="prev"' not in first
    assert last.count('class="tile"') == 5
    assert 'id="photo-125"' in last
    assert 'rel="next"' not in last


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "²", "1e9"])
def test_an_absurd_page_is_a_page(guest: Client, share: Share, photo: Asset, page: str) -> None:
    assert str(photo.id) in read(guest, f"{share().path}?page={page}")


def test_an_empty_album_has_kind_words(guest: Client, album: Album, share: Share) -> None:
    page = read(guest, share().path)
    assert "No photos here yet" in page
    assert "timeline" not in page


def test_an_album_that_is_gone_is_an_empty_one(
    guest: Client, library: GuestLibrary, album: Album, share: Share
) -> None:
    link = share()
    del library.members[album.id]
    assert "No photos here yet" in read(guest, link.path)


def test_a_library_that_is_away_is_said_so(
    guest: Client, library: GuestLibrary, share: Share, photo: Asset
) -> None:
    link = share()
    library.is_away = True
    response = guest.get(link.path)
    assert response.status_code == 503
    assert "cannot be reached right now" in response.content.decode()


def test_pages_are_kept_out_of_caches_and_search_engines(
    guest: Client, share: Share, photo: Asset
) -> None:
    response = guest.get(share().path)
    assert response["Cache-Control"] == "no-store"
    assert "noindex" in response["X-Robots-Tag"]
    assert response["Referrer-Policy"] == "same-origin"
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_nothing_on_the_page_needs_inline_code(
    guest: Client, share: Share, photo: Asset, video: Asset, live_photo: Asset
) -> None:
    link = share()
    for address in (link.path, f"{link.path}/photo/{photo.id}"):
        page = read(guest, address)
        assert not re.search(r"<[^>]+\s(style|on\w+)=", page)
        assert not re.search(r"<script(?![^>]*(src=|application/json))", page)


def test_the_page_asks_the_database_little(
    guest: Client,
    share: Share,
    photo: Asset,
    video: Asset,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    link = share()
    with django_assert_num_queries(4):  # the link, names of guests, the visit, that it happened
        guest.get(link.path)
    with django_assert_num_queries(2) as asked:
        again = guest.get(link.path)
    with django_assert_num_queries(2):
        tiles = guest.get(f"{link.path}/tiles")
    assert [again.content.count(b"data-id="), tiles.content.count(b"data-id=")] == [2, 2]
    assert 'FROM "sharing_sharedlink"' in asked.captured_queries[0]["sql"]


def test_a_page_in_its_first_screen_asks_the_library_for_no_more(
    guest: Client, library: GuestLibrary, album: Album, share: Share
) -> None:
    for _ in range(1_001):
        library.add(album)
    page = read(guest, share().path)
    assert 'id="timeline"' not in page
    assert page.count('class="tile"') == 60


def test_a_visit_counts_once_a_day(share: Share, photo: Asset) -> None:
    link, first, second = share(), Client(), Client()
    for client in (first, first, second):
        client.get(link.path)
    link.refresh_from_db()
    assert link.visits == 2


def test_tiles_and_infos_are_no_visits(guest: Client, share: Share, photo: Asset) -> None:
    link = share()
    for part in ("tiles", "timeline", "ids", f"info/{photo.id}", f"photo/{photo.id}"):
        guest.get(f"{link.path}/{part}")
    link.refresh_from_db()
    assert link.visits == 0


def test_foreign_photos_are_not_here(
    guest: Client, library: GuestLibrary, share: Share, photo: Asset, live_photo: Asset
) -> None:
    foreign = library.add(library.empty_album("Other"))
    link = share()
    for asset_id in (foreign.id, uuid4()):
        for part in ("photo", "info"):
            response = guest.get(f"{link.path}/{part}/{asset_id}")
            assert response.status_code == 404
            assert "There is nothing here" in response.content.decode()
    assert guest.get(f"{link.path}/photo/{live_photo.live_video_id}").status_code == 404


def test_a_live_photo_plays_and_is_no_video(guest: Client, share: Share, live_photo: Asset) -> None:
    assert live_photo.live_video_id
    page = read(guest, share().path)
    assert f"/{live_photo.live_video_id.hex}/playback/" in page
    assert "1 photo<" in page
    assert AssetKind.IMAGE is live_photo.kind


@pytest.mark.parametrize("rights", [{}, {"show_metadata": False}, {"allow_download": False}])
def test_a_motion_photo_plays_from_its_own_file_without_its_metadata(
    guest: Client, library: GuestLibrary, album: Album, share: Share, rights: dict[str, bool]
) -> None:
    moving = library.add(album, has_motion=True)
    page = read(guest, share(**rights).path)
    assert "is-live" in page
    assert 'data-live="/media/' in page
    assert f"/{moving.id.hex}/motion/" in page


def test_a_live_photo_is_saved_as_a_pair_and_a_motion_photo_as_its_one_file(
    guest: Client, share: Share, library: GuestLibrary, album: Album, live_photo: Asset
) -> None:
    library.add(album, has_motion=True)
    page = read(guest, share().path)
    assert page.count("data-live=") == 2
    assert page.count("data-pair") == 1
