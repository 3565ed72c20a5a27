"""Everything is reached by keyboard, in the order it is read, and one always sees where one is."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, MadeLink, Visitor
from tests.running import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
LAKE = "2025/Lake weekend"
Visit = Callable[..., Visitor]
WHERE = """() => {
    const at = document.activeElement;
    if (!at || at === document.body) return ["", true];
    const label = at.labels?.[0]?.innerText.split("\\n")[0];
    const name = at.getAttribute("aria-label") || label || at.innerText.trim() || at.querySelector("img")?.alt;
    // A field that is drawn by its label shows the ring there.
    const drawn = [at, at.nextElementSibling, at.parentElement].filter(Boolean).map(e => getComputedStyle(e));
    const box = at.getBoundingClientRect();
    const isRinged = drawn.some(s => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 1);
    return [name || at.tagName, isRinged && box.bottom > 0 && box.top < innerHeight];
}"""


def walk(page: Page, steps: int, key: str = "Tab") -> list[str]:
    """Press a key again and again: the names of what gets the focus, each of it seen to have it."""
    passed, unseen = [], []
    for _ in range(steps):
        page.keyboard.press(key)
        name, is_seen = page.evaluate(WHERE)
        passed.append(name)
        if not is_seen:
            unseen.append(name)
    assert unseen == []
    return passed


def walk_to(page: Page, name: str, most: int = 60) -> list[str]:
    """Press Tab until this has the focus, however many fields there are before it."""
    passed: list[str] = []
    while len(passed) < most and passed[-1:] != [name]:
        passed += walk(page, 1)
    return passed


def in_order(passed: list[str], *names: str) -> bool:
    rest = iter(passed)
    return all(any(re.match(name, at) for at in rest) for name in names)


def is_within(page: Page, selector: str) -> bool:
    """Whether the focus is inside, or with the browser's own buttons; on nothing behind it."""
    at = "document.activeElement"
    return page.evaluate(f"{at} === document.body || {at}.closest('{selector}') !== null") is True


def test_a_guest_goes_through_the_album_with_tab(
    visit: Visit, make_link: Callable[..., MadeLink]
) -> None:
    guest = visit(DESKTOP)
    guest.goto(make_link("--album", LAKE, "--description", "By keyboard").url)
    page = guest.page
    page.wait_for_load_state("networkidle")
    passed = walk(page, 12)
    assert in_order(passed, "Skip to the photos", "Download", "Dark or light", "Photo 1 of 84"), (
        passed
    )
    page.evaluate("document.activeElement.blur()")
    page.locator("#photo-2 a").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".pswp--open .viewer-bar")).to_be_visible()
    expect(page.locator(".pswp .place")).to_have_text("2 of 84")
    page.wait_for_timeout(500)  # the viewer takes the focus once it stands
    for _ in range(8):
        page.keyboard.press("Tab")
        assert is_within(page, ".pswp"), page.evaluate(WHERE)
    page.keyboard.press("Escape")
    expect(page.locator(".pswp")).to_have_count(0)
    wait_until(lambda: page.evaluate(WHERE)[0].startswith("Photo 2 of 84"), 5)


def test_a_dialog_closes_with_escape_and_gives_the_focus_back(
    visit: Visit, make_link: Callable[..., MadeLink]
) -> None:
    guest = visit(DESKTOP)
    guest.goto(make_link("--album", LAKE).url)
    page = guest.page
    page.wait_for_load_state("networkidle")
    page.locator(".bar [data-action=take]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#take")).to_be_visible()
    for _ in range(6):
        page.keyboard.press("Tab")
        assert is_within(page, "#take"), page.evaluate(WHERE)
    page.keyboard.press("Escape")
    expect(page.locator("#take")).to_be_hidden()
    assert page.evaluate("document.activeElement.dataset.action") == "take"


def test_an_owner_fills_the_form_with_tab(visit: Visit) -> None:
    owner = visit(DESKTOP)
    owner.sign_in()
    page = owner.page
    owner.goto("/albums/")
    page.get_by_role("link", name=LAKE).click()
    page.get_by_role("link", name="Share this album").click()
    page.get_by_label("Title").focus()
    page.keyboard.type("Made without a mouse")
    passed = walk_to(page, "Create link")
    order: tuple[str, ...] = (
        "Address",
        "Password",
        "Show the password",
        "Generate",
        "Copy the password",
        "Never",
    )
    order += ("Download", "Metadata", "Location", "Create link")
    assert in_order(passed, *order), "; ".join(passed)
    page.get_by_label("Title").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your link is ready.")).to_be_visible()
