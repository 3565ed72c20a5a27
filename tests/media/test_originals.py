import os
from urllib.parse import quote
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.library.types import Rendition
from portal.media.streams import PIECE
from tests.media.conftest import Site, stored

CONTENT = os.urandom(2 * PIECE + 12_345)


def test_the_whole_original(site: Site) -> None:
    url, path = site.original(CONTENT)
    response = site.get(url)
    assert response.content == CONTENT == path.read_bytes()
    assert response.headers["content-type"] == "image/jpeg"
    assert response.headers["cache-control"] == "private"
    assert "last-modified" in response.headers


POSITIONS = st.integers(0, len(CONTENT) + 10) | st.sampled_from([PIECE - 1, PIECE, PIECE + 1])


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=POSITIONS, last=POSITIONS)
def test_any_range_of_it_is_the_slice(site: Site, first: int, last: int) -> None:
    asset_id = uuid4()
    file = stored(site.folder / "one.jpg", CONTENT, "image/jpeg")
    site.library.files[asset_id] = file
    url = site.signer().url(asset_id, Rendition.ORIGINAL)
    response = site.get(url, range=f"bytes={first}-{last}")
    if last < first:
        assert (response.status_code, response.content) == (200, CONTENT)
    elif first >= len(CONTENT):
        assert (response.status_code, response.content) == (416, b"")
    else:
        assert (response.status_code, response.content) == (206, CONTENT[first : last + 1])


def test_a_broken_download_resumes_to_the_same_bytes(site: Site) -> None:
    url, _ = site.original(CONTENT, filename="sea.jpg")
    etag = site.get(url).headers["etag"]
    rest = site.get(url, range="bytes=300000-", if_range=etag)
    assert CONTENT[:300_000] + rest.content == CONTENT
    whole = site.get(url, range="bytes=300000-", if_range='"other"')
    assert whole.content == CONTENT


@pytest.mark.parametrize(
    "name", ["sea.jpg", "Über/den Wolken.jpg", "日本 100%.heic", "a?b#c&d.jpg", "🏖️.mp4", "é" * 100]
)
def test_a_named_url_is_a_download_under_that_name(site: Site, name: str) -> None:
    url, _ = site.original(b"content", filename=name)
    response = site.get(url)
    header = response.headers["content-disposition"]
    assert header.startswith("attachment; filename=")
    assert quote(name.replace("/", "_"), safe="!#$&+-.^_`|~") in header or name in header


def test_a_name_cannot_be_changed(site: Site) -> None:
    url, _ = site.original(b"content", filename="sea.jpg")
    assert site.get(url.replace("sea.jpg", "sea.exe")).status_code == 404
    assert site.get(url.removesuffix("/sea.jpg")).status_code == 404


@pytest.mark.parametrize(
    ("media_type", "told"),
    [
        ("image/heic", "image/heic"),
        ("video/mp4", "video/mp4"),
        ("video/3gpp", "video/3gpp"),
        ("image/x-canon-cr2", "image/x-canon-cr2"),
        ("image/svg+xml", "application/octet-stream"),
        ("text/html", "application/octet-stream"),
        ("application/xhtml+xml", "application/octet-stream"),
        ("image/jpeg\r\nx: y", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_only_pictures_and_videos_are_called_so(site: Site, media_type: str, told: str) -> None:
    url, _ = site.original(b"<script>alert(1)</script>", media_type)
    response = site.get(url)
    assert response.headers["content-type"] == told
    assert response.headers["x-content-type-options"] == "nosniff"


def test_a_file_that_is_not_what_was_scanned_is_404(site: Site) -> None:
    longer, path = site.original(b"content")
    path.write_bytes(b"other content")
    touched, path = site.original(b"content")
    os.utime(path, ns=(1, 1))
    gone, path = site.original(b"content")
    path.unlink()
    linked, path = site.original(b"content")
    path.rename(site.folder / "elsewhere")
    path.symlink_to(site.folder / "elsewhere")
    folder, path = site.original(b"content")
    path.unlink()
    path.mkdir()
    urls = [longer, touched, gone, linked, folder]
    assert [r.status_code for r in site.ask_at_once(urls)] == [404] * 5
    assert [r.text for r in site.ask_at_once(urls)] == ["Not Found\n"] * 5


def test_an_asset_the_library_does_not_have_is_404(site: Site) -> None:
    assert site.get(site.signer().url(uuid4(), Rendition.ORIGINAL)).status_code == 404
