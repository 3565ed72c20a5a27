"""Files that guests save are counted, and end where a limit is reached."""

import time
from uuid import UUID

import pytest

from portal.library.types import Rendition
from portal.media.app import MediaApp
from portal.media.delivering import Delivering
from portal.media.grants import Taking
from tests.media.conftest import Site


class MemoryTakes:
    """The ``Takes`` port over a list; gives as many as ``left``."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.takings: list[Taking] = []
        self.weighed: list[Taking] = []

    def claim(self, taking: Taking) -> bool:
        self.takings.append(taking)
        self.left -= 1
        return self.left >= 0

    def weigh(self, taking: Taking, *, must_fit: bool) -> bool:
        self.weighed.append(taking)
        self.left -= 1
        return self.left >= 0 or not must_fit


@pytest.fixture
def takes(site: Site) -> MemoryTakes:
    counted = MemoryTakes(left=1)
    site.app = MediaApp(site.table, Delivering(site.app._shelf, counted))
    return counted


def test_a_saved_file_is_counted_with_its_size_and_a_look_is_not(
    site: Site, takes: MemoryTakes
) -> None:
    url, _path = site.original(b"sunset", filename="Sunset.jpg")
    site.get(url, cookie="loggia_visitor=me")
    site.get(site.picture())
    site.ask("HEAD", url)
    while not takes.takings:
        time.sleep(0.01)
    (taking,) = takes.takings
    assert (taking.scope, taking.size, taking.cookies) == (site.link, 6, "loggia_visitor=me")
    assert taking.file.endswith(" original")


def test_without_a_limit_nobody_is_refused(site: Site, takes: MemoryTakes) -> None:
    takes.left = 0
    url, _path = site.original(b"sunset", filename="Sunset.jpg")
    assert site.get(url).content == b"sunset"


def test_a_limited_link_gives_no_more_than_it_may(site: Site, takes: MemoryTakes) -> None:
    site.grants.put(site.link, is_metered=True)
    first, _path = site.original(b"sunset", filename="Sunset.jpg")
    second, _path = site.original(b"sunrise", filename="Sunrise.jpg")
    assert site.get(first).content == b"sunset"
    answer = site.get(second, range="bytes=1-")
    assert (answer.status_code, answer.text) == (404, "Not Found\n")
    assert site.get(site.picture()).status_code == 200


def test_a_small_file_in_memory_is_counted_each_time_it_is_saved(
    site: Site, takes: MemoryTakes
) -> None:
    site.grants.put(site.link, is_metered=True)
    shown = site.picture(b"small", Rendition.LARGE)
    asset_id = UUID(hex=shown.split("/")[3])
    saved = site.signer().url(asset_id, Rendition.LARGE, "photo.jpg")
    assert [site.get(saved).status_code for _ in range(2)] == [200, 404]
    assert site.get(shown).status_code == 200


def test_where_bytes_are_limited_an_original_that_is_only_looked_at_is_weighed(
    site: Site, takes: MemoryTakes
) -> None:
    site.grants.put(site.link, is_metered=True, is_weighed=True)
    first, _path = site.original(b"sunset")
    second, _path = site.original(b"sunrise")
    assert site.get(first).content == b"sunset"
    assert site.get(second).status_code == 404
    assert [taking.size for taking in takes.weighed] == [6, 7]
    assert site.get(site.picture()).status_code == 200
    assert (len(takes.weighed), takes.takings) == (2, [])


def test_a_video_is_weighed_and_plays_on_though_nothing_is_left(
    site: Site, takes: MemoryTakes
) -> None:
    takes.left = 0
    site.grants.put(site.link, is_metered=True, is_weighed=True)
    url, _path = site.original(b"moving", media_type="video/mp4")
    assert site.get(url, range="bytes=2-").content == b"ving"
    assert [taking.size for taking in takes.weighed] == [6]


def test_where_only_the_number_is_limited_looking_is_free(site: Site, takes: MemoryTakes) -> None:
    site.grants.put(site.link, is_metered=True)
    url, _path = site.original(b"sunset")
    assert site.get(url).content == b"sunset"
    assert takes.weighed == []
