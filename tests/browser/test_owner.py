"""An owner's way: sign in, choose, share, look after links; with script and without."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.running import ADMIN, PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
LAKE = "2025/Lake weekend"
Visit = Callable[..., Visitor]
both_sizes = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])


def is_as_wide_as_its_window(owner: Visitor) -> bool:
    return owner.page.evaluate("document.documentElement.scrollWidth <= innerWidth") is True


@both_sizes
def test_an_album_is_shared_with_a_password_and_a_guest_comes_in(
    visit: Visit, viewport: ViewportSize
) -> None:
    owner, slug, title = visit(viewport), f"lake-{uuid4().hex[:8]}", f"Lake {uuid4().hex[:8]}"
    owner.sign_in()
    page = owner.page
    page.get_by_role("link", name="Albums").click()
    owner.keep("owner-albums")
    page.get_by_role("link", name=LAKE).click()
    page.get_by_role("link", name="Share this album").click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Address", exact=True).fill("login")
    expect(page.get_by_text("This address is reserved.")).to_be_visible()
    page.get_by_label("Address", exact=True).fill(slug)
    expect(page.get_by_text(f"/s/{slug} is free")).to_be_visible()
    page.get_by_role("button", name="Generate").click()
    password = page.locator("#id_password").input_value()
    assert re.fullmatch(r"[A-Za-z2-9]{4}(-[A-Za-z2-9]{4}){3}", password)
    page.get_by_text("7 days").click()
    assert is_as_wide_as_its_window(owner)
    page.get_by_role("button", name="Create link").click()
    expect(page.get_by_text("Your link is ready.")).to_be_visible()
    expect(page.get_by_label("Address for your guests")).to_have_value(f"{owner.url}/s/{slug}")
    expect(page).to_have_url(re.compile(r"/links/[0-9a-f-]{36}/$"))
    owner.keep("owner-link")
    guest = visit(viewport)
    guest.goto(f"/s/{slug}")
    guest.page.locator("input[type=password]").fill(password)
    guest.page.keyboard.press("Enter")
    expect(guest.page.get_by_role("heading", name=title)).to_be_visible()


@both_sizes
def test_what_was_typed_survives_a_mistake(visit: Visit, viewport: ViewportSize) -> None:
    owner = visit(viewport)
    owner.sign_in()
    page = owner.page
    owner.goto("/albums/")
    page.get_by_role("link", name=LAKE).click()
    page.get_by_role("link", name="Share this album").click()
    page.get_by_label("Title").fill("Typed with care")
    page.get_by_role("link", name="Look", exact=True).click()
    page.get_by_label("Address", exact=True).fill("no spaces")
    page.get_by_role("button", name="Create link").click()
    expect(page.get_by_text("Please look at the marked fields.")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("Typed with care")
    expect(page.get_by_role("switch", name="Download")).not_to_be_checked()
    expect(page.get_by_role("switch", name="Metadata See when")).to_be_checked()
    # At the end only: taking the picture leaves a style attribute on fields, and the policy minds.
    owner.keep("owner-create")


def test_photos_are_chosen_by_range_and_by_day(visit: Visit) -> None:
    owner = visit(DESKTOP)
    owner.sign_in()
    page = owner.page
    owner.goto("/albums/")
    page.get_by_role("link", name=LAKE).click()
    tiles, count = page.locator(".tile label"), page.locator(".picked .count")
    tiles.nth(2).click()
    expect(count).to_have_text("1 chosen")
    tiles.nth(8).click(modifiers=["Shift"])
    expect(count).to_have_text("7 chosen")
    tiles.nth(5).click()
    expect(count).to_have_text("6 chosen")
    page.get_by_label("Saturday, 12 July 2025").check()
    expect(count).to_have_text("36 chosen")
    owner.keep("owner-picker")
    page.get_by_role("button", name="Share chosen photos").click()
    expect(page.get_by_text("36 chosen photos").first).to_be_visible()
    page.get_by_role("button", name="Create link").click()
    expect(page.get_by_text("Your link is ready.")).to_be_visible()
    owner.goto(page.get_by_label("Address for your guests").input_value())
    expect(page.get_by_text("36 photos", exact=True)).to_be_visible()


@both_sizes
def test_a_link_is_paused_turned_on_deleted_and_brought_back(
    visit: Visit, make_link: Callable[..., object], viewport: ViewportSize
) -> None:
    title = f"Lake {uuid4().hex[:8]}"
    make_link("--album", LAKE, "--description", title, "--expires", "3d")
    owner = visit(viewport)
    owner.sign_in()
    page = owner.page
    card = page.locator(".link-card", has_text=title)
    expect(card.get_by_text("Expires in 3 days")).to_be_visible()
    card.get_by_role("button", name=f"Pause {title}").click()
    expect(card.get_by_text("Paused")).to_be_visible()
    card.get_by_role("button", name=f"Turn {title} on again").click()
    expect(card.get_by_text("Expires in 3 days")).to_be_visible()
    owner.keep("owner-links")
    assert is_as_wide_as_its_window(owner)
    card.get_by_role("button", name=f"Delete {title}").click()
    expect(card).to_have_count(0)
    expect(page.get_by_text(f"Deleted: {title}")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(card).to_have_count(1)
    page.get_by_label("Search links").fill(title)
    expect(page.locator(".link-card")).to_have_count(1)


def test_an_address_is_copied_on_plain_http_too(
    visit: Visit, make_link: Callable[..., object]
) -> None:
    title = f"Lake {uuid4().hex[:8]}"
    make_link("--album", LAKE, "--description", title)
    owner = visit(DESKTOP)
    owner.page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    owner.sign_in()
    card = owner.page.locator(".link-card", has_text=title)
    card.get_by_role("button", name="Copy").click()
    expect(card.get_by_role("button", name="Copied")).to_be_visible()


@both_sizes
def test_scan_now_shows_its_end_by_itself(visit: Visit, viewport: ViewportSize) -> None:
    owner = visit(viewport)
    owner.sign_in()
    owner.goto("/status/")
    # On a quiet machine the scan can be over before anybody reads that it starts.
    with owner.page.expect_response(lambda answer: answer.request.method == "POST"):
        owner.page.get_by_role("button", name="Scan now").click()
    expect(owner.page.get_by_text("Looked through just now.")).to_be_visible(timeout=30_000)
    owner.keep("owner-status")
    assert is_as_wide_as_its_window(owner)


def test_all_of_it_works_without_script(visit: Visit) -> None:
    owner = visit(PHONE, scripts=False)
    owner.goto("/albums/")
    page = owner.page
    page.get_by_label("Name").fill(ADMIN)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=LAKE).click()
    page.locator(".tile input").first.check()
    page.get_by_role("button", name="Share chosen photos").click()
    title = f"One photo {uuid4().hex[:8]}"
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Create link").click()
    expect(page.get_by_text("Your link is ready.")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text(f"Deleted: {title}")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    page.get_by_label("Search links").fill(title)
    page.keyboard.press("Enter")
    expect(page.locator(".link-card")).to_have_count(1)


@both_sizes
def test_a_wrong_password_is_told_in_words(visit: Visit, viewport: ViewportSize) -> None:
    stranger = visit(viewport)
    stranger.goto("/")
    stranger.page.get_by_label("Name").fill(f"nobody {uuid4().hex[:6]}")
    stranger.page.get_by_label("Password").fill("a guess")
    stranger.page.get_by_role("button", name="Sign in").click()
    expect(
        stranger.page.get_by_text("That name and password do not belong together.")
    ).to_be_visible()
    stranger.keep("owner-sign-in")
