"""An owner puts an album together and orders it by mouse, finger, keys and plain buttons."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import CDPSession, Locator, Page, ViewportSize, expect

from tests.browser.axe import barriers
from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.running import ADMIN, PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
LAKE, RIDGE = "2025/Lake weekend", "Ridge walk"
Visit = Callable[..., Visitor]
both_sizes = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])


def make_album(owner: Visitor, count: int = 4) -> str:
    """An album of the lake's first photos, ordered by hand; returns its name."""
    page, name = owner.page, f"Best of {uuid4().hex[:8]}"
    owner.goto("/albums/")
    page.get_by_role("link", name=LAKE).click()
    tick(page, count)
    page.get_by_role("button", name="Put into an album").click()
    page.get_by_label("Name of a new album").fill(name)
    page.get_by_role("button", name="Make album").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    return name


def tick(page: Page, count: int) -> None:
    for number in range(count):
        page.locator(".tile label").nth(number).click()


def order_by_hand(page: Page) -> None:
    page.get_by_text("Name, order, delete").click()
    page.get_by_label("Order").select_option("hand")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def names(page: Page) -> list[str]:
    return [str(tile.get_attribute("data-name")) for tile in page.locator(".tile").all()]


def middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@both_sizes
def test_photos_of_two_albums_make_one_that_guests_see(
    visit: Visit, viewport: ViewportSize
) -> None:
    owner = visit(viewport)
    owner.sign_in()
    page = owner.page
    name = make_album(owner)
    page.get_by_role("link", name="Add photos").first.click()
    expect(page.get_by_text(f"Open an album to choose photos for “{name}”.")).to_be_visible()
    page.get_by_role("link", name=RIDGE).click()
    tick(page, 2)
    page.get_by_role("button", name="Add to the album").click()
    expect(page.get_by_text("2 photos added.")).to_be_visible()
    assert len(names(page)) == 6
    page.get_by_role("link", name="Share this album").click()
    page.get_by_role("button", name="Create link").click()
    expect(page.get_by_text("Your link is ready.")).to_be_visible()
    address = page.get_by_label("Address for your guests").input_value()
    guest = visit(viewport)
    guest.goto(address)
    expect(guest.page.get_by_role("heading", name=name)).to_be_visible()
    expect(guest.page.locator(".tile")).to_have_count(6)
    owner.goto("/albums/")
    expect(page.get_by_role("heading", name="Made here")).to_be_visible()
    owner.keep("owner-portal-albums")


def test_a_photo_is_dragged_by_mouse(visit: Visit) -> None:
    owner = visit(DESKTOP)
    owner.sign_in()
    page = owner.page
    make_album(owner)
    order_by_hand(page)
    before = names(page)
    page.mouse.move(*middle(page.locator(".tile").nth(0)))
    page.mouse.down()
    x, y = middle(page.locator(".tile").nth(2))
    page.mouse.move(x + 30, y, steps=8)
    page.mouse.up()
    expect(page.locator("#moved")).to_have_text(f"{before[0]} is now 3 of 4")
    assert names(page) == [before[1], before[2], before[0], before[3]]
    expect(page.locator(".tile input:checked")).to_have_count(0)
    page.reload()
    assert names(page) == [before[1], before[2], before[0], before[3]]


def test_a_drag_is_given_up_by_escape(visit: Visit) -> None:
    owner = visit(DESKTOP)
    owner.sign_in()
    page = owner.page
    make_album(owner)
    order_by_hand(page)
    before = names(page)
    page.mouse.move(*middle(page.locator(".tile").nth(0)))
    page.mouse.down()
    page.mouse.move(*middle(page.locator(".tile").nth(3)), steps=8)
    expect(page.locator(".ghost")).to_be_visible()
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".ghost")).to_have_count(0)
    page.reload()
    assert names(page) == before


def touch(session: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    at = [{"x": x, "y": y} for x, y in points]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})


def test_a_photo_is_dragged_by_a_finger_on_its_handle(visit: Visit) -> None:
    owner = visit(PHONE)
    owner.sign_in()
    page = owner.page
    make_album(owner)
    order_by_hand(page)
    before = names(page)
    page.locator(".tile").nth(3).scroll_into_view_if_needed()
    finger = page.context.new_cdp_session(page)
    start, end = middle(page.locator(".grip").nth(0)), middle(page.locator(".tile").nth(3))
    touch(finger, "touchStart", start)
    for part in range(1, 9):
        x, y = (one + (two - one) * part / 8 for one, two in zip(start, end, strict=True))
        touch(finger, "touchMove", (x - 20 * part / 8, y))
    touch(finger, "touchEnd")
    expect(page.locator("#moved")).to_have_text(f"{before[0]} is now 3 of 4")
    assert names(page) == [before[1], before[2], before[0], before[3]]
    owner.keep("owner-portal-album-by-hand")


@both_sizes
def test_a_photo_is_moved_by_keys_which_is_said_aloud(visit: Visit, viewport: ViewportSize) -> None:
    owner = visit(viewport)
    owner.sign_in()
    page = owner.page
    make_album(owner)
    order_by_hand(page)
    one, two, three, four = names(page)
    page.get_by_role("button", name=f"Move {one}").focus()
    said = page.locator("#moved")
    for key, number in (("ArrowRight", 2), ("ArrowDown", 3), ("End", 4), ("ArrowLeft", 3)):
        page.keyboard.press(key)
        expect(said).to_have_text(f"{one} is now {number} of 4")
        expect(page.get_by_role("button", name=f"Move {one}")).to_be_focused()
    assert names(page) == [two, three, one, four]
    page.keyboard.press("Home")
    expect(said).to_have_text(f"{one} is now 1 of 4")
    page.reload()
    assert names(page) == [one, two, three, four]


def test_it_all_works_without_script(visit: Visit) -> None:
    owner = visit(PHONE, scripts=False)
    owner.goto("/albums/")
    page = owner.page
    page.get_by_label("Name").fill(ADMIN)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    make_album(owner)
    order_by_hand(page)
    one, two, three, four = names(page)
    page.locator(".tile label").nth(0).click()
    page.get_by_role("button", name="Later").click()
    assert names(page) == [two, one, three, four]
    page.get_by_role("button", name="To the end").click()
    assert names(page) == [two, three, four, one]
    page.get_by_role("button", name="Take out").click()
    expect(page.get_by_text("1 photo taken out of the album.")).to_be_visible()
    assert names(page) == [two, three, four]


@both_sizes
def test_an_album_is_renamed_deleted_and_brought_back(visit: Visit, viewport: ViewportSize) -> None:
    owner = visit(viewport)
    owner.sign_in()
    page = owner.page
    name = make_album(owner)
    page.get_by_text("Name, order, delete").click()
    page.get_by_label("Name", exact=True).fill(f"{name}, renamed")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Name, order, delete").click()
    page.get_by_role("button", name="Delete this album").click()
    expect(page.get_by_text(f"Deleted: {name}, renamed")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name=f"{name}, renamed")).to_be_visible()
    assert len(names(page)) == 4


@both_sizes
def test_axe_finds_nothing_on_these_pages(visit: Visit, viewport: ViewportSize) -> None:
    found: list[str] = []
    owner = visit(viewport)
    owner.sign_in()
    page = owner.page
    name = make_album(owner)
    order_by_hand(page)
    page.get_by_text("Name, order, delete").click()
    tick(page, 1)
    found += barriers(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Add photos").first.click()
    found += barriers(page)
    page.get_by_role("link", name=RIDGE).click()
    tick(page, 1)
    found += barriers(page)
    owner.goto("/albums/put/")
    found += barriers(page)
    page.get_by_label("Name of a new album").fill(f"{name}, empty")
    page.get_by_role("button", name="Make album").click()
    expect(page).to_have_url(re.compile("/albums/made/"))
    found += barriers(page)
    owner.goto("/albums/")
    found += barriers(page)
    assert found == []
