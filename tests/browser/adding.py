"""A guest's own photos, and how a test adds them."""

import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from hashlib import sha1
from io import BytesIO
from pathlib import Path
from uuid import UUID

from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import Visitor, paint
from tests.running import RunningLoggia

SHOWN = 30_000  # milliseconds in which the server has looked at what was sent


def paint_many(folder: Path, count: int, *, first: int = 1000, weight: int = 0) -> list[Path]:
    """JPEGs that differ; ``weight`` bytes of noise after each picture make them heavier."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"IMG_{number:04}.jpg" for number in range(first, first + count)]
    for number, path in enumerate(paths, first):
        paint(path, number)
        with path.open("ab") as file:
            file.write(os.urandom(weight + 4))
    return paths


def choose(page: Page, files: Iterable[Path], *, name: str | None = None) -> None:
    """Add photos as a guest does: by the button, with a name, from the picker."""
    dialog = page.locator("dialog#add")
    if dialog.count() and not dialog.is_visible():
        page.locator("[data-action=add]:visible").first.click()
        expect(dialog).to_be_visible()
    if name is not None:
        page.get_by_label("Your name").fill(name)
    page.locator("#add-form input[type=file]").set_input_files([str(path) for path in files])


def expect_count(page: Page, text: str, timeout: float = SHOWN) -> None:
    expect(page.locator(".sending-count")).to_contain_text(text, timeout=timeout)


def tiles(page: Page, state: str) -> list[str]:
    """The names of the files in this state."""
    return page.locator(f"#sending .sending-tile[data-state={state}] .name").all_text_contents()


def slow_down(page: Page, bytes_per_second: int) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    limits = {"offline": False, "latency": 20, "downloadThroughput": -1}
    session.send(
        "Network.emulateNetworkConditions", limits | {"uploadThroughput": bytes_per_second}
    )
    return session


def full_speed(session: CDPSession) -> None:
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", limits)


def contents(loggia: RunningLoggia) -> set[str]:
    """The SHA-1 of all files that wait in the staging folder, whole or not."""
    staged = (loggia.data / "staging").glob("[0-9a-f]*")
    whole = [path for path in staged if path.is_file() and not path.suffix]
    return {sha1(path.read_bytes()).hexdigest() for path in whole}  # noqa: S324


def sha1s(paths: Iterable[Path]) -> set[str]:
    return {sha1(path.read_bytes()).hexdigest() for path in paths}  # noqa: S324


def set_at_once(loggia: RunningLoggia, link_id: str, **columns: object) -> None:
    """Change a link while something is sent by it; a command would take as long as the sending."""
    names = ", ".join(f"{name} = ?" for name in columns)
    with closing(sqlite3.connect(loggia.data / "loggia.sqlite3", timeout=30)) as database:
        values = (*columns.values(), UUID(link_id).hex)
        database.execute(f"UPDATE sharing_sharedlink SET {names} WHERE id = ?", values)  # noqa: S608
        database.commit()


def as_picked(name: str, paths: Iterable[Path]) -> list[dict[str, object]]:
    """Files as some pickers give them: all of one name, and dated just now."""
    return [
        {"name": name, "mimeType": "image/jpeg", "buffer": BytesIO(path.read_bytes()).getvalue()}
        for path in paths
    ]


def ignore_lost_requests(guest: Visitor) -> None:
    """Requests that the test itself cut are no complaints."""
    guest.complaints[:] = [text for text in guest.complaints if "ERR_" not in text]


Visit = Callable[..., Visitor]
