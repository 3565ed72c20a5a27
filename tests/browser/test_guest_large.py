"""An album of 20,000 photos: its page stays small and its scrollbar honest, and all can be chosen."""

import json
import re
from collections.abc import Callable
from io import BytesIO
from urllib.parse import parse_qs

import pytest
from PIL import Image
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.running import RunningLoggia, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
COUNT = 20_000
MOST_IN_DOCUMENT = 150
Visit = Callable[..., Visitor]
both_sizes = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
WRITE = f"from bench.pages import write_album; write_album({COUNT})"


@pytest.fixture(scope="module")
def address(
    start_loggia: Callable[..., RunningLoggia], tmp_path_factory: pytest.TempPathFactory
) -> str:
    """A link to 20,000 rows of an index; of their files there is none."""
    empty = tmp_path_factory.mktemp("nothing")
    loggia = start_loggia(photos=empty, LOGGIA_SCAN_INTERVAL="1h")
    loggia.manage("shell", "--no-imports", "-c", WRITE)
    made = loggia.manage("link", "create", "--album", f"{COUNT} photos", "--json")
    return str(json.loads(made)["url"])


@pytest.fixture
def arrive(visit: Visit, address: str) -> Callable[[ViewportSize], Visitor]:
    def open_album(viewport: ViewportSize) -> Visitor:
        guest = visit(viewport)
        picture = BytesIO()
        Image.new("RGB", (20, 15), "teal").save(picture, "PNG")
        answer = {"body": picture.getvalue(), "content_type": "image/png"}
        guest.page.route("**/media/**", lambda route: route.fulfill(**answer))
        guest.goto(address)
        expect(guest.page.locator(".scrubber")).to_be_attached(timeout=20_000)
        return guest

    return open_album


def height(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollHeight"))


@both_sizes
def test_the_scrollbar_is_honest_and_the_document_small(
    arrive: Callable[[ViewportSize], Visitor], viewport: ViewportSize
) -> None:
    guest = arrive(viewport)
    page = guest.page
    at_first = height(page)
    for share in (0.2, 0.5, 0.8, 1):
        page.evaluate("share => scrollTo(0, document.documentElement.scrollHeight * share)", share)
        wait_until(lambda: page.locator(".tile[data-id]").count() >= 3, 10)
        assert page.locator(".tile").count() < MOST_IN_DOCUMENT
    expect(page.locator(f"#photo-{COUNT}[data-id]")).to_be_attached()
    assert height(page) == at_first
    guest.keep("large-end")


@both_sizes
def test_months_are_reached_by_keyboard_and_told_to_screen_readers(
    arrive: Callable[[ViewportSize], Visitor], viewport: ViewportSize
) -> None:
    guest = arrive(viewport)
    page = guest.page
    months = page.get_by_role("slider", name="Go to a month")
    months.focus()
    expect(months).to_have_attribute("aria-valuetext", "July 2025")
    said = {"ArrowDown": "August 2025", "ArrowUp": "July 2025", "End": "October 2025"}
    for key, words in said.items():
        page.keyboard.press(key)
        expect(months).to_have_attribute("aria-valuetext", words)
    guest.keep("large-months")
    page.keyboard.press("Home")
    expect(page.locator("#photo-1[data-id]")).to_be_visible()


def test_dragging_along_the_edge_leads_through_the_months(
    arrive: Callable[[ViewportSize], Visitor],
) -> None:
    page = arrive(DESKTOP).page
    edge = page.get_by_role("slider", name="Go to a month")
    box = edge.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    expect(edge).to_have_attribute("aria-valuetext", "August 2025")
    wait_until(lambda: page.locator(".tile[data-id]").count() >= 5, 10)


@both_sizes
def test_a_range_over_what_is_not_loaded_is_taken_whole(
    arrive: Callable[[ViewportSize], Visitor], viewport: ViewportSize
) -> None:
    guest = arrive(viewport)
    page = guest.page
    chosen = page.locator("#selection output")
    expect(page.locator(".pick-day").first).to_be_attached()  # from then on keys are listened to
    page.locator("#photo-1 a").focus()
    page.keyboard.press("x")
    expect(chosen).to_have_text("1 selected")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.locator(f"#photo-{COUNT - 2} .pick").click(modifiers=["Shift"])
    expect(chosen).to_have_text("19,998 selected")
    guest.keep("large-selection")
    page.get_by_role("toolbar", name="Selection").get_by_role("button", name="Download").click()
    with page.expect_request(re.compile("/downloads$"), timeout=30_000) as asking:
        page.locator("#take button[type=submit]").click()
    form = parse_qs(asking.value.post_data or "")
    assert form["what"] == ["selection"]
    assert len(set(form["assets"][0].split(","))) == COUNT - 2


def test_a_whole_day_is_chosen_at_once_whatever_of_it_is_loaded(
    arrive: Callable[[ViewportSize], Visitor],
) -> None:
    page = arrive(DESKTOP).page
    day = page.get_by_role("button", name="Select all of Tuesday, 1 July 2025")
    day.click()
    expect(page.locator("#selection output")).to_have_text("103 selected")
    day.click()
    expect(page.locator("#selection")).to_be_hidden()


def test_everything_chosen_is_asked_for_as_everything(
    arrive: Callable[[ViewportSize], Visitor],
) -> None:
    page = arrive(DESKTOP).page
    page.locator("#photo-1 a").focus()
    page.keyboard.press("x")
    page.get_by_role("button", name="Select all", exact=True).click()
    expect(page.locator("#selection output")).to_have_text("20,000 selected")
    page.get_by_role("toolbar", name="Selection").get_by_role("button", name="Download").click()
    with page.expect_request(re.compile("/downloads$")) as asking:
        page.locator("#take button[type=submit]").click()
    assert parse_qs(asking.value.post_data or "")["what"] == ["all"]
