"""A real Chromium before a real portal; each page it sees is kept as a picture in screenshots/."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from portal.library.content.sample import make_sample
from tests.running import ADMIN, PASSWORD, RunningLoggia

SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"
PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1400, "height": 900}
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def chromium(program: Callable[[str], str]) -> Iterator[Browser]:
    """One browser per module: Playwright keeps an event loop running, which other tests must not
    find when these modules come before theirs.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program("chromium"), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Albums on disk: 84 photos of three days, and one with a video and a live photo."""
    root = tmp_path_factory.mktemp("photos")
    lake = root / "2025" / "Lake weekend"
    lake.mkdir(parents=True)
    for number in range(84):
        paint(lake / f"DSC_{number:04}.jpg", number)
    make_sample(root / "Ridge walk")
    return root


def paint(path: Path, number: int) -> None:
    size = (1600, 1067) if number % 3 else (900, 1350)
    hue = number * 37 % 360
    picture = Image.new("HSV", size, (hue * 255 // 360, 90, 220)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for ring in range(9):
        inset = 40 + ring * 46
        draw.ellipse((inset, inset, size[0] - inset, size[1] - inset), outline="white", width=4)
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Loggia", "Test camera"
    day, minute = 11 + number // 30, number % 30 * 2
    exif.get_ifd(0x8769)[0x9003] = f"2025:07:{day} 14:{minute:02}:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (47.0, 35.0, 0.0), 3: "E", 4: (11.0, 40.0, 0.0)})
    picture.save(path, quality=80, exif=exif)


@pytest.fixture(scope="session")
def loggia(start_lasting_loggia: Callable[..., RunningLoggia], photos: Path) -> RunningLoggia:
    running = start_lasting_loggia(photos=photos)
    running.manage("scan", "--renditions")
    return running


@dataclass
class Visitor:
    """A browser of one's own, and what it complained of."""

    page: Page
    url: str
    width: int
    complaints: list[str] = field(default_factory=list)

    def goto(self, address: str) -> None:
        self.page.goto(address if address.startswith("http") else self.url + address)

    def keep(self, name: str) -> None:
        self.page.wait_for_load_state("networkidle")
        SCREENSHOTS.mkdir(exist_ok=True)
        # Hiding the caret would leave style attributes behind, which the page's policy forbids.
        self.page.screenshot(path=SCREENSHOTS / f"{name}-{self.width}.png", caret="initial")

    def sign_in(self) -> None:
        self.goto("/login/")
        self.page.get_by_label("Name").fill(ADMIN)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(self.url + "/")


@pytest.fixture
def visit(chromium: Browser, loggia: RunningLoggia) -> Iterator[Callable[..., Visitor]]:
    """Open a browser: ``visit(PHONE)``, ``visit(scripts=False)``, ``visit(locale="de-DE")``.

    A script error or anything the Content-Security-Policy stopped fails the test at its end.
    """
    visitors: list[Visitor] = []

    def open_one(
        viewport: ViewportSize = DESKTOP, *, scripts: bool = True, locale: str = "en-GB"
    ) -> Visitor:
        is_phone = viewport is PHONE
        context = chromium.new_context(
            viewport=viewport,
            device_scale_factor=2 if is_phone else 1,
            has_touch=is_phone,
            is_mobile=is_phone,
            locale=locale,
            java_script_enabled=scripts,
            accept_downloads=True,
        )
        visitor = Visitor(context.new_page(), loggia.url, viewport["width"])
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        visitor.page.on(
            "console",
            lambda message: note(visitor, message.type, f"{message.text} {message.location}"),
        )
        visitors.append(visitor)
        return visitor

    yield open_one
    for visitor in visitors:
        visitor.page.context.close()
    assert [visitor.complaints for visitor in visitors if visitor.complaints] == []


def note(visitor: Visitor, kind: str, text: str) -> None:
    # A missing or locked page's status is reported as an error too, and meant.
    if kind == "error" and not re.search(r"status of (404|410|429)", text):
        visitor.complaints.append(text)


@dataclass(frozen=True)
class MadeLink:
    id: str
    key: str
    slug: str
    url: str


@pytest.fixture(scope="session")
def make_link(loggia: RunningLoggia) -> Callable[..., MadeLink]:
    """Make a link by the command line: ``make_link("--album", "…", "--password", "…")``."""

    def make(*options: str) -> MadeLink:
        made = json.loads(loggia.manage("link", "create", "--json", *options))
        return MadeLink(made["id"], made["key"], made["slug"], made["url"])

    return make
