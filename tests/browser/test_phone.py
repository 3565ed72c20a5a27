"""From the phone's gallery into an album: what is shared is previewed, and sent where one says."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests.browser.adding import (
    SHOWN,
    contents,
    expect_count,
    full_speed,
    paint_many,
    sha1s,
    slow_down,
)
from tests.browser.axe import barriers
from tests.browser.conftest import DESKTOP, PHONE, QUIET, MadeLink, Visitor
from tests.browser.sharing_sheet import expect_ready, install, share
from tests.running import RunningLoggia

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
LAKE = "2025/Lake weekend"
MEGABYTE = 2**20
MANY = 60_000  # milliseconds
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
# Chromium offers an installation to people, not to tests.
OFFER = """() => {
    const event = Object.assign(new Event("beforeinstallprompt", { cancelable: true }), {
        prompt: async () => { window.asked = event.defaultPrevented; },
    });
    window.dispatchEvent(event);
}"""
Visit = Callable[..., Visitor]
MakeLink = Callable[..., MadeLink]
both_sizes = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])


@pytest.fixture
def collecting(make_link: MakeLink) -> Callable[..., MadeLink]:
    """Make a link that takes photos: ``collecting("Wedding", "--password", "…")``."""
    return lambda title, *more: make_link(
        "--album", LAKE, "--allow-upload", "--description", title, *more
    )


def know(guest: Visitor, *links: MadeLink) -> None:
    """Open links, the last one last."""
    for link in links:
        guest.goto(link.url)
        guest.page.wait_for_load_state("networkidle")


def upload(guest: Visitor) -> None:
    guest.page.get_by_role("button", name="Upload").click()


def is_as_wide_as_its_window(guest: Visitor) -> bool:
    return guest.page.evaluate("document.documentElement.scrollWidth <= innerWidth") is True


@both_sizes
def test_what_the_gallery_shares_is_shown_and_sent_to_the_chosen_link(
    visit: Visit,
    collecting: MakeLink,
    loggia: RunningLoggia,
    tmp_path: Path,
    viewport: ViewportSize,
) -> None:
    wedding, trip = collecting("Wedding"), collecting("Trip to the sea")
    files = paint_many(tmp_path, 5, first=3000 + viewport["width"])
    guest = visit(viewport)
    know(guest, wedding, trip)
    install(guest)
    share(guest.page, files)
    page = guest.page
    size = sum(path.stat().st_size for path in files)
    expect_ready(page, f"5 photos · {round(size / 1024)} kB")
    expect(page.locator(".previews img")).to_have_count(5)
    offered = page.locator("[data-part=links] .place")
    expect(offered).to_have_text(["Trip to the sea", "Wedding"])  # the latest first
    expect(page.get_by_role("button", name="Upload")).to_be_disabled()
    page.get_by_text("Wedding").click()
    page.get_by_label("Your name").fill("Anna")
    assert barriers(page) == []
    assert is_as_wide_as_its_window(guest)
    guest.keep("phone-add")
    upload(guest)
    page.wait_for_url(wedding.url)
    expect_count(page, "5 of 5", MANY)
    expect(page.locator("#sending [data-state=held]")).to_have_count(5, timeout=SHOWN)
    assert sha1s(files) <= contents(loggia)
    guest.goto("/add/")
    expect_ready(page, "No photos chosen yet.")


def test_shared_videos_and_what_no_browser_shows_are_named(
    visit: Visit, collecting: MakeLink, tmp_path: Path
) -> None:
    files = [tmp_path / name for name in ("clip.mov", "IMG_1.HEIC")]
    for path in files:
        path.write_bytes(path.name.encode() * 1000)
    guest = visit(PHONE)
    know(guest, collecting("Wedding"))
    install(guest)
    share(guest.page, [*files, *paint_many(tmp_path, 30, first=3600)])
    expect(guest.page.locator("[data-part=count]")).to_contain_text("31 photos, 1 video")
    expect(guest.page.locator(".previews .video")).to_have_text("clip.mov")
    expect(guest.page.locator(".previews .plain")).to_have_text("IMG_1.HEIC")
    expect(guest.page.locator(".previews .more")).to_have_text("+8")


def test_two_shares_are_one_and_cancel_sends_nothing(
    visit: Visit, collecting: MakeLink, loggia: RunningLoggia, tmp_path: Path
) -> None:
    files = paint_many(tmp_path, 3, first=3100)
    guest = visit(PHONE)
    know(guest, collecting("Wedding"))
    install(guest)
    page = guest.page
    share(page, files[:2])
    share(page, files[2:])
    expect(page.locator(".previews img")).to_have_count(3)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Nothing was sent.")).to_be_visible()
    expect_ready(page, "No photos chosen yet.")
    page.reload()
    expect_ready(page, "No photos chosen yet.")
    assert not sha1s(files) & contents(loggia)


def test_a_link_that_closed_meanwhile_is_said_and_the_photos_stay(
    visit: Visit, collecting: MakeLink, loggia: RunningLoggia, tmp_path: Path
) -> None:
    wedding, trip = collecting("Wedding"), collecting("Trip to the sea")
    guest = visit(PHONE)
    know(guest, wedding, trip)
    install(guest)
    share(guest.page, paint_many(tmp_path, 1, first=3200))
    loggia.manage("link", "revoke", trip.id)
    page = guest.page
    page.get_by_text("Trip to the sea").click()
    upload(guest)
    expect(page.get_by_text("This album takes no more photos.")).to_be_visible()
    expect(page.locator("[data-part=links] .place")).to_have_text(["Wedding"])
    page.get_by_text("Wedding").click()
    upload(guest)
    page.wait_for_url(wedding.url)
    expect_count(page, "1 of 1")


def test_a_locked_link_asks_for_its_password_and_then_sends(
    visit: Visit, collecting: MakeLink, tmp_path: Path
) -> None:
    locked = collecting("Family only", "--password", "sesame")
    guest = visit(PHONE)
    page = guest.page
    guest.goto(locked.url)
    page.locator("input[type=password]").fill("sesame")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Family only")).to_be_visible()
    page.wait_for_load_state("networkidle")
    install(guest)
    page.context.clear_cookies()  # the browser's days are over, or the password is another
    share(page, paint_many(tmp_path, 2, first=3300))
    upload(guest)
    page.locator("input[type=password]").fill("sesame")
    page.keyboard.press("Enter")
    expect_count(page, "2 of 2", MANY)


def test_a_large_file_that_was_shared_goes_on_after_a_reload_by_itself(
    visit: Visit, collecting: MakeLink, loggia: RunningLoggia, tmp_path: Path
) -> None:
    wedding = collecting("Wedding")
    files = [
        *paint_many(tmp_path, 1, first=3400, weight=66 * MEGABYTE),
        *paint_many(tmp_path, 2, first=3410),
    ]
    guest = visit(PHONE)
    know(guest, wedding)
    install(guest)
    page = guest.page
    share(page, files)
    line = slow_down(page, 4 * MEGABYTE)
    upload(guest)
    page.wait_for_url(wedding.url)
    expect_count(page, "2 of 3", MANY)
    expect(page.locator("#sending [data-state=sending]")).to_have_count(1)
    page.reload()
    full_speed(line)
    expect_count(page, "3 of 3", MANY)
    expect(page.locator("#sending [data-state=held]")).to_have_count(3, timeout=SHOWN)
    assert sha1s(files) <= contents(loggia)
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(page.locator("#sending")).to_be_hidden()


def test_an_owner_finds_an_album_and_sends_straight_into_it(
    visit: Visit, loggia: RunningLoggia, tmp_path: Path
) -> None:
    owner = visit(PHONE)
    owner.sign_in()
    install(owner)
    page = owner.page
    share(page, paint_many(tmp_path, 2, first=3500))
    page.get_by_placeholder("Search albums").fill("ridge")
    expect(page.locator("#own-albums .place")).to_have_count(1)
    page.get_by_text("Ridge walk").click()
    expect(page.get_by_label("Your name")).to_be_hidden()
    assert barriers(page) == []
    owner.keep("phone-add-owner")
    upload(owner)
    page.wait_for_url(re.compile("/share/"))
    expect_count(page, "2 of 2", MANY)
    expect(page.locator("#sending [data-state=album]")).to_have_count(2, timeout=MANY)
    assert len(list((loggia.data / "incoming" / "Ridge walk").glob("IMG_35*.jpg"))) == 2


def test_no_page_is_kept_by_the_service_worker(visit: Visit, collecting: MakeLink) -> None:
    guest = visit(PHONE)
    know(guest, collecting("Wedding"))
    assert (
        guest.page.evaluate("navigator.serviceWorker.getRegistrations().then(r => r.length)") == 0
    )
    install(guest)
    scopes = "navigator.serviceWorker.getRegistrations().then(all => all.map(one => one.scope))"
    assert guest.page.evaluate(scopes) == [f"{guest.url}/add/"]
    assert guest.page.evaluate("caches.keys()") == []
    guest.page.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        guest.page.reload()
    guest.page.context.set_offline(False)
    guest.complaints[:] = [text for text in guest.complaints if "ERR_" not in text]


def test_chromium_finds_nothing_that_keeps_it_from_being_installed(visit: Visit) -> None:
    guest = visit(PHONE)
    install(guest)
    session = guest.page.context.new_cdp_session(guest.page)
    told: dict[str, Any] = session.send("Page.getAppManifest")
    assert told["errors"] == []
    assert told["url"].endswith("/manifest.webmanifest")
    found = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [one["errorId"] for one in found if one["errorId"] != "in-incognito"] == []


def test_an_installation_is_offered_to_who_looks_for_it(visit: Visit) -> None:
    guest = visit(PHONE)
    guest.goto("/add/")
    guest.page.wait_for_load_state("networkidle")
    button = guest.page.get_by_role("button", name="Install")
    expect(button).to_be_hidden()
    guest.page.evaluate(OFFER)
    guest.keep("phone-install")
    button.click()
    expect(button).to_be_hidden()
    assert guest.page.evaluate("window.asked") is True


def test_who_adds_photos_is_told_of_the_app(visit: Visit, collecting: MakeLink) -> None:
    guest = visit(PHONE)
    know(guest, collecting("Wedding"))
    guest.page.evaluate(OFFER)
    guest.page.locator("[data-action=add]:visible").first.click()
    expect(guest.page.get_by_text("Put Loggia on your home screen")).to_be_visible()
    guest.page.get_by_role("button", name="Install").click()
    expect(guest.page.get_by_text("Put Loggia on your home screen")).to_be_hidden()


def test_nothing_to_choose_from_is_explained(visit: Visit) -> None:
    guest = visit(PHONE)
    install(guest)
    expect(guest.page.get_by_text("This device knows no album yet")).to_be_visible()
    assert barriers(guest.page) == []
    guest.keep("phone-nowhere")


def test_without_script_it_says_how_to_add(visit: Visit) -> None:
    guest = visit(PHONE, scripts=False)
    guest.goto("/add/")
    expect(guest.page.get_by_text("This page needs JavaScript.")).to_be_visible()


# ── Where no service worker is ──
@pytest.fixture(scope="module")
def home_network(chromium: Browser, program: Callable[[str], str]) -> Iterator[Browser]:
    """A browser to which photos.home is this machine: plain HTTP, and so no secure context."""
    names = "--host-resolver-rules=MAP photos.home 127.0.0.1"
    launch = chromium.browser_type.launch
    browser = launch(executable_path=program("chromium"), args=[*QUIET, names])
    yield browser
    browser.close()


def test_on_plain_http_photos_are_chosen_on_the_page(
    home_network: Browser, collecting: MakeLink, loggia: RunningLoggia, tmp_path: Path
) -> None:
    link, files = collecting(f"Wedding {uuid4().hex[:6]}"), paint_many(tmp_path, 3, first=3700)
    home = loggia.url.replace("127.0.0.1", "photos.home")
    with home_network.new_context(user_agent=IPHONE, locale="en-GB") as context:
        guest = Visitor(context.new_page(), home, 1280)
        page = guest.page
        guest.goto(link.url.replace(loggia.url, home))
        page.wait_for_load_state("networkidle")
        guest.goto("/add/")
        assert page.evaluate("[isSecureContext, 'serviceWorker' in navigator]") == [False, False]
        share(page, files)  # nobody is there to take them
        expect(page.get_by_text("The photos did not come along.")).to_be_visible()
        expect(page.get_by_text("An iPhone or iPad cannot share")).to_be_visible()
        page.locator("[data-part=files]").set_input_files([str(path) for path in files])
        expect(page.locator(".previews img")).to_have_count(3)
        upload(guest)
        expect_count(page, "3 of 3", MANY)
        assert sha1s(files) <= contents(loggia)
