"""The owner looks at what guests sent: by mouse, by keys, on a phone; the album shows the accepted."""

import json
import re
from base64 import b64encode
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from portal.library.content.sample import make_sample
from tests.browser.axe import barriers
from tests.browser.conftest import DESKTOP, PHONE, Visitor, paint
from tests.running import RunningLoggia, wait_until

SENT = 35
pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def loggia(
    start_loggia: Callable[..., RunningLoggia], tmp_path_factory: pytest.TempPathFactory
) -> RunningLoggia:
    """A portal of its own: what is accepted here changes its albums."""
    root = tmp_path_factory.mktemp("party")
    for name in ("Garden party", "Harbour", "Village fair"):
        (root / name).mkdir()
        paint(root / name / "first.jpg", len(name))
    running = start_loggia(photos=root)
    running.manage("scan", "--renditions")
    return running


@pytest.fixture
def party(loggia: RunningLoggia) -> Callable[..., "Party"]:
    def make(album: str, *options: str) -> Party:
        said = loggia.manage("link", "create", "--json", "--album", album, *options)
        made = json.loads(said)
        return Party(made["id"], made["url"])

    return make


class Party:
    """A link that takes photos, and guests who send them as any tus client does."""

    def __init__(self, link_id: str, url: str) -> None:
        self.link_id, self.url = link_id, url

    def send(self, sender: str, count: int, *, start: int = 0, same: bytes = b"") -> None:
        with httpx.Client() as client:
            for number in range(start, start + count):
                content = same or photo(sender, number)
                self._send(client, content, f"IMG_{number:04}.jpg", sender)

    def _send(self, client: httpx.Client, content: bytes, name: str, sender: str) -> None:
        told = {"filename": name, "filetype": "image/jpeg", "contributor": sender}
        metadata = ",".join(
            f"{key} {b64encode(text.encode()).decode()}" for key, text in told.items()
        )
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(content)),
            "Upload-Metadata": metadata,
            "Content-Type": "application/offset+octet-stream",
        }
        answer = client.post(f"{self.url}/uploads/", content=content, headers=headers)
        assert answer.status_code == 201, answer.text


def photo(sender: str, number: int) -> bytes:
    """A picture like no other: a sky of its own, a hill, and noise."""
    noise = np.random.default_rng([*sender.encode(), number])
    hue = (number * 29 + len(sender) * 70) % 256
    picture = Image.new("HSV", (900, 600 if number % 4 else 1200), (hue, 120, 210)).convert("RGB")
    spots = noise.integers(0, 255, (12, 18, 3), dtype=np.uint8)
    picture.paste(Image.fromarray(spots).resize((450, 300), Image.Resampling.BICUBIC), (225, 150))
    written = BytesIO()
    picture.save(written, "JPEG", quality=85)
    return written.getvalue()


def waiting_now(page: Page) -> int:
    return int(page.locator("[data-waiting] .badge b").text_content() or 0)


def expect_waiting(page: Page, count: int) -> None:
    expect(page.locator("[data-waiting] .badge b")).to_have_text(str(count), timeout=20_000)


def test_thirty_are_accepted_five_rejected_and_the_album_shows_thirty(
    visit: Callable[..., Visitor], party: Callable[..., Party], loggia: RunningLoggia
) -> None:
    garden = party("Garden party", "--allow-upload", "--description", "Anna’s garden party")
    owner = visit(DESKTOP)
    owner.sign_in()
    page = owner.page
    others = waiting_now(page)  # of the other tests' links
    garden.send("Anna", 20)
    garden.send("Ben", SENT - 20)
    expect_waiting(page, others + SENT)  # without a reload, on the list of links
    expect(page.get_by_role("link", name=f"{SENT} waiting", exact=True)).to_be_visible()
    owner.keep("links-waiting")

    page.get_by_role("link", name=f"{SENT} waiting", exact=True).click()
    expect(page.locator(".sent-tile")).to_have_count(SENT)
    expect(page.locator(".sent-tile img").first).to_have_js_property("complete", value=True)
    owner.keep("review")
    assert barriers(page) == []

    # Five by key, one after the other, faster than the server answers.
    page.locator(".sent-tile .choose input").first.focus()
    for _ in range(5):
        page.keyboard.press("r")
    expect(page.locator(".sent-tile")).to_have_count(SENT - 5)
    expect_waiting(page, others + SENT - 5)
    # One by key, one by its button, three by choice with a range; Anna's and Ben's others at once.
    page.keyboard.press("a")
    page.locator(".sent-tile").first.get_by_role("button", name="Accept").click()
    boxes = page.locator(".sent-tile .choose input")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator(".picked .count")).to_have_text("3 chosen")
    owner.keep("review-chosen")
    page.locator(".picked").get_by_role("button", name="Accept").click()
    expect_waiting(page, others + SENT - 10)
    page.get_by_role("button", name="Accept all from Anna").click()
    page.get_by_role("button", name="Accept all from Ben").click()
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    expect_waiting(page, others)
    owner.keep("review-empty")

    chips = page.get_by_role("navigation", name="Where it stands")
    expect(chips.get_by_role("link", name="In the library 30")).to_be_visible(timeout=30_000)
    chips.get_by_role("link", name="In the library").click()
    expect(page.locator(".sent-tile")).to_have_count(30)
    owner.keep("review-in")
    chips.get_by_role("link", name="Rejected").click()
    expect(page.locator(".sent-tile")).to_have_count(5)
    owner.keep("review-bin")

    guest = visit(PHONE)
    guest.goto(garden.url)
    expect(
        guest.page.get_by_text("31 photos", exact=True)
    ).to_be_visible()  # and the one that was there
    arrived = loggia.data / "incoming" / "Garden party"
    assert len(list(arrived.glob("*.jpg"))) == 30


def test_rejections_are_taken_back_and_the_bin_is_emptied_after_asking(
    visit: Callable[..., Visitor], party: Callable[..., Party], loggia: RunningLoggia
) -> None:
    harbour = party("Harbour", "--allow-upload", "--description", "Harbour")
    harbour.send("Cleo", 4)
    owner = visit(DESKTOP)
    owner.sign_in()
    page = owner.page
    owner.goto(f"/review/?link={harbour.link_id}")
    expect(page.locator(".sent-tile")).to_have_count(4, timeout=20_000)
    page.locator("body").press("ArrowRight")
    page.keyboard.press("r")
    page.keyboard.press("r")
    expect(page.get_by_role("status").filter(has_text="rejected")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator(".sent-tile")).to_have_count(3)
    page.keyboard.press("u")
    expect(page.locator(".sent-tile")).to_have_count(4)
    page.locator(".sent-tile .choose input").first.focus()
    page.keyboard.press(" ")
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    page.keyboard.press("r")
    expect(page.locator(".sent-tile")).to_have_count(2)
    owner.goto(f"/review/?link={harbour.link_id}&pile=bin")
    expect(page.locator(".sent-tile")).to_have_count(2)
    page.get_by_role("button", name="Bring back").first.click()
    expect(page.locator(".sent-tile")).to_have_count(1)
    page.get_by_text("Empty the bin").click()
    owner.keep("review-empty-bin")
    assert barriers(page) == []
    staged = set((loggia.data / "staging").iterdir())
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("Nothing here")).to_be_visible()
    wait_until(lambda: len(staged - set((loggia.data / "staging").iterdir())) >= 2, within=10)


def test_a_phone_reviews_too_and_sees_news_without_losing_what_is_chosen(
    visit: Callable[..., Visitor], party: Callable[..., Party], loggia: RunningLoggia
) -> None:
    fair = party(
        "Village fair", "--allow-upload", "--hide-album", "--description", "Village fair 2026"
    )
    fair.send("Dora with a rather long name, of the brass band", 3)
    owner = visit(PHONE)
    owner.sign_in()
    page = owner.page
    owner.goto(f"/review/?link={fair.link_id}")
    expect(page.locator(".sent-tile")).to_have_count(3, timeout=20_000)
    page.locator(".sent-tile .choose input").nth(1).check()
    owner.keep("review-chosen")
    fair.send("Emil", 1, start=50)
    expect(page.locator(".sent-tile")).to_have_count(4, timeout=20_000)
    expect(page.locator(".sent-tile .choose input:checked")).to_have_count(1)
    page.get_by_role("button", name="Clear").click()
    assert barriers(page) == []
    owner.keep("review")
    page.get_by_role("button", name="Accept all from Emil").click()
    expect(page.locator(".sent-tile")).to_have_count(3)
    owner.goto(f"/links/{fair.link_id}/")
    owner.keep("link-that-collects")
    assert barriers(page) == []
    page.get_by_role("button", name="Open the album to them").click()
    expect(page.get_by_text("Guests of this link see the album now.")).to_be_visible()


def test_the_rules_for_uploads_show_once_uploads_are_allowed(
    visit: Callable[..., Visitor], loggia: RunningLoggia
) -> None:
    owner = visit(DESKTOP)
    owner.sign_in()
    page = owner.page
    page.get_by_role("link", name="Albums").click()
    page.get_by_role("link", name=re.compile("Garden party")).click()
    page.get_by_role("link", name="Share this album").click()
    expect(page.get_by_text("I look at it first")).to_be_hidden()
    page.get_by_role("link", name="Collect photos").click()
    for name in ("Upload", "I look at it first", "Hide the album"):
        expect(page.get_by_role("switch", name=name)).to_be_checked()
    expect(page.get_by_role("switch", name="Download")).not_to_be_checked()
    page.get_by_label("Files, at most").fill("40")
    owner.keep("collect-photos")
    assert barriers(page) == []
    page.get_by_role("switch", name="Upload").uncheck()
    page.get_by_role("button", name="Create link").click()
    expect(page.get_by_text("Guests would see nothing")).to_be_visible()
    page.get_by_role("switch", name="Upload").check()
    page.get_by_role("button", name="Create link").click()
    expect(page.get_by_text("Your link is ready.")).to_be_visible()
    owner.keep("collecting-link")


def test_a_video_plays_before_it_is_decided_about(
    visit: Callable[..., Visitor], party: Callable[..., Party], tmp_path: Path
) -> None:
    harbour = party("Harbour", "--allow-upload", "--description", "Moving")
    make_sample(tmp_path / "sample")
    harbour.send("Gus", 1, same=(tmp_path / "sample" / "Sunset.mp4").read_bytes())
    owner = visit(DESKTOP)
    owner.sign_in()
    owner.goto(f"/review/?link={harbour.link_id}")
    tile = owner.page.locator(".sent-tile")
    expect(tile).to_have_count(1, timeout=20_000)
    tile.get_by_role("link", name="Play IMG_0000.jpg").click()
    expect(tile.locator("video")).to_be_visible()
    expect(tile.locator("video")).to_have_js_property("readyState", 4, timeout=10_000)
    owner.keep("review-video")
    tile.get_by_role("button", name="Reject").click()
    expect(tile).to_have_count(0)


def test_it_works_without_scripts(
    visit: Callable[..., Visitor], party: Callable[..., Party]
) -> None:
    harbour = party("Harbour", "--allow-upload", "--description", "By hand")
    harbour.send("Finn", 3)
    owner = visit(DESKTOP, scripts=False)
    owner.sign_in()
    page, address = owner.page, f"/review/?link={harbour.link_id}"

    def is_there() -> bool:
        owner.goto(address)
        return page.locator(".sent-tile").count() == 3

    wait_until(is_there, within=20)
    page.get_by_role("button", name="Accept IMG_0000.jpg").click()
    expect(page.get_by_text("1 accepted")).to_be_visible()
    page.locator(".sent-tile .choose input").first.check()
    page.locator(".picked").get_by_role("button", name="Reject").click()
    expect(page.get_by_text("1 rejected")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".sent-tile")).to_have_count(2)
