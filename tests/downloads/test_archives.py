"""What arrives when a guest saves an archive: over HTTP, from the stored files."""

import io
import socket
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from downloads.models import Download, DownloadState, Size
from downloads.tickets import Viewpoint
from sharing.access import Access, enter, make_unlock
from sharing.links import LinkSettings, change_link, delete_link, pause_link
from sharing.models import SharedLink
from tests.downloads.conftest import VISITOR
from tests.downloads.files_library import FilesLibrary
from tests.downloads.server import Server

Fetch = Callable[..., Download]
BIG = 3 * 2**20


def url_of(download: Download, access: Access) -> str:
    view = Viewpoint(access.link.pk, access.link.epoch, access.unlock, VISITOR, "/s/summer", "en")
    return view.archive_url(download.pk, download.name, download.expires)


def unpack(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


@pytest.fixture
def url(fetch_ready: Fetch, access: Access) -> str:
    return url_of(fetch_ready(), access)


def test_the_archive_arrives_whole_and_well_labelled(browser: httpx.Client, url: str) -> None:
    answer = browser.get(url)
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="Summer.zip"'
    assert answer.headers["accept-ranges"] == "bytes"
    assert "last-modified" in answer.headers
    assert unpack(answer.content) == {
        f"IMG_{n}.jpg": f"photo {n} ".encode() * 5000 for n in range(3)
    }
    assert Download.objects.get().fetched_at is not None


def test_head_tells_the_same_and_counts_as_nothing(browser: httpx.Client, url: str) -> None:
    head = browser.head(url)
    assert Download.objects.get().fetched_at is None
    whole = browser.get(url)
    same = ("content-length", "etag", "last-modified", "content-type")
    assert [head.headers[name] for name in same] == [whole.headers[name] for name in same]


@pytest.mark.parametrize(
    ("start", "stop"), [(0, 9), (5, 60_000), (40_030, 40_040), (119_000, None)]
)
def test_any_range_can_be_asked_for(
    browser: httpx.Client, url: str, start: int, stop: int | None
) -> None:
    whole = browser.get(url)
    wanted = {"range": f"bytes={start}-{'' if stop is None else stop - 1}"}
    part = browser.get(url, headers={**wanted, "if-range": whole.headers["etag"]})
    assert part.status_code == 206
    assert part.content == whole.content[start:stop]
    other = browser.get(url, headers={**wanted, "if-range": '"other"'})
    assert (other.status_code, other.content) == (200, whole.content)
    assert browser.get(url, headers={"range": "bytes=999999999-"}).status_code == 416


def test_a_download_that_broke_off_is_resumed_to_the_same_bytes(
    browser: httpx.Client, url: str
) -> None:
    whole = browser.get(url).content
    with browser.stream("GET", url) as answer:
        first = next(answer.iter_raw(10_000))
        etag = answer.headers["etag"]
    again = {"range": f"bytes={len(first)}-", "if-range": etag}
    assert first + browser.get(url, headers=again).content == whole


@pytest.mark.parametrize("part", [2, 3, 4])
def test_a_forged_address_is_not_found(browser: httpx.Client, url: str, part: int) -> None:
    parts = url.split("/")
    if part == 2:
        parts[2] = "0" * 32
    else:
        parts[part] = "x" + parts[part][1:]
    assert browser.get("/".join(parts)).status_code == 404
    assert browser.get(url + "/more").status_code == 404
    assert browser.post(url).status_code == 405


@pytest.mark.parametrize("path", ["/archives/", "/archives/x", "/archives/a/b/c", "/archives/%ff"])
def test_nonsense_is_not_found(browser: httpx.Client, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_what_is_not_ready_is_not_found(
    browser: httpx.Client, url: str, access: Access, large: Size
) -> None:
    Download.objects.update(state=DownloadState.PREPARING)
    assert browser.get(url).status_code == 404


def test_a_locked_links_archive_needs_the_cookie(
    browser: httpx.Client, link: SharedLink, fetch_ready: Fetch
) -> None:
    locked = change_link(link, LinkSettings(slug="summer", password="sesame"))
    name, value = f"loggia_unlock_{link.pk.hex[:16]}", make_unlock(locked)
    access = enter(locked, {name: value})
    url = url_of(fetch_ready(of=access), access)
    assert browser.get(url).status_code == 404
    browser.cookies.set(name, value)
    assert browser.get(url).status_code == 200


@pytest.mark.parametrize("how", [lambda link: pause_link(link, paused=True), delete_link])
def test_a_closed_links_address_is_worth_nothing(
    browser: httpx.Client, url: str, link: SharedLink, how: Callable[[SharedLink], None]
) -> None:
    assert browser.get(url).status_code == 200
    how(link)
    time.sleep(2)
    assert browser.get(url).status_code == 404


def read_slowly(server: Server, url: str, until: Callable[[], None]) -> bytes:
    """Read the head of an answer, let something happen, and read on; returns the body."""
    address = urlsplit(server.address)
    with socket.create_connection((address.hostname, address.port), timeout=20) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.sendall(f"GET {url} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        received = client.recv(1024)
        until()
        try:
            while piece := client.recv(65536):
                received += piece
        except ConnectionResetError:
            pass
    return received.partition(b"\r\n\r\n")[2]


@pytest.fixture
def big(library: FilesLibrary, fetch_ready: Fetch) -> Download:
    for number in range(8):
        library.add(f"BIG_{number}.jpg", bytes([number]) * BIG)
    return fetch_ready()


def test_a_running_stream_ends_when_the_link_is_closed(
    server: Server, big: Download, access: Access, link: SharedLink
) -> None:
    def close() -> None:
        pause_link(link, paused=True)
        time.sleep(2)

    body = read_slowly(server, url_of(big, access), close)
    assert len(body) < big.archive_size


@pytest.mark.parametrize("how", ["other bytes", "same size and time", "gone", "longer"])
def test_a_file_that_differs_cuts_the_stream_and_is_named(  # noqa: PLR0917
    server: Server,
    big: Download,
    access: Access,
    library: FilesLibrary,
    work: Callable[[], int],
    how: str,
) -> None:
    last = next(item for item in big.items.all() if item.name == "BIG_7.jpg")
    path = library.files[last.asset_id].path

    def change() -> None:
        status = path.stat()
        if how == "gone":
            path.unlink()
            del library.files[last.asset_id]
        elif how == "longer":
            path.write_bytes(b"x" * (BIG + 1))
        else:
            path.write_bytes(b"x" * BIG)
        if how == "same size and time":
            import os

            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    body = read_slowly(server, url_of(big, access), change)
    assert len(body) < big.archive_size
    with pytest.raises(zipfile.BadZipFile):
        unpack(body)
    left_out = big.items.left_out().get()
    assert (left_out.name, left_out.reason) == ("BIG_7.jpg", "gone" if how == "gone" else "changed")
    Download.objects.get(state=DownloadState.QUEUED)


def test_a_file_that_vanished_before_is_left_out_and_named(
    browser: httpx.Client, big: Download, access: Access, library: FilesLibrary
) -> None:
    url = url_of(big, access)
    before = browser.head(url).headers["etag"]
    library.path_of(library.album_assets[0]).unlink()
    answer = browser.get(url)
    files = unpack(answer.content)
    assert b"IMG_0.jpg: is no longer there" in files["MISSING.txt"]
    assert len(files) == 11
    assert answer.headers["etag"] != before
    big.refresh_from_db()
    assert (big.state, big.archive_size) == (DownloadState.READY, len(answer.content))


def test_a_library_that_is_unplugged_loses_nothing(
    browser: httpx.Client, big: Download, access: Access, library: FilesLibrary
) -> None:
    away = library.root.with_name("away")
    library.root.rename(away)
    library.trouble = "The folder is gone."
    answer = browser.get(url_of(big, access))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    away.rename(library.root)
    assert len(unpack(browser.get(url_of(big, access)).content)) == 11


def test_a_file_that_moved_is_found_at_its_new_place(
    browser: httpx.Client, big: Download, access: Access, library: FilesLibrary, tmp_path: Path
) -> None:
    from dataclasses import replace

    url = url_of(big, access)
    whole = browser.get(url).content
    asset = library.album_assets[5]
    moved = library.path_of(asset).rename(tmp_path / "photos" / "moved.jpg")
    library.files[asset.id] = replace(library.files[asset.id], path=moved)
    part = browser.get(url, headers={"range": "bytes=100-"})
    assert part.content == whole[100:]


def test_renditions_cleared_from_the_cache_are_made_again(
    browser: httpx.Client, access: Access, fetch_ready: Fetch, large: Size, library: FilesLibrary
) -> None:
    import shutil

    url = url_of(fetch_ready(size=large), access)
    whole = browser.get(url).content
    shutil.rmtree(library.store.root)
    assert browser.get(url).content == whole


def test_links_in_the_place_of_files_are_not_followed(
    browser: httpx.Client, big: Download, access: Access, library: FilesLibrary, tmp_path: Path
) -> None:
    path = library.path_of(library.album_assets[0])
    real = path.rename(tmp_path / "elsewhere.jpg")
    path.symlink_to(real)
    assert "IMG_0.jpg" not in unpack(browser.get(url_of(big, access)).content)
