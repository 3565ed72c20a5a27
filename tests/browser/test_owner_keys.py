"""The owner makes a key for a program in a real browser, uses it, and revokes it."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.axe import barriers
from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.running import RunningLoggia

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def loggia(start_loggia: Callable[..., RunningLoggia]) -> RunningLoggia:
    return start_loggia()


def status_with(loggia: RunningLoggia, secret: str) -> int:
    headers = {"x-api-key": secret}
    return httpx.get(f"{loggia.url}/api/users/me", headers=headers, trust_env=False).status_code


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_key_is_made_used_and_revoked(
    visit: Visit, loggia: RunningLoggia, viewport: ViewportSize
) -> None:
    owner = visit(viewport)
    owner.sign_in()
    page = owner.page
    page.get_by_role("link", name="API", exact=True).click()
    expect(page.get_by_role("heading", name="Keys for programs")).to_be_visible()
    found = barriers(page)
    page.get_by_label("What is it for?").fill("Phone backup")
    page.get_by_text("Choose one by one").click()
    page.get_by_label("user.read").check()
    owner.keep("keys-choosing")
    found += barriers(page)
    page.get_by_role("button", name="Make the key").click()
    secret = page.get_by_label("The new key").input_value()
    assert status_with(loggia, secret) == 200
    owner.keep("keys-made")
    found += barriers(page)
    page.reload()
    expect(page.get_by_label("The new key")).to_have_count(0)
    page.get_by_text("Revoke: Phone backup").click()
    owner.keep("keys-revoke")
    page.get_by_role("button", name="Revoke for good").click()
    expect(page.get_by_role("status")).to_contain_text("Revoked: Phone backup")
    assert status_with(loggia, secret) == 401
    assert found == []


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_what_programs_can_ask_is_read_by_anybody(visit: Visit, viewport: ViewportSize) -> None:
    reader = visit(viewport)
    reader.goto("/api/docs")
    page = reader.page
    page.get_by_text("/api/users/me").click()
    expect(page.locator("#getMyUser").get_by_text("avatarColor")).to_be_visible()
    reader.keep("api-docs")
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_a_key_is_made_without_script(visit: Visit, loggia: RunningLoggia) -> None:
    owner = visit(scripts=False)
    owner.sign_in()
    owner.goto("/keys/")
    owner.page.get_by_label("What is it for?").fill("Script")
    owner.page.get_by_role("button", name="Make the key").click()
    assert status_with(loggia, owner.page.get_by_label("The new key").input_value()) == 200
