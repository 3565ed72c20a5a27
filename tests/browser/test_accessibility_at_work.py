"""axe-core finds nothing where something is going on, or has gone wrong, either."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Route, ViewportSize, expect

from tests.browser.axe import barriers
from tests.browser.conftest import DESKTOP, PHONE, MadeLink, Visitor
from tests.browser.device import DEVICE
from tests.running import RunningLoggia

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
LAKE = "2025/Lake weekend"
Visit = Callable[..., Visitor]
MakeLink = Callable[..., MadeLink]
Scene = Callable[[Visitor, MadeLink], None]
both_sizes = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
SCAN = (
    "from portal.leases.models import {verb}; from portal.library.index.looking import LEASE; {act}"
)


@pytest.fixture(scope="module")
def lake(make_link: MakeLink) -> MadeLink:
    return make_link("--album", LAKE, "--description", "Lake weekend")


@pytest.fixture
def broken(loggia: RunningLoggia, photos: Path) -> Iterator[None]:
    """A file that no picture can be made of."""
    file = photos / LAKE / "broken.jpg"
    file.write_bytes(b"\xff\xd8\xff\xe0 and no more")
    loggia.manage("scan")
    yield
    file.unlink()
    loggia.manage("scan")


@pytest.fixture
def scanning(loggia: RunningLoggia) -> Iterator[None]:
    """The portal believes that a look at the library is under way."""
    loggia.manage("shell", "-c", SCAN.format(verb="attend", act="attend(LEASE, 120)"))
    yield
    ended = "Lease.objects.filter(name=LEASE).delete()"
    loggia.manage("shell", "-c", SCAN.format(verb="Lease", act=ended))


def run_a_slideshow(guest: Visitor, link: MadeLink) -> None:
    guest.page.get_by_role("button", name="Slideshow").click()
    expect(guest.page.locator(".pswp.slideshow")).to_be_visible()
    expect(guest.page.locator(".pswp .place")).to_have_text(re.compile("^1 of"))


def share_by_the_device(guest: Visitor, link: MadeLink) -> None:
    guest.page.locator("#photo-1 a").focus()
    guest.page.keyboard.press("x")
    bar = guest.page.get_by_role("toolbar", name="Selection")
    bar.get_by_role("button", name="Share").click()
    expect(guest.page.get_by_role("button", name="Share 1 photo")).to_be_enabled()


def lose_the_connection(guest: Visitor, link: MadeLink) -> None:
    guest.page.context.set_offline(True)
    guest.page.locator(".bar [data-action=take]").click()
    guest.page.locator("#take button[type=submit]").click()
    expect(guest.page.locator("#dock [role=alert]")).to_contain_text("Connection lost.")
    guest.complaints.clear()  # of what was asked for without a connection


@both_sizes
@pytest.mark.parametrize("scene", [run_a_slideshow, share_by_the_device, lose_the_connection])
def test_what_guests_do(visit: Visit, lake: MadeLink, scene: Scene, viewport: ViewportSize) -> None:
    guest = visit(viewport)
    guest.page.add_init_script(DEVICE)
    guest.goto(lake.url)
    guest.page.wait_for_load_state("networkidle")
    scene(guest, lake)
    assert barriers(guest.page) == []


def send_without_scripts(route: Route) -> None:
    """The page as a browser without script makes it, in one that can run axe."""
    text = route.fetch().text()
    text = re.sub(r"<script\b.*?</script>", "", text, flags=re.DOTALL)
    route.fulfill(body=re.sub(r"(</?)noscript\b", r"\1div", text), content_type="text/html")


@both_sizes
def test_a_photo_s_page_without_script(
    visit: Visit, lake: MadeLink, viewport: ViewportSize
) -> None:
    guest = visit(viewport)
    guest.page.route(re.compile("/share/"), send_without_scripts)
    guest.goto(lake.url)
    guest.page.locator(".tile a").first.click()
    expect(guest.page.locator(".stage img")).to_be_visible()
    assert barriers(guest.page) == []


@both_sizes
def test_a_link_that_is_used_up(visit: Visit, make_link: MakeLink, viewport: ViewportSize) -> None:
    full = make_link("--album", LAKE, "--max-visitors", "1")
    visit(viewport).goto(full.url)
    late = visit(viewport)
    late.goto(full.url)
    expect(late.page.locator(".tile")).to_have_count(0)
    assert barriers(late.page) == []


@both_sizes
@pytest.mark.parametrize(
    ("address", "shows"),
    [("/links/{id}/qr/", ".qr img"), ("/activity/?link={id}", ".happenings tbody tr")],
    ids=["qr", "activity"],
)
def test_what_owners_read_of_a_link(
    visit: Visit, lake: MadeLink, address: str, shows: str, viewport: ViewportSize
) -> None:
    visit(DESKTOP).goto(lake.url)
    owner = visit(viewport)
    owner.sign_in()
    owner.goto(address.format(id=UUID(lake.id)))
    expect(owner.page.locator(shows).first).to_be_visible()
    assert barriers(owner.page) == []


@both_sizes
@pytest.mark.usefixtures("broken", "scanning")
def test_the_status_while_a_scan_runs_and_files_are_left_out(
    visit: Visit, viewport: ViewportSize
) -> None:
    owner = visit(viewport)
    owner.sign_in()
    owner.goto("/status/")
    expect(owner.page.get_by_text("Looking through the photo folder")).to_be_visible()
    expect(owner.page.get_by_text("broken.jpg")).to_be_visible()
    owner.keep("status-scanning")
    assert barriers(owner.page) == []


def test_the_status_changes_while_it_is_looked_at(visit: Visit, loggia: RunningLoggia) -> None:
    owner = visit(DESKTOP)
    owner.sign_in()
    owner.goto("/status/")
    told = owner.page.get_by_text("Looking through the photo folder")
    expect(told).to_have_count(0)
    loggia.manage("shell", "-c", SCAN.format(verb="attend", act="attend(LEASE, 3)"))
    expect(told).to_be_visible()
    expect(told).to_have_count(0, timeout=15_000)
    expect(owner.page.get_by_role("button", name="Scan now")).to_be_enabled()
