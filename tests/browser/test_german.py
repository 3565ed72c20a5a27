"""German words are longer: on each page they stay inside, on a phone and a desktop."""

from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.conftest import DESKTOP, PHONE, MadeLink, Visitor
from tests.running import ADMIN, PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
LAKE = "2025/Lake weekend"
Visit = Callable[..., Visitor]
MakeLink = Callable[..., MadeLink]
both_sizes = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
# Buttons, badges and labels whose words stick out of their own box or of the window.
# Tables scroll in a box of their own.
SPILLED = """() => [...document.querySelectorAll("button, a, label, h1, h2, p, dt, dd, .badge, span")]
    .filter(e => e.checkVisibility() && !e.closest(".visually-hidden, .skip, [hidden], .table-box"))
    .filter(e => {
        const style = getComputedStyle(e), box = e.getBoundingClientRect();
        if (style.overflowX !== "visible" || style.clipPath !== "none" || !box.width) return false;
        if (style.display.startsWith("inline") && style.display !== "inline-flex") return false;
        return e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 || box.right > innerWidth + 1;
    })
    .map(e => `${e.tagName}.${e.className} ${e.innerText.slice(0, 50)}`)"""


# Words that a narrow box broke in the middle: one word, more than one line.
BROKEN = """() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    const range = document.createRange();
    while (texts.nextNode()) {
        const word = texts.currentNode, home = word.parentElement;
        if (/\\s/.test(word.data.trim()) || !word.data.trim() || /[/:-]/.test(word.data)) continue;
        if (!home.checkVisibility() || home.closest(".visually-hidden, .facts, dd, a:not(.button)")) continue;
        range.selectNodeContents(word);
        const tops = new Set([...range.getClientRects()].map(rect => Math.round(rect.top)));
        if (tops.size > 1) found.push(`broken: ${word.data.trim()}`);
    }
    return found;
}"""


def look(visitor: Visitor, name: str) -> list[str]:
    visitor.keep(f"german-{name}")
    spilled: list[str] = visitor.page.evaluate(SPILLED) + visitor.page.evaluate(BROKEN)
    if visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        spilled.append("the page is wider than its window")
    return [f"{name}: {what}" for what in spilled]


@both_sizes
def test_guests(visit: Visit, make_link: MakeLink, viewport: ViewportSize) -> None:
    guest = visit(viewport, locale="de-DE")
    page = guest.page
    guest.goto(make_link("--album", LAKE, "--expires", "30d", "--description", "Seewochenende").url)
    expect(page.get_by_text("Freitag, 11. Juli 2025")).to_be_visible()
    spilled = look(guest, "album")
    page.locator("#photo-3 .pick").dispatch_event("click")
    expect(page.get_by_text("1 ausgewählt").first).to_be_visible()
    spilled += look(guest, "selection")
    page.locator(".bar [data-action=take]").click()
    expect(page.get_by_text("Welche Größe")).to_be_visible()
    spilled += look(guest, "take")
    page.locator("#take button[type=submit]").click()
    expect(page.locator("#dock .dock")).to_be_visible()
    spilled += look(guest, "dock")
    page.locator("#photo-2 a").dispatch_event("click")
    expect(page.locator(".pswp .place")).to_have_text("2 von 84")
    page.keyboard.press("i")
    expect(page.locator(".viewer-info")).to_contain_text("Juli 2025")
    spilled += look(guest, "viewer")
    guest.goto(make_link("--album", LAKE, "--password", "swordfish").url)
    page.locator("input[type=password]").fill("tuna")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Das ist nicht das richtige Passwort.")).to_be_visible()
    spilled += look(guest, "locked")
    assert spilled == []


@both_sizes
def test_owners(visit: Visit, make_link: MakeLink, viewport: ViewportSize) -> None:
    made = make_link("--album", LAKE, "--description", "Seewochenende", "--password", "swordfish")
    owner = visit(viewport, locale="de-DE")
    page = owner.page
    owner.goto("/login/")
    spilled = look(owner, "login")
    page.get_by_label("Name").fill(ADMIN)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    page.wait_for_url(owner.url + "/")
    for name, address in (
        ("links", "/"),
        ("albums", "/albums/"),
        ("activity", "/activity/"),
        ("review", "/review/"),
        ("status", "/status/"),
        ("link", f"/links/{UUID(made.id)}/"),
    ):
        owner.goto(address)
        spilled += look(owner, name)
    owner.goto("/albums/")
    page.get_by_role("link", name=LAKE).click()
    page.locator("input[name=photo]").nth(1).dispatch_event("click")
    spilled += look(owner, "picker")
    page.get_by_role("link", name="Dieses Album teilen").click()
    page.get_by_label("Titel").wait_for()
    spilled += look(owner, "create")
    assert spilled == []
