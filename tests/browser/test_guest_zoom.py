"""Zooming: what is looked at is a rendition, what is looked into the original."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, ViewportSize

from tests.browser.conftest import DESKTOP, PHONE, MadeLink, Visitor
from tests.running import RunningLoggia, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
Visit = Callable[..., Visitor]
MakeLink = Callable[..., MadeLink]
both_sizes = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])


@pytest.fixture(scope="module")
def wide(photos: Path, loggia: RunningLoggia, make_link: MakeLink) -> MadeLink:
    """One photo larger than any rendition, taken with the camera on its side."""
    folder = photos / "Wide"
    folder.mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    Image.effect_mandelbrot((4000, 3000), (-2, -1.5, 1, 1.5), 40).save(folder / "w.jpg", exif=exif)
    loggia.manage("scan", "--renditions")
    return make_link("--album", "Wide")


SHOWN = """() => {
    const image = document.querySelector('.pswp__item[aria-hidden=false] img.pswp__img');
    if (!image) return ["", 0, 0];
    return [image.currentSrc.split('/').at(-2), image.naturalWidth, image.naturalHeight];
}"""


@both_sizes
def test_zooming_brings_the_original_and_looking_does_not(
    visit: Visit, wide: MadeLink, viewport: ViewportSize
) -> None:
    guest = visit(viewport)
    guest.goto(wide.url)
    page = guest.page
    page.wait_for_load_state("networkidle")
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.locator("#photo-1 a").click()
    wait_until(lambda: page.evaluate(SHOWN)[0] in {"preview", "large"}, 10)
    page.wait_for_timeout(600)
    assert not any("/original/" in url for url in fetched)
    if viewport is PHONE:
        spread_fingers(page)
    else:
        page.keyboard.press("z")
    wait_until(lambda: page.evaluate(SHOWN) == ["original", 3000, 4000], 10)
    guest.keep("zoomed")


def spread_fingers(page: Page) -> None:
    touch = page.context.new_cdp_session(page)

    def fingers(apart: int) -> list[dict[str, int]]:
        return [{"x": 195 + apart * way, "y": 422 + apart * way, "id": way} for way in (-1, 1)]

    begin = {"type": "touchStart", "touchPoints": fingers(20)}
    touch.send("Input.dispatchTouchEvent", begin)
    for apart in range(30, 190, 10):
        move = {"type": "touchMove", "touchPoints": fingers(apart)}
        touch.send("Input.dispatchTouchEvent", move)
        page.wait_for_timeout(20)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
