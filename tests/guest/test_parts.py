import re
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from portal.library.types import Album, Asset, Exif
from sharing.access import Rights
from sharing.models import SharedLink
from sharing.showing.facts import camera_name, exposure, place_of
from sharing.showing.grid import Grid
from sharing.showing.tiles import as_clock
from tests.guest.conftest import GuestLibrary

Share = Callable[..., SharedLink]


@pytest.fixture
def many(library: GuestLibrary, album: Album) -> list[Asset]:
    return [library.add(album) for _ in range(150)]


def test_tiles_come_in_bounded_runs(guest: Client, share: Share, many: list[Asset]) -> None:
    link = share()
    answer = guest.get(f"{link.path}/tiles?offset=20&limit=30").content.decode()
    assert re.findall(r'data-id="([^"]+)"', answer) == [str(asset.id) for asset in many[20:50]]
    assert 'id="photo-21"' in answer
    greedy = guest.get(f"{link.path}/tiles?limit=100000").content.decode()
    assert greedy.count('class="tile"') == 120


@pytest.mark.parametrize("query", ["offset=-3", "offset=x&limit=y", "limit=0", "offset=999999"])
def test_absurd_runs_are_answered(
    guest: Client, share: Share, many: list[Asset], query: str
) -> None:
    assert guest.get(f"{share().path}/tiles?{query}").status_code == 200


def test_the_timeline_has_the_shape_of_everything(
    guest: Client, library: GuestLibrary, album: Album, share: Share, photo: Asset
) -> None:
    library.add(album, width=3000, height=4000)
    library.add(album, width=30_000, height=1000, taken_at=datetime(2025, 7, 13))  # noqa: DTZ001
    shape = guest.get(f"{share().path}/timeline").json()
    assert shape["ratios"] == [133, 75, 500]
    assert [day[:2] for day in shape["days"]] == [["2025-07-12", 2], ["2025-07-13", 1]]


def test_an_unchanged_timeline_is_not_sent_again(
    guest: Client, library: GuestLibrary, album: Album, share: Share, photo: Asset
) -> None:
    address = f"{share().path}/timeline"
    first = guest.get(address)
    assert first["Cache-Control"] == "private, no-cache"
    known = {"If-None-Match": first["ETag"]}
    assert guest.get(address, headers=known).status_code == 304
    library.add(album)
    assert guest.get(address, headers=known).status_code == 200


def test_the_timeline_of_20000_photos_stays_small(
    guest: Client, library: GuestLibrary, album: Album, share: Share, photo: Asset
) -> None:
    start = photo.taken_at
    for number in range(19_999):
        shape = {"width": 4000 - number % 7 * 100, "height": 3000 - number % 5 * 300}
        library.add(album, taken_at=start + timedelta(minutes=90 * number), **shape)
    response = guest.get(f"{share().path}/timeline", headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert len(response.content) < 40_000


def test_ids_come_in_runs(guest: Client, share: Share, many: list[Asset]) -> None:
    found = guest.get(f"{share().path}/ids?offset=140&limit=100").json()["ids"]
    assert found == [str(asset.id) for asset in many[140:]]


def test_a_photo_has_its_own_page_with_its_neighbours(
    guest: Client, share: Share, many: list[Asset]
) -> None:
    link = share(slug="summer")
    page = guest.get(f"{link.path}/photo/{many[70].id}").content.decode()
    assert "71 of 150" in page
    assert f'rel="prev" href="/s/summer/photo/{many[69].id}"' in page
    assert f'rel="next" href="/s/summer/photo/{many[71].id}"' in page
    assert 'href="/s/summer?page=2#photo-71"' in page
    assert f"/{many[70].id.hex}/preview/" in page
    first = guest.get(f"{link.path}/photo/{many[0].id}").content.decode()
    assert 'rel="prev"' not in first


def test_a_video_has_controls_and_a_poster(guest: Client, share: Share, video: Asset) -> None:
    page = guest.get(f"{share().path}/photo/{video.id}").content.decode()
    assert re.search(
        rf'<video src="/media/[^"]+" poster="/media/[^"]*{video.id.hex}/preview/', page
    )


def test_the_info_panel_says_what_is_known(guest: Client, share: Share, photo: Asset) -> None:
    answer = guest.get(f"{share().path}/info/{photo.id}").content.decode()
    for told in (
        "Saturday, 12 July 2025",
        "14:03 UTC+02:00",
        "Canon EOS R6",
        "RF24-105mm F4 L IS USM",
        "DSC_20250712_000.HEIC",
        "4000 × 3000",
        "47.37691° N, 8.54173° W",
        "Evening at the lake",
    ):
        assert told in answer
    assert "<html" not in answer


def test_rows_without_a_value_are_absent(
    guest: Client, library: GuestLibrary, album: Album, share: Share
) -> None:
    bare = library.add(album, exif=Exif(), utc_offset=None)
    answer = guest.get(f"{share().path}/info/{bare.id}").content.decode()
    for absent in ("Camera", "Exposure", "Show the place", "None"):
        assert absent not in answer


def test_exposures_read_as_photographers_write_them() -> None:
    plain = exposure(Exif(exposure_time=1 / 250, f_number=2.8, iso=100, focal_length=35.0))
    assert plain.replace("\N{NO-BREAK SPACE}", " ") == "1/250 s · f/2.8 · ISO 100 · 35 mm"
    assert exposure(Exif(exposure_time=2.5)).replace("\N{NO-BREAK SPACE}", " ") == "2.5 s"
    assert exposure(Exif()) == ""


def test_a_camera_is_not_named_twice() -> None:
    assert camera_name(Exif(make="NIKON CORPORATION", model="NIKON D750")) == "NIKON D750"
    assert camera_name(Exif(make="Apple", model="iPhone 15")) == "Apple iPhone 15"


def test_durations_read_as_a_clock() -> None:
    clocks = [as_clock(timedelta(seconds=seconds)) for seconds in (0.4, 75, 3723)]
    assert clocks == ["0:00", "1:15", "1:02:03"]


@given(st.lists(st.uuids(), unique=True, max_size=40), st.uuids())
def test_every_photo_is_found_where_it_stands(ids: list[UUID], other: UUID) -> None:
    grid = Grid(b"".join(pk.bytes for pk in ids), [100] * len(ids), (), "")
    assert [grid.position(pk) for pk in ids] == list(range(len(ids)))
    assert [grid.id_at(at) for at in range(len(ids))] == ids
    assert grid.position(other) is (ids.index(other) if other in ids else None)
    assert grid.id_at(-1) is None
    assert grid.id_at(len(ids)) is None


def test_an_id_across_two_others_is_not_found() -> None:
    first, second = uuid4(), uuid4()
    between = UUID(bytes=(first.bytes + second.bytes)[8:24])
    assert Grid(first.bytes + second.bytes, [100, 100], (), "").position(between) is None


def test_a_place_needs_the_right_to_it(photo: Asset) -> None:
    rights = Rights(
        look=True, download=True, originals=False, upload=False, metadata=True, location=False
    )
    assert place_of(photo, rights) is None
