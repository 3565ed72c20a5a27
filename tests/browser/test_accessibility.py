"""axe-core finds nothing on any page, on a phone and a desktop, light and dark."""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.axe import barriers
from tests.browser.conftest import DESKTOP, PHONE, MadeLink, Visitor, paint
from tests.running import RunningLoggia

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
LAKE = "2025/Lake weekend"
Visit = Callable[..., Visitor]
MakeLink = Callable[..., MadeLink]
both_sizes = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])


@pytest.fixture(scope="module")
def lake(make_link: MakeLink) -> MadeLink:
    return make_link("--album", LAKE, "--description", "Lake weekend", "--expires", "30d")


@pytest.fixture(scope="module")
def ridge(make_link: MakeLink) -> MadeLink:
    return make_link("--album", "Ridge walk")


@pytest.fixture(scope="module")
def emptied(loggia: RunningLoggia, photos: Path, make_link: MakeLink) -> MadeLink:
    """A link to an album whose only photo is gone."""
    folder = photos / "Soon empty"
    folder.mkdir()
    paint(folder / "only.jpg", 5)
    loggia.manage("scan")
    link = make_link("--album", "Soon empty")
    (folder / "only.jpg").unlink()
    folder.rmdir()
    loggia.manage("scan")
    return link


def settle(page: Page) -> Page:
    page.wait_for_load_state("networkidle")
    return page


@both_sizes
def test_the_album_and_what_opens_over_it(
    visit: Visit, lake: MadeLink, viewport: ViewportSize
) -> None:
    found: list[str] = []
    guest = visit(viewport)
    guest.goto(lake.url)
    page = settle(guest.page)
    found += barriers(page)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    found += barriers(page)
    page.keyboard.press("Escape")
    page.locator("#photo-3 .pick").dispatch_event("click")
    expect(page.locator("#selection")).to_be_visible()
    found += barriers(page)
    page.locator("[data-action=take-selection]").click()
    page.wait_for_timeout(300)
    page.keyboard.press("Escape")
    page.locator(".bar [data-action=take]").click()
    expect(page.locator("#take")).to_be_visible()
    found += barriers(page)
    page.locator("#take button[type=submit]").click()
    expect(page.locator("#dock .dock")).to_be_visible()
    found += barriers(page)
    assert found == []


@both_sizes
def test_the_viewer_and_its_panel(visit: Visit, ridge: MadeLink, viewport: ViewportSize) -> None:
    found: list[str] = []
    guest = visit(viewport)
    guest.goto(ridge.url)
    page = settle(guest.page)
    page.locator(".tile:not(.is-video):not(.is-live) a").first.click()
    expect(page.locator(".pswp--open .viewer-bar")).to_be_visible()
    settle(page)
    found += barriers(page)
    page.keyboard.press("i")
    expect(page.locator(".viewer-info dl")).to_be_visible()
    found += barriers(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".pswp")).to_have_count(0)
    page.locator(".tile.is-video a").first.click()
    expect(page.locator(".pswp video")).to_be_visible()
    found += barriers(page)
    assert found == []


@both_sizes
def test_a_photo_s_own_page(visit: Visit, ridge: MadeLink, viewport: ViewportSize) -> None:
    found: list[str] = []
    guest = visit(viewport)
    guest.goto(ridge.url)
    addresses = [
        guest.page.locator(f".tile.{kind} a").first.get_attribute("href")
        for kind in ("is-live", "is-video")
    ]
    for address in addresses:
        assert address
        guest.goto(address)
        found += barriers(settle(guest.page))
    assert found == []


@both_sizes
def test_closed_doors_and_empty_rooms(
    visit: Visit,
    loggia: RunningLoggia,
    make_link: MakeLink,
    emptied: MadeLink,
    viewport: ViewportSize,
) -> None:
    found: list[str] = []
    guest = visit(viewport)
    locked = make_link("--album", LAKE, "--password", "swordfish")
    guest.goto(locked.url)
    found += barriers(settle(guest.page))
    guest.page.locator("input[type=password]").fill("tuna")
    guest.page.keyboard.press("Enter")
    expect(guest.page.get_by_role("alert")).to_be_visible()
    found += barriers(settle(guest.page))
    loggia.manage("link", "revoke", locked.id)
    for address in (locked.url, "/share/never-heard-of", "/nowhere", emptied.url):
        guest.goto(address)
        found += barriers(settle(guest.page))
    guest.goto(f"{emptied.url}/downloads")
    found += barriers(settle(guest.page))
    assert found == []


@both_sizes
def test_signing_in(visit: Visit, viewport: ViewportSize) -> None:
    found: list[str] = []
    owner = visit(viewport)
    owner.goto("/login/")
    found += barriers(settle(owner.page))
    owner.page.get_by_label("Name").fill("nobody")
    owner.page.get_by_label("Password").fill(uuid4().hex)
    owner.page.keyboard.press("Enter")
    expect(owner.page.get_by_role("alert")).to_be_visible()
    found += barriers(settle(owner.page))
    assert found == []


@both_sizes
def test_the_owner_s_lists(visit: Visit, lake: MadeLink, viewport: ViewportSize) -> None:
    found: list[str] = []
    owner = visit(viewport)
    owner.sign_in()
    for address in (
        "/",
        "/?q=nothing-like-it",
        "/albums/",
        "/albums/?q=none",
        "/activity/",
        "/review/",
    ):
        owner.goto(address)
        found += barriers(settle(owner.page))
    owner.goto("/status/")
    expect(owner.page.get_by_role("heading", name="Library")).to_be_visible()
    found += barriers(owner.page)
    assert found == []


@both_sizes
def test_choosing_making_and_changing(visit: Visit, lake: MadeLink, viewport: ViewportSize) -> None:
    found: list[str] = []
    owner = visit(viewport)
    owner.sign_in()
    page = owner.page
    owner.goto("/albums/")
    page.get_by_role("link", name=re.compile("Lake weekend")).click()
    page.locator("input[name=photo]").nth(1).dispatch_event("click")
    found += barriers(settle(page))
    page.get_by_role("link", name="Share this album").click()
    page.get_by_label("Title").wait_for()
    found += barriers(settle(page))
    page.get_by_label("Address", exact=True).fill("no spaces")
    page.get_by_role("button", name="Create link").click()
    expect(page.get_by_text("Please look at the marked fields.")).to_be_visible()
    found += barriers(settle(page))
    owner.goto(f"/links/{UUID(lake.id)}/")
    found += barriers(settle(page))
    assert found == []
