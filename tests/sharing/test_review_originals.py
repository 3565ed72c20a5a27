"""The file as a guest sent it: played and opened by its owner, and by nobody else."""

import asyncio
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from portal.accounts.sessions import signed_in
from portal.media.table import GrantTable
from sharing.contributions.models import State, Upload
from sharing.grants import LinkGrants
from sharing.managing.originals import SentOriginals
from sharing.models import SharedLink
from tests.sharing.listening import cookie_of

Send = Callable[..., Upload]
Answer = tuple[int, dict[str, str], bytes]
pytestmark = pytest.mark.django_db(transaction=True)


def ask(path: str, cookie: str, method: str = "GET", **headers: str) -> Answer:
    said: list[MutableMapping[str, Any]] = []

    async def run() -> None:
        grants = GrantTable(LinkGrants(), signed_in)
        asking = asyncio.create_task(grants.run())
        await asyncio.sleep(0)
        told = [(name.encode(), value.encode()) for name, value in headers.items()]
        told.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
        scope = {"type": "http", "method": method, "path": path, "headers": told}

        async def receive() -> MutableMapping[str, Any]:
            await asyncio.sleep(60)
            return {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            said.append(dict(message, body=bytes(message.get("body", b""))))

        await SentOriginals(grants)(scope, receive, send)
        asking.cancel()
        await asyncio.wait({asking})

    asyncio.run(run())
    names = {name.decode(): value.decode() for name, value in said[0]["headers"]}
    return said[0]["status"], names, b"".join(message["body"] for message in said)


@pytest.fixture
def video(send: Send, link: SharedLink) -> Upload:
    upload = send(link, filename="party.mp4", media_type="video/mp4", kind="VIDEO")
    upload.staged.write_bytes(bytes(range(250)) * 4)
    return upload


def path_of(upload: Upload) -> str:
    return f"/review/{upload.pk}/original"


def test_its_owner_gets_it_whole_or_in_part(owner_client: Client, video: Upload) -> None:
    status, headers, body = ask(path_of(video), cookie_of(owner_client))
    assert (status, body) == (200, bytes(range(250)) * 4)
    assert headers["content-type"] == "video/mp4"
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert headers["cache-control"] == "private, no-cache"
    status, headers, body = ask(path_of(video), cookie_of(owner_client), range="bytes=10-19")
    assert (status, body) == (206, bytes(range(10, 20)))
    assert ask(path_of(video), cookie_of(owner_client), "HEAD")[2] == b""


def test_nobody_else_does(owner_client: Client, other_client: Client, video: Upload) -> None:
    for cookie in (cookie_of(other_client), "", "made-up"):
        assert ask(path_of(video), cookie)[0] == 404
    mine = cookie_of(owner_client)
    for path in (
        f"/review/{uuid4()}/original",
        f"/review/{'-' * 36}/original",
        "/review/x/original",
    ):
        assert ask(path, mine)[0] == 404
    assert ask(path_of(video), mine, "POST")[0] == 405
    owner_client.logout()
    assert ask(path_of(video), mine)[0] == 404


@pytest.mark.parametrize("state", [State.ARRIVING, State.ARRIVED, State.REFUSED, State.WITHDRAWN])
def test_what_nobody_looked_into_or_was_taken_back_is_not_given(
    owner_client: Client, video: Upload, state: State
) -> None:
    Upload.objects.update(state=state)
    assert ask(path_of(video), cookie_of(owner_client))[0] == 404


def test_a_file_that_is_gone_is_not_there(owner_client: Client, video: Upload) -> None:
    video.staged.unlink()
    assert ask(path_of(video), cookie_of(owner_client))[0] == 404


def test_nothing_outside_staging_is_given(
    owner_client: Client, video: Upload, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    video.staged.unlink()
    video.staged.symlink_to(secret)
    assert ask(path_of(video), cookie_of(owner_client))[0] == 404


def test_what_no_browser_shows_is_saved(owner_client: Client, send: Send, link: SharedLink) -> None:
    raw = send(link, filename="böse\n.html", media_type="image/x-canon-cr2")
    _status, headers, _body = ask(path_of(raw), cookie_of(owner_client))
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"].startswith("attachment")


def test_the_review_links_to_it_where_a_browser_shows_it(
    owner_client: Client, send: Send, link: SharedLink, video: Upload
) -> None:
    raw = send(link, media_type="image/x-canon-cr2")
    shown = owner_client.get("/review/").content.decode()
    assert path_of(video) in shown
    assert path_of(raw) not in shown
