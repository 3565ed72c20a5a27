import os
import time
from http import HTTPStatus
from uuid import uuid4

import pytest

from portal.library.interface import ContentUnreadable, LibraryUnavailable
from portal.library.types import Rendition
from portal.media.shelf import SMALL
from tests.media.conftest import Site


def test_what_a_browser_is_told(site: Site) -> None:
    headers = site.get(site.picture(b"sea")).headers
    assert headers["content-type"] == "image/webp"
    assert headers["content-length"] == "3"
    assert headers["accept-ranges"] == "bytes"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "last-modified" not in headers
    assert "content-disposition" not in headers
    private, age, immutable = headers["cache-control"].split(", ")
    assert (private, immutable) == ("private", "immutable")
    assert 86_400 <= int(age.removeprefix("max-age=")) <= 2 * 86_400


@pytest.mark.parametrize("size", [1, SMALL, SMALL + 1, 3 * SMALL + 7])
def test_head_is_get_without_the_bytes(site: Site, size: int) -> None:
    url = site.picture(b"x" * size)
    got, head = site.get(url), site.ask("HEAD", url)
    assert len(got.content) == size
    assert head.content == b""
    assert {**head.headers} == {**got.headers}


@pytest.mark.parametrize("size", [1000, SMALL + 1000])
def test_the_etag_saves_the_second_transfer(site: Site, size: int) -> None:
    url = site.picture(b"x" * size)
    first = site.get(url)
    for _ in range(2):
        again = site.get(url, if_none_match=first.headers["etag"])
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["cache-control"] == first.headers["cache-control"]
        assert "content-length" not in again.headers


@pytest.mark.parametrize("size", [1000, SMALL + 1000])
def test_parts_of_it(site: Site, size: int) -> None:
    content = bytes(i % 251 for i in range(size))
    url = site.picture(content)
    for _ in range(2):
        response = site.get(url, range="bytes=990-")
        assert response.status_code == 206
        assert response.content == content[990:]
        assert response.headers["content-range"] == f"bytes 990-{size - 1}/{size}"
    beyond = site.get(url, range=f"bytes={size}-")
    assert (beyond.status_code, beyond.content) == (416, b"")
    assert beyond.headers["content-range"] == f"bytes */{size}"
    assert beyond.headers["content-length"] == "0"


def test_a_small_one_stays_in_memory(site: Site) -> None:
    url = site.picture(b"sea")
    assert site.get(url).content == b"sea"
    for file in site.folder.rglob("*.webp"):
        file.unlink()
    assert site.get(url).content == b"sea"
    assert site.library.made == 0


def test_memory_stays_within_its_limit(site: Site) -> None:
    urls = [site.picture(bytes([i]) * 50_000) for i in range(100)]
    for _ in range(2):
        for i, response in enumerate(site.ask_at_once(urls)):
            assert response.content == bytes([i]) * 50_000
    assert site.memory.size <= site.memory.capacity
    assert len(site.memory) == site.memory.capacity // (50_000 + site.memory.OVERHEAD)


def test_a_missing_one_is_made_once_for_all_who_wait(site: Site) -> None:
    asset_id = uuid4()
    site.library.contents[asset_id] = b"x" * 300_000
    url = site.signer().url(asset_id, Rendition.LARGE)
    responses = site.ask_at_once([url] * 20)
    assert {response.status_code for response in responses} == {200}
    assert {len(response.content) for response in responses} == {300_000}
    assert responses[0].headers["content-type"] == "image/jpeg"
    assert site.library.made == 1
    assert site.get(url).status_code == 200
    assert site.library.made == 1


@pytest.mark.parametrize("size", [1000, SMALL + 1000])
def test_its_first_answer_has_the_etag_of_all_later_ones(site: Site, size: int) -> None:
    asset_id = uuid4()
    site.library.contents[asset_id] = b"x" * size
    url = site.signer().url(asset_id, Rendition.LARGE)
    first = site.get(url)
    again = site.get(url, if_none_match=first.headers["etag"])
    assert (first.status_code, again.status_code) == (200, 304)
    assert again.headers["etag"] == first.headers["etag"]


def test_one_that_a_power_cut_left_empty_is_made_again(site: Site) -> None:
    asset_id = uuid4()
    site.library.contents[asset_id] = b"sea"
    path = site.library.store.path(asset_id, Rendition.THUMBNAIL)
    path.parent.mkdir(parents=True)
    path.touch()
    assert site.get(site.signer().url(asset_id, Rendition.THUMBNAIL)).content == b"sea"


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        (None, HTTPStatus.NOT_FOUND),
        (ContentUnreadable("No picture can be made of it."), HTTPStatus.NOT_FOUND),
        (LibraryUnavailable("The disk is full."), HTTPStatus.SERVICE_UNAVAILABLE),
    ],
)
def test_one_that_cannot_be_made(
    site: Site, trouble: ContentUnreadable | LibraryUnavailable | None, status: HTTPStatus
) -> None:
    site.library.trouble = trouble
    response = site.get(site.signer().url(uuid4(), Rendition.PREVIEW))
    assert response.status_code == status
    assert response.text == f"{status.phrase}\n"
    assert ("retry-after" in response.headers) == (status == HTTPStatus.SERVICE_UNAVAILABLE)


def test_a_link_withdrawn_while_one_is_made_gets_nothing(site: Site) -> None:
    asset_id = uuid4()
    site.library.contents[asset_id] = b"sea"
    url = site.signer().url(asset_id, Rendition.THUMBNAIL)
    make = site.library.rendition

    def withdraw_and_make(asset_id, rendition):  # type: ignore[no-untyped-def]
        holding = site.table.known(site.link)
        assert holding is not None
        site.grants.put(site.link, epoch=2)
        holding.grant = site.grants.links[site.link]
        return make(asset_id, rendition)

    site.library.rendition = withdraw_and_make  # type: ignore[method-assign]
    assert site.get(url).status_code == 404


def test_a_link_in_the_store_leads_nowhere(site: Site) -> None:
    asset_id = uuid4()
    secret = site.folder / "secret"
    secret.write_bytes(b"secret")
    path = site.library.store.path(asset_id, Rendition.THUMBNAIL)
    path.parent.mkdir(parents=True)
    path.symlink_to(secret)
    response = site.get(site.signer().url(asset_id, Rendition.THUMBNAIL))
    assert (response.status_code, response.text) == (404, "Not Found\n")


@pytest.mark.parametrize("size", [1000, SMALL + 1])
def test_what_is_looked_at_is_noted_as_used(site: Site, size: int) -> None:
    url = site.picture(b"x" * size)
    (path,) = [path for path in site.library.store.root.rglob("*") if path.is_file()]
    a_day_ago, written = time.time_ns() - 86_400 * 10**9, path.stat().st_mtime_ns
    os.utime(path, ns=(a_day_ago, written))
    site.get(url)
    assert path.stat().st_atime > time.time() - 60
    assert path.stat().st_mtime_ns == written


def test_a_picture_that_was_made_anew_is_shown_after_a_while(site: Site) -> None:
    site.memory.fresh_for = 0.3
    url = site.picture(b"old colours")
    old = site.get(url)
    (path,) = [path for path in site.library.store.root.rglob("*") if path.is_file()]
    path.write_bytes(b"new colours")
    assert site.get(url).content == b"old colours"
    time.sleep(0.35)
    new = site.get(url)
    assert new.content == b"new colours"
    assert new.headers["etag"] != old.headers["etag"]
