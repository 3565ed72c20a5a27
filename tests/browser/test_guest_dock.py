"""The dock in trouble: it says so in words, and goes on by itself."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DESKTOP, PHONE, MadeLink, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
Visit = Callable[..., Visitor]
BUSY = """<section class="dock" hx-ext="sse" data-refresh="/downloads" sse-connect="/events/downloads/gone"
sse-close="done"><header class="dock-head"><h2 class="dock-title" sse-swap="title">Downloading 84 items…</h2>
</header><div class="dock-cards" sse-swap="dock"></div></section>"""


@pytest.fixture(scope="module")
def lake(make_link: Callable[..., MadeLink]) -> MadeLink:
    return make_link("--album", "2025/Lake weekend")


def ask_for(page: Page, size: str) -> None:
    page.get_by_role("button", name="Download", exact=True).first.click()
    page.get_by_label(re.compile(f"^{size}")).check()
    page.locator("#take button[type=submit]").click()


def test_what_the_server_cannot_do_now_is_said_and_done_later(visit: Visit, lake: MadeLink) -> None:
    guest = visit(PHONE)
    guest.goto(lake.url)
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        if route.request.method == "POST" and not refused:
            refused.append(route.request.post_data or "")
            route.fulfill(status=503, body="<h1>One moment</h1>")
        else:
            route.continue_()

    guest.page.route(re.compile(r"/downloads$"), refuse_once)
    ask_for(guest.page, "Originals")
    said = guest.page.locator("#dock [role=alert]")
    expect(said).to_have_text("The server cannot do this right now. Trying again…")
    guest.keep("dock-busy")
    with guest.page.expect_download(timeout=30_000):
        expect(guest.page.locator("#dock h2")).to_contain_text("Ready: Lake weekend.zip")
    expect(said).to_have_count(0)
    guest.complaints[:] = [text for text in guest.complaints if "503" not in text]


def test_a_lost_connection_is_said_and_found_again(
    visit: Visit, make_link: Callable[..., MadeLink]
) -> None:
    guest = visit(DESKTOP)
    guest.goto(make_link("--album", "2025/Lake weekend", "--no-metadata").url)
    page = guest.page
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.get_by_role("button", name="Download", exact=True).first.click()
    page.locator("#take button[type=submit]").click()
    said = page.locator("#dock [role=alert]")
    expect(said).to_have_text("Connection lost. Trying again…")
    guest.keep("dock-lost")
    page.context.set_offline(False)
    expect(page.locator("#dock h2")).to_contain_text(
        re.compile("Downloading|Ready"), timeout=20_000
    )
    expect(said).to_have_count(0)
    guest.complaints.clear()


def test_a_stream_that_breaks_is_said_and_taken_up_again(visit: Visit, lake: MadeLink) -> None:
    guest = visit(DESKTOP)
    page = guest.page
    address = re.compile(r"/downloads$")
    busy = BUSY.replace('/downloads"', f'{urlsplit(lake.url).path}/downloads"', 1)
    page.route(address, lambda route: route.fulfill(body=busy, content_type="text/html"))
    guest.goto(lake.url)
    said = page.locator("#dock [role=alert]")
    expect(said).to_have_text("Connection lost. Trying again…", timeout=15_000)
    expect(page.locator("#dock h2")).to_have_text("Downloading 84 items…")
    guest.keep("dock-stream-lost")
    page.unroute(address)
    expect(page.locator("#dock .dock")).to_have_count(0, timeout=20_000)
    guest.complaints.clear()


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_the_bar_of_the_selection_shows_all_its_words_on_the_smallest_phones(
    visit: Visit, lake: MadeLink, locale: str
) -> None:
    guest = visit({"width": 320, "height": 640}, locale=locale)
    guest.goto(lake.url)
    guest.page.wait_for_load_state("networkidle")
    guest.page.locator("#photo-1 a").focus()
    guest.page.keyboard.press("x")
    bar = guest.page.locator("#selection")
    expect(bar).to_be_visible()
    guest.keep(f"selection-{locale}")
    cut = "parts => parts.filter(part => part.scrollWidth > part.clientWidth + 1).map(part => part.textContent)"
    assert bar.locator("output, .button").evaluate_all(cut) == []
    box = bar.bounding_box()
    assert box
    assert (box["x"] >= 0, box["x"] + box["width"] <= 320) == (True, True)


def test_without_script_everything_is_asked_for_and_saved(visit: Visit, lake: MadeLink) -> None:
    guest = visit(PHONE, scripts=False)
    guest.goto(lake.url)
    page = guest.page
    page.get_by_role("button", name="Download everything").click()
    save = page.get_by_role("link", name="Save")
    expect(save).to_be_visible(timeout=20_000)  # the page looks again by itself
    expect(page.locator("h2")).to_contain_text("Ready: Lake weekend.zip")
    guest.keep("downloads-without-script")
    with page.expect_download() as saving:
        save.click()
    assert saving.value.suggested_filename == "Lake weekend.zip"


def test_a_motion_photo_is_one_file_and_saved_as_it_is(
    visit: Visit, make_link: Callable[..., MadeLink]
) -> None:
    guest = visit(DESKTOP)
    page = guest.page
    guest.goto(make_link("--album", "Ridge walk").url)
    tile = page.locator(".tile.is-live").first
    assert tile.locator("a").get_attribute("data-pair") is not None
    # What the pair lacks then is what a motion photo lacks: a second file.
    tile.locator("a").evaluate("link => link.removeAttribute('data-pair')")
    tile.hover()
    tile.locator(".pick").click()
    with page.expect_download() as saving:
        page.locator("[data-action=take-selection]").click()
    assert saving.value.suggested_filename.lower().endswith((".jpg", ".jpeg", ".heic"))
