"""A guest's way: open, look, select, take home; and what a closed door says."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.conftest import DESKTOP, PHONE, MadeLink, Visitor
from tests.running import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
LAKE = "2025/Lake weekend"
Visit = Callable[..., Visitor]
MakeLink = Callable[..., MadeLink]
both_sizes = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])


@pytest.fixture(scope="module")
def lake(make_link: MakeLink) -> MadeLink:
    return make_link("--album", LAKE, "--slug", "lake", "--description", "Lake weekend")


@pytest.fixture(scope="module")
def ridge(make_link: MakeLink) -> MadeLink:
    return make_link("--album", "Ridge walk", "--slug", "ridge")


def seen_tiles(page: Page) -> int:
    """How many pictures in view have really been painted."""
    count: int = page.evaluate(
        """() => [...document.querySelectorAll('#grid img')].filter(img => {
            const box = img.getBoundingClientRect();
            return box.bottom > 0 && box.top < innerHeight && img.naturalWidth > 0;
        }).length"""
    )
    return count


@both_sizes
def test_the_album_shows_its_pictures_by_day(
    visit: Visit, lake: MadeLink, viewport: ViewportSize
) -> None:
    guest = visit(viewport)
    guest.goto(lake.url)
    expect(guest.page.get_by_role("heading", name="Lake weekend")).to_be_visible()
    expect(guest.page.get_by_text("84 photos", exact=True)).to_be_visible()
    expect(guest.page.get_by_role("heading", name="Friday, 11 July 2025")).to_be_visible()
    wait_until(lambda: seen_tiles(guest.page) >= 9, 10)
    guest.keep("album")


@both_sizes
def test_scrolling_to_the_end_brings_the_last_day(
    visit: Visit, lake: MadeLink, viewport: ViewportSize
) -> None:
    guest = visit(viewport)
    guest.goto(lake.url)
    guest.page.wait_for_load_state("networkidle")
    guest.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(guest.page.get_by_role("heading", name="Sunday, 13 July 2025")).to_be_visible()
    wait_until(lambda: seen_tiles(guest.page) >= 6, 10)
    guest.keep("album-end")


@both_sizes
def test_a_photo_opens_at_its_own_address_and_back_closes_it(
    visit: Visit, lake: MadeLink, viewport: ViewportSize
) -> None:
    guest = visit(viewport)
    guest.goto(lake.url)
    page = guest.page
    page.locator("#photo-3 a").click()
    page.wait_for_url(re.compile(r"/s/lake/photo/"))
    first = page.url
    page.wait_for_timeout(800)  # the viewer takes no keys while it unfolds
    page.keyboard.press("ArrowRight")
    expect(page.locator(".pswp .place")).to_have_text("4 of 84")
    wait_until(lambda: "/photo/" in page.url and page.url != first, 10)
    guest.keep("viewer")
    page.keyboard.press("i")
    expect(page.locator(".viewer-info")).to_contain_text("Test camera")
    guest.keep("viewer-info")
    page.go_back()
    expect(page.locator(".pswp")).to_have_count(0)
    assert re.search(r"/s/lake/?$", page.url)


def test_the_address_of_a_photo_opens_that_photo(visit: Visit, lake: MadeLink) -> None:
    guest = visit()
    guest.goto(lake.url)
    address = guest.page.locator("#photo-2 a").get_attribute("href")
    assert address
    guest.goto(address)
    expect(guest.page.get_by_text("2 of 84")).to_be_visible()
    guest.page.wait_for_load_state("networkidle")
    width = guest.page.evaluate(
        "Math.max(...[...document.images].map(image => image.naturalWidth))"
    )
    assert width >= 1000
    guest.keep("photo-page")


def test_a_video_plays_and_seeks(visit: Visit, ridge: MadeLink) -> None:
    guest = visit()
    guest.goto(ridge.url)
    guest.page.locator(".tile.is-video a").first.click()
    video = guest.page.locator(".pswp video").first
    expect(video).to_be_visible()
    position = video.evaluate(
        """async video => {
            if (video.readyState < 1) await new Promise(done => video.onloadedmetadata = done);
            video.muted = true;
            video.currentTime = video.duration * 0.6;
            await new Promise(done => video.onseeked = done);
            return video.currentTime / video.duration;
        }"""
    )
    assert 0.5 < position < 0.7
    guest.keep("viewer-video")


def test_a_live_photo_moves_when_asked(visit: Visit, ridge: MadeLink) -> None:
    guest = visit()
    guest.goto(ridge.url)
    tile = guest.page.locator(".tile.is-live").first
    expect(tile).to_be_visible()
    tile.locator("a").click()
    guest.page.get_by_role("button", name="Play live photo").click()
    moved = "[...document.querySelectorAll('.pswp video')].some(video => video.currentTime > 0.1)"
    wait_until(lambda: guest.page.evaluate(moved), 10)


@both_sizes
def test_chosen_photos_come_as_an_archive_with_progress(
    visit: Visit, lake: MadeLink, viewport: ViewportSize, photos: Path, tmp_path: Path
) -> None:
    guest = visit(viewport)
    guest.goto(lake.url)
    page = guest.page
    choose(page, 1, viewport)
    choose(page, 2, viewport)
    page.locator("#photo-5 .pick").click(modifiers=["Shift"])
    expect(page.locator("#selection output")).to_have_text("5 selected")
    guest.keep("selection")
    page.get_by_role("toolbar", name="Selection").get_by_role("button", name="Download").click()
    guest.keep("take")
    with page.expect_download(timeout=20_000) as saving:
        page.locator("#take button[type=submit]").click()
    expect(page.locator("#dock")).to_contain_text("Ready: Lake weekend.zip")
    guest.keep("dock")
    saved = tmp_path / saving.value.suggested_filename
    saving.value.save_as(saved)
    with zipfile.ZipFile(saved) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 5
        for name in archive.namelist():
            assert archive.read(name) == (photos / LAKE / name).read_bytes()


def choose(page: Page, number: int, viewport: ViewportSize) -> None:
    """Tick a tile: by its circle, or with a finger that stays."""
    tile = page.locator(f"#photo-{number}")
    if viewport is PHONE and number == 1:
        press_long(page, tile)
    else:
        tile.locator(".pick").click()


def press_long(page: Page, tile: Locator) -> None:
    box = tile.bounding_box()
    assert box
    finger = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    touch = page.context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [finger]})
    page.wait_for_timeout(900)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_large_download_shows_its_progress_and_survives_a_reload(
    visit: Visit, lake: MadeLink
) -> None:
    guest = visit()
    guest.goto(lake.url)
    page = guest.page
    page.get_by_role("button", name="Download", exact=True).first.click()
    page.get_by_label(re.compile("^Large")).check()
    page.locator("#take button[type=submit]").click()
    expect(page.locator("#dock progress").first).to_be_visible()
    expect(page.locator("#dock")).to_contain_text(re.compile(r"\d+ of 84 items"))
    guest.keep("dock-progress")
    page.reload()
    expect(page.locator("#dock")).to_contain_text(
        re.compile(r"of 84 items|Ready: Lake weekend.zip"), timeout=10_000
    )
    expect(page.locator("#dock")).to_contain_text("Ready: Lake weekend.zip", timeout=90_000)


def test_one_chosen_photo_comes_as_it_is(
    visit: Visit, lake: MadeLink, photos: Path, tmp_path: Path
) -> None:
    guest = visit()
    guest.goto(lake.url)
    guest.page.locator("#photo-4").hover()
    guest.page.locator("#photo-4 .pick").click()
    with guest.page.expect_download() as saving:
        guest.page.get_by_role("toolbar", name="Selection").get_by_role(
            "button", name="Download"
        ).click()
    saving.value.save_as(tmp_path / "one")
    name = saving.value.suggested_filename
    assert (tmp_path / "one").read_bytes() == (photos / LAKE / name).read_bytes()


@both_sizes
def test_a_locked_link_asks_for_its_password(
    visit: Visit, make_link: MakeLink, viewport: ViewportSize
) -> None:
    link = make_link("--album", LAKE, "--password", "swordfish", "--description", "Secret lake")
    guest = visit(viewport)
    guest.goto(link.url)
    page = guest.page
    expect(page.get_by_text("This album is protected.")).to_be_visible()
    assert "Secret" not in page.content()
    assert page.locator("img").count() == 0
    guest.keep("locked")
    page.get_by_label("Please enter the password.").fill("haddock")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("alert")).to_be_visible()
    guest.keep("locked-wrong")
    page.get_by_label("Please enter the password.").fill("swordfish")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", name="Secret lake")).to_be_visible()
    wait_until(lambda: seen_tiles(page) >= 6, 10)
    other = visit(viewport)
    picture = page.locator("#grid img").first.get_attribute("src")
    assert picture
    answer = other.page.request.get(other.url + picture)
    assert answer.status == 404


@both_sizes
def test_an_expired_link_says_so(visit: Visit, make_link: MakeLink, viewport: ViewportSize) -> None:
    link = make_link("--album", LAKE, "--expires", "1s")
    guest = visit(viewport)
    guest.page.wait_for_timeout(1200)
    guest.goto(link.url)
    expect(guest.page.get_by_role("heading", name="This link has expired")).to_be_visible()
    expect(guest.page.get_by_text("Ask the person who sent it for a new one.")).to_be_visible()
    guest.keep("expired")


@both_sizes
def test_without_scripts_one_looks_pages_and_saves(
    visit: Visit, lake: MadeLink, viewport: ViewportSize, tmp_path: Path
) -> None:
    guest = visit(viewport, scripts=False)
    guest.goto(lake.url)
    page = guest.page
    expect(page.locator("#grid .tile").first).to_be_visible()
    guest.keep("album-plain")
    page.get_by_role("link", name="Next photos").click()
    page.locator("#grid .tile a").last.click()
    expect(page.get_by_text("84 of 84")).to_be_visible()
    guest.keep("photo-plain")
    with page.expect_download() as saving:
        page.get_by_role("link", name="Download").click()
    saving.value.save_as(tmp_path / "photo")
    assert saving.value.suggested_filename == "DSC_0083.jpg"


def test_the_theme_can_be_switched(visit: Visit, lake: MadeLink) -> None:
    guest = visit()
    guest.goto(lake.url)
    guest.page.get_by_role("button", name="Dark or light").click()
    assert guest.page.locator("html").get_attribute("data-theme") == "dark"
    guest.page.reload()
    assert guest.page.locator("html").get_attribute("data-theme") == "dark"
    guest.keep("album-dark")
