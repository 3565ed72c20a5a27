"""A phone's share sheet: hands files to the installed app as Chromium does, by a navigation."""

from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor

FORM = """() => {
    const form = document.createElement("form");
    Object.assign(form, { id: "sheet", method: "post", action: "/add/", enctype: "multipart/form-data" });
    const files = Object.assign(document.createElement("input"), { type: "file", name: "photos", multiple: true });
    form.append(files);
    document.body.append(form);
}"""
WORKER = "navigator.serviceWorker.ready.then(({ active }) => active.state)"


def install(guest: Visitor) -> None:
    """Open the app once, as installing does; from then on its service worker is there."""
    guest.goto("/add/")
    guest.page.wait_for_load_state("networkidle")
    guest.page.evaluate(WORKER)


def share(page: Page, files: Iterable[Path]) -> None:
    """Share files from the gallery with the app, whatever page it shows."""
    page.evaluate(FORM)
    page.locator("#sheet input").set_input_files([str(path) for path in files])
    with page.expect_navigation(url="**/add/?*"):
        page.evaluate("document.getElementById('sheet').submit()")
    page.wait_for_load_state("networkidle")


def expect_ready(page: Page, words: str) -> None:
    """What is about to be sent, in words."""
    expect(page.locator("[data-part=count]")).to_have_text(words)
