"""Sending that is cut, reloaded or taken up another day goes on where it was."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.adding import (
    Visit,
    choose,
    contents,
    expect_count,
    full_speed,
    ignore_lost_requests,
    paint_many,
    set_at_once,
    sha1s,
    slow_down,
    tiles,
)
from tests.browser.conftest import DESKTOP, PHONE, MadeLink
from tests.browser.device import DEVICE
from tests.running import RunningLoggia

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
LAKE = "2025/Lake weekend"
MEGABYTE = 2**20
MakeLink = Callable[..., MadeLink]
UPLOADS = re.compile("/uploads/")


def some_are_sent(page: Page, least: int = 2) -> None:
    sent = '#sending [data-state="sent"], #sending [data-state="held"]'
    page.wait_for_function(
        f"() => document.querySelectorAll({sent!r}).length >= {least}", timeout=60_000
    )


def test_a_connection_cut_in_the_middle_is_said_and_sending_goes_on_by_itself(
    visit: Visit, make_link: MakeLink, loggia: RunningLoggia, tmp_path: Path
) -> None:
    paths = paint_many(tmp_path, 12, first=2000, weight=MEGABYTE)
    guest = visit(PHONE)
    page = guest.page
    page.add_init_script(DEVICE)
    guest.goto(make_link("--album", LAKE, "--allow-upload").url)
    session = slow_down(page, 4 * MEGABYTE)
    choose(page, paths)
    some_are_sent(page)
    page.context.set_offline(True)
    trouble = page.locator(".sending-trouble")
    expect(trouble).to_have_text(
        "You are offline. Sending goes on by itself when you are back.", timeout=15_000
    )
    expect(page.locator("#sending [data-state=sending]")).to_have_count(0)
    assert tiles(page, "waiting") != []
    guest.keep("adding-offline")
    page.context.set_offline(False)
    full_speed(session)
    expect(trouble).to_be_hidden(timeout=30_000)
    expect_count(page, "12 of 12 · All sent. Thank you!", 60_000)
    assert sha1s(paths) <= contents(loggia)
    assert page.evaluate("window.locks")[-2:] == ["held", "released"]
    ignore_lost_requests(guest)


def test_a_reload_in_the_middle_loses_nothing(
    visit: Visit, make_link: MakeLink, loggia: RunningLoggia, tmp_path: Path
) -> None:
    paths = paint_many(tmp_path, 12, first=2100, weight=MEGABYTE)
    guest = visit(PHONE)
    page = guest.page
    guest.goto(make_link("--album", LAKE, "--allow-upload").url)
    slow_down(page, 4 * MEGABYTE)
    choose(page, paths, name="Anna")
    some_are_sent(page)
    page.reload()
    expect(page.locator("#sending")).to_be_visible(timeout=15_000)
    expect(page.locator("#sending .sending-tile")).to_have_count(12)
    expect(page.locator("#sending .look img").first).to_be_visible(timeout=15_000)
    guest.keep("adding-reloaded")
    expect_count(page, "12 of 12", 60_000)
    assert sha1s(paths) <= contents(loggia)
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(page.locator("#sending")).to_be_hidden()  # all is there: nothing to come back to
    ignore_lost_requests(guest)


def test_a_large_file_chosen_again_another_day_goes_on_where_it_was(
    visit: Visit, make_link: MakeLink, loggia: RunningLoggia, tmp_path: Path
) -> None:
    (path,) = paint_many(tmp_path, 1, first=2200, weight=80 * MEGABYTE)
    link = make_link("--album", LAKE, "--allow-upload")
    guest = visit(DESKTOP)
    page = guest.page
    guest.goto(link.url)
    slow_down(page, 20 * MEGABYTE)
    with page.expect_response(lambda it: it.request.method == "PATCH", timeout=60_000) as first:
        choose(page, [path])
    assert first.value.status == 204
    page.close()  # the tab; storage stays
    page = guest.page = page.context.new_page()
    starts: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PATCH":
            starts.append(int(request.headers["upload-offset"]))

    page.on("request", note)
    guest.goto(link.url)
    expect(page.locator("#sending")).to_contain_text("Choose it again to go on", timeout=15_000)
    expect_count(page, "1 to choose again")
    guest.keep("adding-again")
    choose(page, [path])
    expect_count(page, "1 of 1", 90_000)
    assert starts[0] > 0
    assert sha1s([path]) <= contents(loggia)
    ignore_lost_requests(guest)


def test_what_fails_is_tried_again_and_then_by_hand(
    visit: Visit, make_link: MakeLink, tmp_path: Path
) -> None:
    guest = visit(DESKTOP)
    page = guest.page
    page.clock.install()
    guest.goto(make_link("--album", LAKE, "--allow-upload").url)
    page.route(UPLOADS, lambda route: route.fulfill(status=503, body="<h1>One moment</h1>"))
    choose(page, paint_many(tmp_path, 2, first=2300))
    expect(page.locator("#sending").get_by_text("Retrying (1/4)")).to_have_count(2)
    guest.keep("adding-retrying")
    for turn, wait in ((2, 1500), (3, 4000), (4, 10_000)):
        page.clock.run_for(wait)
        expect(page.locator("#sending").get_by_text(f"Retrying ({turn}/4)")).to_have_count(2)
    page.clock.run_for(25_000)
    expect(page.locator("#sending").get_by_text("Not sent")).to_have_count(2)
    guest.keep("adding-failed")
    page.unroute(UPLOADS)
    page.get_by_role("button", name="Retry failed (2)").click()
    expect_count(page, "2 of 2")
    guest.complaints[:] = [text for text in guest.complaints if "503" not in text]


def test_a_link_that_closes_while_one_sends_says_so_and_keeps_what_arrived(
    visit: Visit, make_link: MakeLink, loggia: RunningLoggia, tmp_path: Path
) -> None:
    paths = paint_many(tmp_path, 10, first=2400, weight=MEGABYTE)
    link = make_link("--album", LAKE, "--allow-upload")
    guest = visit(PHONE)
    page = guest.page
    guest.goto(link.url)
    slow_down(page, MEGABYTE // 2)
    choose(page, paths)
    some_are_sent(page, 1)
    set_at_once(loggia, link.id, allow_upload=False)
    said = "This link takes no more photos. What arrived is kept for the owner."
    expect(page.locator(".sending-trouble")).to_have_text(said, timeout=30_000)
    guest.keep("adding-closed")
    assert sha1s(paths) & contents(loggia)
    guest.complaints[:] = [text for text in guest.complaints if "403" not in text]


def test_a_link_that_is_locked_while_one_sends_asks_for_its_password_and_goes_on(
    visit: Visit, make_link: MakeLink, loggia: RunningLoggia, tmp_path: Path
) -> None:
    paths = paint_many(tmp_path, 8, first=2600, weight=MEGABYTE)
    link = make_link("--album", LAKE, "--allow-upload")
    guest = visit(PHONE)
    page = guest.page
    guest.goto(link.url)
    session = slow_down(page, MEGABYTE // 2)
    choose(page, paths)
    some_are_sent(page, 1)
    set_at_once(loggia, link.id, password=make_password("sesame"))
    page.get_by_label("Please enter the password.").fill("sesame", timeout=60_000)
    full_speed(session)
    page.get_by_role("button", name="Open").click()
    expect_count(page, "8 of 8", 60_000)
    assert sha1s(paths) <= contents(loggia)
    ignore_lost_requests(guest)
    guest.complaints[:] = [text for text in guest.complaints if "401" not in text]


def test_a_request_too_large_for_a_proxy_is_sent_in_smaller_ones(
    visit: Visit, make_link: MakeLink, loggia: RunningLoggia, tmp_path: Path
) -> None:
    (path,) = paint_many(tmp_path, 1, first=2500, weight=9 * MEGABYTE)
    guest = visit(DESKTOP)
    page = guest.page
    guest.goto(make_link("--album", LAKE, "--allow-upload").url)

    def refuse_large(route: Route) -> None:
        size = int(route.request.headers.get("content-length", "0") or 0)
        if size > 6 * MEGABYTE or len(route.request.post_data_buffer or b"") > 6 * MEGABYTE:
            route.fulfill(status=413, body="<h1>413 Request Entity Too Large</h1>")
        else:
            route.continue_()

    page.route(UPLOADS, refuse_large)
    choose(page, [path])
    expect_count(page, "1 of 1", 60_000)
    assert sha1s([path]) <= contents(loggia)
    guest.complaints[:] = [text for text in guest.complaints if "413" not in text]


def test_little_of_the_queue_comes_before_somebody_sends(visit: Visit, make_link: MakeLink) -> None:
    guest = visit(PHONE)
    scripts: dict[str, int] = {}
    guest.page.on(
        "response",
        lambda answer: (
            scripts.update({answer.url: len(answer.body())})
            if answer.request.resource_type == "script"
            else None
        ),
    )
    guest.goto(make_link("--album", LAKE, "--allow-upload", "--no-download").url)
    guest.page.wait_for_load_state("networkidle")
    assert not [url for url in scripts if re.search("tus|queue|noble", url)]
