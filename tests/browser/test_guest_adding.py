"""Guests add their photos: what is told, what is taken, and what is not."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.adding import (
    SHOWN,
    Visit,
    as_picked,
    choose,
    contents,
    expect_count,
    paint_many,
    sha1s,
    tiles,
)
from tests.browser.axe import barriers
from tests.browser.conftest import DESKTOP, PHONE, MadeLink
from tests.running import RunningLoggia

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
LAKE = "2025/Lake weekend"
MEGABYTE = 2**20
MakeLink = Callable[..., MadeLink]
both_sizes = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])


def test_of_forty_files_two_too_large_and_one_fake_all_others_are_sent(
    visit: Visit, make_link: MakeLink, loggia: RunningLoggia, tmp_path: Path
) -> None:
    good = paint_many(tmp_path, 37)
    large = paint_many(tmp_path, 2, first=90, weight=2 * MEGABYTE)
    fake = tmp_path / "party.jpg"
    fake.write_text("<!doctype html><title>not a photo</title>" * 50)
    guest = visit(PHONE)
    guest.goto(make_link("--album", LAKE, "--allow-upload", "--max-upload-mb", "2").url)
    page = guest.page
    choose(page, [*good, *large, fake], name="Anna")
    expect(page.get_by_text("Too large (limit 2.0 MB)")).to_have_count(2)
    guest.keep("adding-forty")
    expect_count(page, "37 of 40 · 3 not taken", 60_000)
    expect(page.locator("#sending [data-state=held]")).to_have_count(37, timeout=SHOWN)
    assert sorted(tiles(page, "refused")) == sorted(path.name for path in [*large, fake])
    assert sha1s(good) <= contents(loggia)
    assert not sha1s([*large, fake]) & contents(loggia)
    guest.keep("adding-forty-done")
    assert barriers(page) == []


@both_sizes
def test_limits_and_what_happens_are_told_before_choosing(
    visit: Visit, make_link: MakeLink, viewport: ViewportSize
) -> None:
    options = ("--max-upload-files", "12", "--upload-kinds", "photos", "--uploads-until", "9d")
    guest = visit(viewport)
    guest.goto(make_link("--album", LAKE, "--allow-upload", "--max-upload-mb", "5", *options).url)
    page = guest.page
    page.locator("[data-action=add]:visible").first.click()
    told = page.locator("dialog#add")
    expect(told).to_contain_text("Photos up to 5.0 MB each, no videos")
    expect(told).to_contain_text("room for 12 more files")
    expect(told).to_contain_text(re.compile("until [0-9]"))
    expect(told).to_contain_text("The owner looks at them before they appear in the album.")
    guest.keep("adding-dialog")
    page.wait_for_load_state("networkidle")
    assert barriers(page) == []


def test_what_a_link_does_not_take_is_said_without_sending_it(
    visit: Visit, make_link: MakeLink, tmp_path: Path
) -> None:
    options = ("--max-upload-files", "2", "--upload-kinds", "photos")
    guest = visit(DESKTOP)
    guest.goto(make_link("--album", LAKE, "--allow-upload", *options).url)
    page = guest.page
    sent: list[str] = []
    page.on("request", lambda it: sent.append(it.url) if "/uploads/" in it.url else None)
    (tmp_path / "film.mov").write_bytes(b"film")
    (tmp_path / "nothing.jpg").touch()
    choose(page, [tmp_path / "film.mov", tmp_path / "nothing.jpg", *paint_many(tmp_path, 3)])
    for said in ("Only photos are taken here.", "This file is empty.", "No room left"):
        expect(page.locator("#sending").get_by_text(said)).to_have_count(1)
    expect_count(page, "2 of 5 · 3 not taken")
    assert len(sent) == 2


def test_ten_pictures_of_one_name_are_ten_pictures(
    visit: Visit, make_link: MakeLink, loggia: RunningLoggia, tmp_path: Path
) -> None:
    paths = paint_many(tmp_path, 10, first=200)
    guest = visit(PHONE)
    guest.goto(make_link("--album", LAKE, "--allow-upload", "--hide-album").url)
    page = guest.page
    field = page.locator("#add-form input[type=file]")
    field.set_input_files(as_picked("image.jpg", paths))  # type: ignore[arg-type]
    expect_count(page, "10 of 10 · All sent. Thank you!")
    assert sha1s(paths) <= contents(loggia)


def test_what_the_album_has_and_what_was_chosen_twice_is_not_sent(
    visit: Visit, make_link: MakeLink, photos: Path, tmp_path: Path
) -> None:
    (own,) = paint_many(tmp_path, 1, first=300)
    copy = own.with_name("copy.jpg")
    copy.write_bytes(own.read_bytes())
    guest = visit(DESKTOP)
    guest.goto(make_link("--album", LAKE, "--allow-upload").url)
    page = guest.page
    sent: list[str] = []
    page.on("request", lambda it: sent.append(it.url) if "/uploads/" in it.url else None)
    choose(page, [photos / LAKE / "DSC_0003.jpg", own, copy])
    expect(page.locator("#sending").get_by_text("Already in the album")).to_have_count(1)
    expect(page.locator("#sending").get_by_text("Chosen twice")).to_have_count(1)
    expect_count(page, "3 of 3")
    assert len(sent) == 1
    assert barriers(page) == []


@both_sizes
def test_a_link_that_only_collects_shows_the_title_the_form_and_ones_own_files(
    visit: Visit, make_link: MakeLink, tmp_path: Path, viewport: ViewportSize
) -> None:
    link = make_link("--album", LAKE, "--allow-upload", "--hide-album", "--description", "Our day")
    guest = visit(viewport)
    guest.goto(link.url)
    page = guest.page
    expect(page.locator("h1")).to_have_text("Our day")
    expect(page.locator("body")).not_to_contain_text("84 photos")
    expect(page.locator(".tile")).to_have_count(0)
    guest.keep("collecting")
    choose(page, paint_many(tmp_path, 3, first=400 + viewport["width"]), name="Ben")
    expect_count(page, "All sent")
    expect(page.locator("#sending [data-state=held]")).to_have_count(3, timeout=SHOWN)
    assert barriers(page) == []
    guest.goto(link.url)
    expect(page.locator(".own-tiles li")).to_have_count(3)
    expect(page.get_by_label("Your name")).to_have_value("Ben")
    guest.keep("collecting-own")
    assert barriers(page) == []


@both_sizes
def test_the_receipt_takes_captions_and_gives_photos_back(
    visit: Visit, make_link: MakeLink, tmp_path: Path, viewport: ViewportSize
) -> None:
    link = make_link("--album", LAKE, "--allow-upload")
    guest = visit(viewport)
    guest.goto(link.url)
    page = guest.page
    choose(page, paint_many(tmp_path, 2, first=500 + viewport["width"]))
    expect(page.locator("#sending [data-state=held]")).to_have_count(2, timeout=SHOWN)
    page.get_by_role("link", name="What you sent", exact=True).click()
    rows = page.locator(".receipt-row")
    expect(rows).to_have_count(2)
    assert rows.locator("img").first.evaluate("image => image.decode().then(() => true)")
    rows.first.get_by_label(re.compile("^Caption of")).fill("At the lake")
    rows.first.get_by_role("button", name="Save").click()
    expect(rows.first.get_by_label(re.compile("^Caption of"))).to_have_value("At the lake")
    guest.keep("receipt")
    assert barriers(page) == []
    rows.last.get_by_role("button", name=re.compile("^Take back")).click()
    expect(rows).to_have_count(1)
    stranger = visit(viewport)
    stranger.goto(f"{link.url}/sent")
    expect(stranger.page.locator("main")).to_contain_text("Nothing sent yet")


def test_without_scripts_a_form_does_it(
    visit: Visit, make_link: MakeLink, loggia: RunningLoggia, tmp_path: Path
) -> None:
    paths = paint_many(tmp_path, 2, first=600)
    guest = visit(PHONE, scripts=False)
    guest.goto(make_link("--album", LAKE, "--allow-upload").url)
    page = guest.page
    page.get_by_role("link", name="Add photos").first.click()
    page.get_by_label("Your name").fill("Carla")
    page.locator("input[type=file]").set_input_files([str(path) for path in paths])
    guest.keep("adding-plain")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("h1")).to_have_text("What you sent")
    expect(page.locator(".receipt-row")).to_have_count(2)
    guest.keep("receipt-plain")
    assert sha1s(paths) <= contents(loggia)


def test_photos_dropped_on_the_page_wait_for_the_name_the_first_time(
    visit: Visit, make_link: MakeLink, tmp_path: Path
) -> None:
    (path,) = paint_many(tmp_path, 1, first=700)
    guest = visit(DESKTOP)
    guest.goto(make_link("--album", LAKE, "--allow-upload").url)
    page = guest.page
    page.wait_for_load_state("networkidle")
    transfer = page.evaluate_handle(
        """bytes => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], "drop.jpg", { type: "image/jpeg" }));
            return transfer;
        }""",
        list(path.read_bytes()),
    )
    page.dispatch_event("body", "dragenter", {"dataTransfer": transfer})
    expect(page.get_by_text("Drop to add your photos")).to_be_visible()
    guest.keep("dropping")
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    expect(page.get_by_text("Drop to add your photos")).to_be_hidden()
    expect(page.locator("dialog#add")).to_contain_text("1 ready to send")
    page.get_by_label("Your name").fill("Dora")
    page.get_by_role("button", name="Send").click()
    expect_count(page, "1 of 1 · All sent. Thank you!")


def test_photos_that_need_no_review_are_in_the_album_with_their_senders_name(
    visit: Visit, make_link: MakeLink, photos: Path, loggia: RunningLoggia, tmp_path: Path
) -> None:
    paint_many(photos / "Open house", 1, first=800)
    loggia.manage("scan")
    options = ("--allow-upload", "--no-review", "--show-names")
    guest = visit(DESKTOP)
    guest.goto(make_link("--album", "Open house", *options).url)
    page = guest.page
    choose(page, paint_many(tmp_path, 2, first=810), name="Emil")
    inside = page.locator("#sending").get_by_text("In the album", exact=True)
    expect(inside).to_have_count(2, timeout=60_000)
    page.get_by_role("button", name="Show in the album").click()
    expect(page.locator(".tile[data-id]")).to_have_count(3)
    page.locator(".tile a[data-credit]").first.click()
    expect(page.locator(".viewer-caption")).to_contain_text("From Emil")
    guest.keep("credited")


def test_in_german(visit: Visit, make_link: MakeLink, tmp_path: Path) -> None:
    guest = visit(PHONE, locale="de-DE")
    guest.goto(make_link("--album", LAKE, "--allow-upload").url)
    page = guest.page
    page.get_by_role("link", name="Fotos hinzufügen").first.click()
    field = page.locator("#add-form input[type=file]")
    field.set_input_files([str(path) for path in paint_many(tmp_path, 2, first=900)])
    expect_count(page, "2 von 2 · Alles gesendet. Danke!")
    guest.keep("adding-german")
