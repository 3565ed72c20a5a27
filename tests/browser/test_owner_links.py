"""An owner with many links, in a real browser: as it looks, and as it changes by itself."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.conftest import DESKTOP, PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
LAKE = "2025/Lake weekend"
Visit = Callable[..., Visitor]
both_sizes = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])


@pytest.fixture
def three(make_link: Callable[..., object]) -> str:
    """Three links that share a word; returns the word."""
    word = uuid4().hex[:8]
    for name in ("One", "Two", "Three"):
        make_link("--album", LAKE, "--description", f"{name} {word}")
    return word


def is_as_wide_as_its_window(owner: Visitor) -> bool:
    return owner.page.evaluate("document.documentElement.scrollWidth <= innerWidth") is True


@both_sizes
@pytest.mark.parametrize("view", ["cards", "table"])
def test_many_links_are_chosen_paused_deleted_and_brought_back(
    visit: Visit, three: str, viewport: ViewportSize, view: str
) -> None:
    owner = visit(viewport)
    owner.sign_in()
    owner.goto(f"/?q={three}&view={view}")
    page = owner.page
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(3)
    page.get_by_label(f"Choose One {three}").check()
    expect(page.locator("#bulk .count")).to_have_text("1 chosen")
    page.get_by_role("button", name="All of them").click()
    expect(page.locator("#bulk .count")).to_have_text("3 chosen")
    assert is_as_wide_as_its_window(owner)
    owner.keep(f"owner-many-{view}")
    page.locator("#bulk").get_by_role("button", name="Pause").click()
    expect(page.get_by_text("3 links paused")).to_be_visible()
    expect(rows.get_by_text("Paused", exact=True)).to_have_count(3)
    page.get_by_role("button", name="Undo").click()
    expect(rows.get_by_text("Paused", exact=True)).to_have_count(0)
    page.get_by_label(f"Choose Two {three}").check()
    page.locator("#bulk").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("1 link deleted")).to_be_visible()
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(3)


def test_order_and_state_change_at_once_and_stay_in_the_address(visit: Visit, three: str) -> None:
    owner = visit(DESKTOP)
    owner.sign_in()
    page = owner.page
    page.get_by_label("Search links").fill(three)
    expect(page.locator("[data-row]")).to_have_count(3)
    page.get_by_label("Order").select_option("title")
    expect(page.locator("[data-row]").first).to_contain_text(f"One {three}")
    page.locator("[data-row]", has_text=f"Two {three}").get_by_role("button", name="Pause").click()
    page.locator(".counts").get_by_role("link", name="Paused").click()
    expect(page.locator("[data-row]")).to_have_count(1)
    page.reload()
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.get_by_label("Search links")).to_have_value(three)


@both_sizes
def test_a_visit_shows_without_reload_and_nothing_chosen_is_lost(
    visit: Visit, make_link: Callable[..., object], viewport: ViewportSize
) -> None:
    title, slug = f"Lake {uuid4().hex[:8]}", f"lake-{uuid4().hex[:8]}"
    make_link("--album", LAKE, "--description", title, "--slug", slug)
    owner, guest = visit(viewport), visit(PHONE)
    owner.sign_in()
    row = owner.page.locator("[data-row]", has_text=title)
    expect(row.get_by_text("0 visits")).to_be_visible()
    row.get_by_role("checkbox").check()
    guest.goto(f"/s/{slug}")
    expect(row.get_by_text("1 visit", exact=True)).to_be_visible()
    expect(row.get_by_role("checkbox")).to_be_checked()
    owner.page.get_by_role("button", name="Clear the choice").click()
    other = f"New {uuid4().hex[:8]}"
    owner.page.locator("body").click(position={"x": 5, "y": 300})
    make_link("--album", LAKE, "--description", other)
    expect(owner.page.locator("[data-row]", has_text=other)).to_be_visible()


@both_sizes
def test_the_qr_code_is_shown_and_printed_without_the_rest(
    visit: Visit, three: str, viewport: ViewportSize
) -> None:
    owner = visit(viewport)
    owner.sign_in()
    page = owner.page
    page.get_by_role("link", name=f"QR code of One {three}").click()
    image = page.get_by_role("img", name="QR code that leads to")
    expect(image).to_be_visible()
    assert image.evaluate("image => image.naturalWidth") > 100
    owner.keep("owner-qr")
    page.emulate_media(media="print")
    expect(image).to_be_visible()
    expect(page.get_by_role("link", name="Links")).to_be_hidden()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()


@both_sizes
def test_a_link_for_one_guest_turns_the_second_away_and_tells_the_owner(
    visit: Visit, viewport: ViewportSize
) -> None:
    owner, first, second = visit(viewport), visit(viewport), visit(viewport)
    title, slug = f"Just you {uuid4().hex[:8]}", f"you-{uuid4().hex[:8]}"
    owner.sign_in()
    owner.goto("/albums/")
    page = owner.page
    page.get_by_role("link", name=LAKE).click()
    page.get_by_role("link", name="Share this album").click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Address", exact=True).fill(slug)
    page.get_by_text("More limits").click()
    page.get_by_label("Visitors, at most").fill("1")
    owner.keep("owner-limits")
    page.get_by_role("button", name="Create link").click()
    expect(page.get_by_text("Your link is ready.")).to_be_visible()
    first.goto(f"/s/{slug}")
    expect(first.page.get_by_role("heading", name=title)).to_be_visible()
    expect(first.page.locator("img").first).to_be_visible()
    second.goto(f"/s/{slug}")
    expect(second.page.get_by_text("This link has reached its limit")).to_be_visible()
    second.keep("guest-full")
    first.page.reload()
    expect(first.page.get_by_role("heading", name=title)).to_be_visible()
    page.get_by_role("link", name="Activity").last.click()
    expect(page.get_by_text("Turned away: the limit is reached")).to_be_visible()
    expect(page.get_by_text("Opened")).to_be_visible()
    owner.keep("owner-activity")
    assert is_as_wide_as_its_window(owner)
