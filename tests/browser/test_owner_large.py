"""An owner with very much of everything: pages stay small, scrollbars honest, and all is reached."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.browser.large import ALBUMS, LINKS, PHOTOS
from tests.running import RunningLoggia, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
MOST_ROWS = 300  # in the document at a time
MOST_TILES = 1_300
DAY_IN_THE_MIDDLE = """() => {
    const { day, count } = document.elementFromPoint(innerWidth / 2, innerHeight / 2).closest(".day").dataset;
    return [day, count];
}"""
Visit = Callable[..., Visitor]
both_sizes = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])


@pytest.fixture(scope="module")
def loggia(
    start_loggia: Callable[..., RunningLoggia], tmp_path_factory: pytest.TempPathFactory
) -> RunningLoggia:
    """A portal of its own with 5,000 links, 20,000 albums and an album of 20,000 photos."""
    empty = tmp_path_factory.mktemp("nothing")
    running = start_loggia(photos=empty, LOGGIA_SCAN_INTERVAL="1h")
    write = "from tests.browser.large import write_all; write_all()"
    running.manage("shell", "--no-imports", "-c", write)
    return running


@pytest.fixture
def arrive(visit: Visit) -> Callable[[ViewportSize, str], Visitor]:
    """An owner, signed in, at an address; every picture is the same small one."""

    def come(viewport: ViewportSize, address: str) -> Visitor:
        owner = visit(viewport)
        paint_all(owner.page)
        owner.sign_in()
        owner.goto(address)
        owner.page.wait_for_load_state("networkidle")
        return owner

    return come


def paint_all(page: Page) -> None:
    picture = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "PNG")
    answer = {"body": picture.getvalue(), "content_type": "image/png"}
    page.route("**/media/**", lambda route: route.fulfill(**answer))


Arrive = Callable[[ViewportSize, str], Visitor]


def height(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollHeight"))


def go_to(page: Page, share: float) -> None:
    """Leap to a place of the scrollbar, from 0 to 1."""
    page.evaluate("share => scrollTo(0, document.documentElement.scrollHeight * share)", share)


def is_filled(page: Page, row: str) -> bool:
    """Whether a row stands half-way down the window; not where two columns meet."""
    js = """row => [0.45, 0.5, 0.55].some(at =>
        document.elementFromPoint(innerWidth * 0.3, innerHeight * at)?.closest(row))"""
    return page.evaluate(js, row) is True


def asks(page: Page, path: str) -> list[str]:
    """The addresses asked for from now on that look like this."""
    found: list[str] = []
    page.on("request", lambda one: found.append(one.url) if re.search(path, one.url) else None)
    return found


@both_sizes
@pytest.mark.parametrize("view", ["cards", "table"])
def test_five_thousand_links_have_an_honest_scrollbar_and_few_rows(
    arrive: Arrive, viewport: ViewportSize, view: str
) -> None:
    owner = arrive(viewport, f"/?view={view}&sort=title")
    page = owner.page
    rows, at_first, asked = page.locator("[data-row]"), height(page), asks(page, r"start=\d+")
    for share in (0.1, 0.4, 0.7, 0.95):
        go_to(page, share)
        wait_until(lambda: is_filled(page, "[data-row]"), 30)
        assert rows.count() <= MOST_ROWS
    go_to(page, 1)
    expect(page.get_by_role("link", name="Link 999", exact=True)).to_be_visible(timeout=30_000)
    assert abs(height(page) / at_first - 1) < 0.1
    assert len(asked) <= 8
    owner.keep(f"owner-large-links-{view}")


def test_links_far_down_are_chosen_paused_and_turned_on_where_one_looks(arrive: Arrive) -> None:
    page = arrive(DESKTOP, "/?view=cards").page
    page.get_by_label(f"Choose Link {LINKS}", exact=True).check()
    go_to(page, 0.5)
    wait_until(lambda: is_filled(page, "[data-row]"), 30)
    middle = page.locator("[data-row]").nth(70)
    name = middle.locator("h2").inner_text()
    middle.get_by_role("checkbox").check()
    expect(page.locator("#bulk .count")).to_have_text("2 chosen")
    at = page.evaluate("scrollY")
    page.locator("#bulk").get_by_role("button", name="Pause").click()
    expect(page.get_by_text("2 links paused")).to_be_visible(timeout=20_000)
    row = page.locator("[data-row]", has=page.get_by_role("heading", name=name, exact=True))
    expect(row.get_by_text("Paused", exact=True)).to_be_visible(timeout=20_000)
    assert abs(page.evaluate("scrollY") - at) < 300
    page.get_by_role("button", name="Undo").click()
    expect(row.get_by_text("Paused", exact=True)).to_have_count(0, timeout=20_000)


def test_all_five_thousand_are_paused_and_turned_on_again(arrive: Arrive) -> None:
    page = arrive(DESKTOP, "/?view=table").page
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="All of them").click()
    expect(page.locator("#bulk .count")).to_have_text("5,000 chosen")
    page.locator("#bulk").get_by_role("button", name="Pause").click()
    expect(page.get_by_text("5,000 links paused")).to_be_visible(timeout=20_000)
    expect(page.locator("[data-row]").first.get_by_text("Paused", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".counts").get_by_text("Paused")).to_have_count(0, timeout=20_000)


def test_a_visit_shows_among_five_thousand_and_asks_for_little(
    arrive: Arrive, visit: Visit
) -> None:
    page = arrive(DESKTOP, "/?view=cards&sort=title").page
    go_to(page, 1)
    row = page.locator("[data-row]", has_text="Link 999")
    expect(row.get_by_text("999 visits")).to_be_visible()
    asked = asks(page, r"start=\d+")
    guest = visit(PHONE)
    paint_all(guest.page)
    guest.goto("/s/link-999")
    expect(row.get_by_text("1,000 visits")).to_be_visible(timeout=20_000)
    assert 1 <= len(asked) <= 3
    page.get_by_label("Search links").fill("Link 4999")
    expect(page.locator("[data-row]")).to_have_count(1, timeout=20_000)


@pytest.fixture
def at_photos(arrive: Arrive) -> Callable[[ViewportSize], Visitor]:
    """An owner who chooses from the album of 20,000 photos."""

    def come(viewport: ViewportSize) -> Visitor:
        owner = arrive(viewport, f"/albums/?q={PHOTOS} photos")
        owner.page.get_by_role("link", name=f"{PHOTOS} photos").click()
        expect(owner.page.locator("[data-pages]")).to_be_hidden()
        owner.page.wait_for_load_state("networkidle")
        return owner

    return come


AtPhotos = Callable[[ViewportSize], Visitor]


@both_sizes
def test_twenty_thousand_photos_have_an_honest_scrollbar_and_few_tiles(
    at_photos: AtPhotos, viewport: ViewportSize
) -> None:
    owner = at_photos(viewport)
    page = owner.page
    at_first, asked = height(page), asks(page, r"offset=\d+")
    for share in (0.2, 0.5, 0.8):
        go_to(page, share)
        wait_until(lambda: is_filled(page, ".tile, .day-head"), 30)
        assert page.locator(".tile").count() <= MOST_TILES
    owner.keep("owner-large-picker")
    go_to(page, 1)
    expect(page.get_by_label(f"DSC_{PHOTOS - 1}.jpg", exact=True)).to_be_visible(timeout=30_000)
    assert abs(height(page) - at_first) < 40
    assert len(asked) <= 12


@both_sizes
def test_ranges_and_days_are_chosen_across_what_is_not_loaded(
    at_photos: AtPhotos, viewport: ViewportSize
) -> None:
    owner = at_photos(viewport)
    page, count = owner.page, owner.page.locator(".picked .count")
    page.get_by_label("DSC_00000.jpg", exact=True).check()
    go_to(page, 1)
    page.get_by_label(f"DSC_{PHOTOS - 3}.jpg", exact=True).click(modifiers=["Shift"])
    expect(count).to_have_text("19,998 chosen")
    go_to(page, 0.5)
    wait_until(lambda: is_filled(page, ".tile"), 30)
    assert page.locator(".tile input:not(:checked)").count() == 0
    day, of_day = page.evaluate(DAY_IN_THE_MIDDLE)
    page.locator(f"input[name=day][value='{day}']").uncheck()
    left = f"{PHOTOS - 2 - int(of_day):,} chosen"
    expect(count).to_have_text(left)
    owner.keep("owner-large-chosen")
    page.get_by_role("button", name="Share chosen photos").click()
    expect(page.get_by_text(f"{left} photos").first).to_be_visible(timeout=20_000)
    page.go_back()
    expect(count).to_have_text(left, timeout=20_000)


def test_a_day_is_chosen_whole_wherever_one_looks(at_photos: AtPhotos) -> None:
    page = at_photos(DESKTOP).page
    asked = asks(page, "/order/")
    page.get_by_label("Tuesday, 1 July 2025").check()
    expect(page.locator(".picked .count")).to_have_text("103 chosen")
    page.get_by_label("DSC_00001.jpg", exact=True).uncheck()
    expect(page.locator(".picked .count")).to_have_text("102 chosen")
    assert page.get_by_label("Tuesday, 1 July 2025").evaluate("box => box.indeterminate")
    page.get_by_label("Wednesday, 2 July 2025").check()
    assert len(asked) == 1
    page.get_by_role("button", name="Clear the choice").click()
    expect(page.locator(".picked")).to_be_hidden()


@both_sizes
def test_twenty_thousand_albums_have_an_honest_scrollbar_and_few_cards(
    arrive: Arrive, viewport: ViewportSize
) -> None:
    owner = arrive(viewport, "/albums/")
    page = owner.page
    at_first, asked = height(page), asks(page, r"start=\d+")
    for share in (0.2, 0.5, 0.8):
        go_to(page, share)
        wait_until(lambda: is_filled(page, ".album-card"), 30)
        assert page.locator(".album-card").count() <= MOST_ROWS
    owner.keep("owner-large-albums")
    go_to(page, 1)
    expect(page.get_by_text(f"Trip {ALBUMS - 1}", exact=True)).to_be_visible(timeout=30_000)
    assert abs(height(page) / at_first - 1) < 0.05
    assert len(asked) <= 8
