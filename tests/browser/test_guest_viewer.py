"""The viewer at work: slideshow, keys, sharing as files, live photos."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, ViewportSize, expect

from tests.browser.conftest import DESKTOP, PHONE, MadeLink, Visitor
from tests.browser.device import DEVICE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
LAKE = "2025/Lake weekend"
Visit = Callable[..., Visitor]
MakeLink = Callable[..., MadeLink]
both_sizes = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])


@pytest.fixture(scope="module")
def lake(make_link: MakeLink) -> MadeLink:
    return make_link("--album", LAKE, "--slug", "lake-viewer", "--description", "Lake weekend")


@pytest.fixture(scope="module")
def ridge(make_link: MakeLink) -> MadeLink:
    return make_link("--album", "Ridge walk", "--slug", "ridge-viewer")


@pytest.fixture
def arrive(visit: Visit) -> Callable[..., Visitor]:
    """Open a link on a device with a share sheet: ``arrive(link, PHONE)``."""

    def open_link(link: MadeLink, viewport: ViewportSize = DESKTOP) -> Visitor:
        guest = visit(viewport)
        guest.page.add_init_script(DEVICE)
        guest.goto(link.url)
        guest.page.wait_for_load_state("networkidle")
        return guest

    return open_link


def place(page: Page, number: int, within: float = 15_000) -> None:
    expect(page.locator(".pswp .place")).to_have_text(
        re.compile(rf"^{number} of \d+$"), timeout=within
    )


def hurry(page: Page) -> None:
    page.get_by_role("combobox", name="Seconds per photo").select_option("3")


@both_sizes
def test_a_slideshow_goes_on_by_itself_until_it_is_touched(
    arrive: Callable[..., Visitor], lake: MadeLink, viewport: ViewportSize
) -> None:
    guest = arrive(lake, viewport)
    page = guest.page
    page.get_by_role("button", name="Slideshow").click()
    hurry(page)
    place(page, 2)
    place(page, 3)
    expect(page.locator(".pswp")).to_have_class(re.compile(r"\bidle\b"))
    guest.keep("slideshow")
    page.mouse.click(viewport["width"] / 2, viewport["height"] / 2)
    expect(page.locator(".pswp").get_by_role("button", name="Slideshow")).to_be_visible()
    guest.keep("slideshow-paused")
    shown = page.locator(".pswp .place").inner_text()
    page.wait_for_timeout(3_600)
    expect(page.locator(".pswp .place")).to_have_text(shown)
    assert page.evaluate("locks") == ["held", "released"]
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause the slideshow")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".pswp.slideshow")).to_have_count(0)
    page.go_back()
    expect(page.locator(".pswp")).to_have_count(0)


def test_a_slideshow_plays_videos_through_and_begins_anew_at_the_end(
    arrive: Callable[..., Visitor], ridge: MadeLink
) -> None:
    page = arrive(ridge).page
    video = page.locator(".tile.is-video").first
    number = int((video.get_attribute("id") or "").removeprefix("photo-"))
    total = page.locator(".tile").count()
    video.locator("a").click()
    page.wait_for_timeout(800)
    page.keyboard.press("s")
    hurry(page)
    place(page, number % total + 1, 30_000)
    played = page.evaluate(
        "[...document.querySelectorAll('.pswp video')].some(video => video.ended)"
    )
    assert played
    page.keyboard.press("Escape")
    page.locator(f"#photo-{total} a").click()
    page.wait_for_timeout(800)
    page.keyboard.press("s")
    place(page, 1, 30_000)


def test_a_slideshow_cuts_plainly_where_motion_is_unwanted(visit: Visit, ridge: MadeLink) -> None:
    guest = visit()
    guest.page.emulate_media(reduced_motion="reduce")
    guest.goto(ridge.url)
    guest.page.get_by_role("button", name="Slideshow").click()
    hurry(guest.page)
    guest.page.evaluate(
        """() => new MutationObserver(found => found.forEach(({ addedNodes }) =>
            [...addedNodes].forEach(node => { if (node.className === 'slideshow-ghost')
                window.faded = true; })))
            .observe(document.body, { childList: true, subtree: true })"""
    )
    place(guest.page, 2)
    assert not guest.page.evaluate("window.faded")


@both_sizes
def test_the_list_of_keys_opens_and_closes_over_everything(
    arrive: Callable[..., Visitor], lake: MadeLink, viewport: ViewportSize
) -> None:
    guest = arrive(lake, viewport)
    page = guest.page
    keys = page.get_by_role("dialog", name="Keys")
    page.keyboard.press("?")
    expect(keys).to_be_visible()
    guest.keep("keys")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.locator("#photo-2 a").click()
    page.wait_for_timeout(800)
    page.keyboard.press("?")
    expect(keys).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    place(page, 2)


def test_arrow_keys_lead_through_the_grid_and_x_selects(
    arrive: Callable[..., Visitor], lake: MadeLink
) -> None:
    page = arrive(lake).page
    page.locator("#photo-1 a").focus()
    page.keyboard.press("x")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#photo-2 a")).to_be_focused()
    page.keyboard.press("ArrowDown")
    below = page.evaluate("document.activeElement.closest('.tile').getBoundingClientRect().top")
    assert below > page.locator("#photo-2").bounding_box()["y"]  # type: ignore[index]
    page.keyboard.press("ArrowUp")
    expect(page.locator("#photo-2 a")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+X")
    expect(page.locator("#selection output")).to_have_text("3 selected")
    page.keyboard.press("Escape")
    expect(page.locator("#selection")).to_be_hidden()


def test_a_photo_ticked_before_its_script_has_come_is_ticked(visit: Visit, lake: MadeLink) -> None:
    page = visit().page

    def late(route: Route) -> None:
        page.wait_for_timeout(1_500)
        route.continue_()

    page.route(re.compile(r"/selection\.\w+\.js"), late)
    page.goto(lake.url, wait_until="domcontentloaded")
    page.locator("#photo-2 .pick").click()
    page.locator("#photo-4 .pick").click(modifiers=["Shift"])
    expect(page.locator("#selection output")).to_have_text("3 selected")


@both_sizes
def test_chosen_photos_are_fetched_then_shared_by_a_second_tap(
    arrive: Callable[..., Visitor], lake: MadeLink, viewport: ViewportSize, photos: Path
) -> None:
    guest = arrive(lake, viewport)
    page = guest.page
    page.locator("#photo-1 a").focus()
    page.keyboard.press("x")
    page.locator("#photo-3 .pick").click(modifiers=["Shift"])
    page.get_by_role("toolbar", name="Selection").get_by_role("button", name="Share").click()
    second = page.get_by_role("button", name="Share 3 photos")
    expect(second).to_be_enabled()
    guest.keep("share")
    assert page.evaluate("shared") == []
    second.click()
    expect(page.locator("#selection")).to_be_hidden()
    names = [f"DSC_{number:04}.jpg" for number in range(3)]
    sizes = [(photos / LAKE / name).stat().st_size for name in names]
    expected = [[name, "image/jpeg", size] for name, size in zip(names, sizes, strict=True)]
    assert page.evaluate("shared") == [expected]


@both_sizes
def test_more_than_the_browser_shares_is_refused_in_words(
    arrive: Callable[..., Visitor], lake: MadeLink, viewport: ViewportSize
) -> None:
    guest = arrive(lake, viewport)
    page = guest.page
    page.locator("#photo-1 a").focus()
    page.keyboard.press("x")
    page.locator("#photo-11 .pick").click(modifiers=["Shift"])
    page.get_by_role("toolbar", name="Selection").get_by_role("button", name="Share").click()
    expect(page.get_by_text("This browser shares up to 10 photos at once.")).to_be_visible()
    guest.keep("share-too-many")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#selection output")).to_have_text("11 selected")


def test_a_kind_the_share_sheet_refuses_is_said_so(
    arrive: Callable[..., Visitor], ridge: MadeLink
) -> None:
    page = arrive(ridge).page
    page.evaluate(
        "() => { navigator.canShare = ({ files }) => files.every(({ type }) =>"
        " type === 'image/jpeg'); }"
    )
    page.locator(".tile.is-video a").click()
    page.locator(".pswp").get_by_role("button", name="Share").click()
    expect(page.get_by_text("Of a kind this browser does not share: 1.")).to_be_visible()


def test_a_photo_that_cannot_be_fetched_is_said_so(
    arrive: Callable[..., Visitor], lake: MadeLink
) -> None:
    guest = arrive(lake)
    page = guest.page
    page.locator("#photo-2 a").click()
    page.route(re.compile("/media/.*(original|large)/"), lambda route: route.abort())
    page.locator(".pswp").get_by_role("button", name="Share").click()
    expect(page.get_by_text("Could not be fetched: 1.")).to_be_visible()
    page.unroute_all()
    guest.complaints.clear()  # of the connection that was cut on purpose


def test_without_a_share_sheet_nothing_offers_one(visit: Visit, lake: MadeLink) -> None:
    guest = visit()
    guest.goto(lake.url)
    page = guest.page
    page.wait_for_load_state("networkidle")
    page.locator("#photo-1 a").focus()
    page.keyboard.press("x")
    expect(page.locator("#selection")).to_be_visible()
    expect(page.get_by_role("button", name="Share")).to_have_count(0)
    page.keyboard.press("Escape")
    page.locator("#photo-1 a").click()
    place(page, 1)
    expect(page.get_by_role("button", name="Share")).to_have_count(0)


def test_a_live_photo_moves_under_the_pointer_and_a_staying_finger(
    arrive: Callable[..., Visitor], ridge: MadeLink
) -> None:
    page = arrive(ridge).page
    tile = page.locator(".tile.is-live").first
    tile.hover()
    expect(tile.locator("video")).to_have_count(1)
    page.mouse.move(2, 2)
    expect(tile.locator("video")).to_have_count(0)
    phone = arrive(ridge, PHONE).page
    phone.locator(".tile.is-live a").first.click()
    place(phone, 1)
    phone.wait_for_timeout(600)
    touch = phone.context.new_cdp_session(phone)
    finger = {"x": 195, "y": 400}
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [finger]})
    expect(phone.locator(".live-video")).to_have_count(1)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
