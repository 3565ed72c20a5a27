"""The dock before an Immich: each file's bytes, a pause in words, and the end by itself."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.faults.conftest import make_link
from tests.immich import ImmichProcess, start_immich_process
from tests.running import RunningLoggia, start

__all__ = ["start_immich_process"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(150)]
BYTES = re.compile(r"[\d.]+\s(KB|MB) / [\d.]+\s(KB|MB)")
BYTES_OF_ALL = re.compile(rf"\d of \d+ items · {BYTES.pattern}")


@pytest.fixture
def immich(start_immich_process: Callable[..., ImmichProcess]) -> ImmichProcess:
    return start_immich_process("--file-size", "300k", "--assets", "6", "--faults", "slow=25000")


@pytest.fixture
def loggia(immich: ImmichProcess, tmp_path: Path) -> Iterator[RunningLoggia]:
    running = start(
        tmp_path / "data", LOGGIA_IMMICH_URL=immich.url, LOGGIA_IMMICH_API_KEY=immich.api_key
    )
    running.manage("scan")
    yield running
    running.stop()


def ask_for_all(page: Page) -> None:
    page.get_by_role("button", name="Download", exact=True).first.click()
    page.locator("#take button[type=submit]").click()


def test_files_come_with_their_bytes_and_wait_for_an_immich_that_is_down(
    visit: Callable[..., Visitor], immich: ImmichProcess, loggia: RunningLoggia
) -> None:
    guest = visit(PHONE)
    guest.goto(make_link(loggia, "Everything"))
    page = guest.page
    ask_for_all(page)
    expect(page.locator(".dock-title")).to_have_text(re.compile(r"Downloading \d+ items…"))
    file = page.locator(".dock-file").first
    expect(file.locator(".dock-bytes")).to_have_text(BYTES, timeout=20_000)
    expect(file.get_by_role("progressbar")).to_have_attribute("value", re.compile(r"[1-9]"))
    expect(page.locator(".dock-card header p")).to_have_text(BYTES_OF_ALL)
    guest.keep("immich-dock")
    immich.control.down(seconds=8)
    pause = page.locator(".dock-pause")
    expect(pause).to_contain_text("This goes on by itself.", timeout=40_000)
    expect(page.get_by_role("status")).to_have_text(re.compile(r"Waiting: \d+ items…"))
    guest.keep("immich-dock-waiting")
    immich.control.clear_faults()
    with page.expect_download(timeout=60_000):
        expect(page.locator("#dock h2")).to_contain_text("Ready: Everything.zip", timeout=60_000)


def test_what_the_immich_no_longer_has_is_named_and_can_be_tried_again(
    visit: Callable[..., Visitor], immich: ImmichProcess, loggia: RunningLoggia
) -> None:
    immich.control.clear_faults()
    immich.control.fault(name="404", times=1, path="/original$")
    guest = visit(DESKTOP)
    guest.goto(make_link(loggia, "Everything"))
    page = guest.page
    with page.expect_download(timeout=60_000):
        ask_for_all(page)
    expect(page.locator(".dock-file .dock-why")).to_have_text("is no longer there")
    guest.keep("immich-dock-missing")
    with page.expect_download(timeout=60_000):
        page.get_by_role("button", name="Retry failed (1)").click()
    expect(page.locator(".dock-why")).to_have_count(0)
