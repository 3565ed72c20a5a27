import asyncio
import gzip
import logging
from pathlib import Path

import brotli
import httpx
import pytest

from portal.static_app import StaticApp

SCRIPT = b"export const answer = 42;\n" * 50
HASHED = "/static/js/viewer.0123456789ab.js"


@pytest.fixture
def app(tmp_path: Path) -> StaticApp:
    folder = tmp_path / "js"
    folder.mkdir()
    for name in ("viewer.js", "viewer.0123456789ab.js"):
        (folder / name).write_bytes(SCRIPT)
        (folder / f"{name}.gz").write_bytes(gzip.compress(SCRIPT))
        (folder / f"{name}.br").write_bytes(brotli.compress(SCRIPT))
    (tmp_path.parent / "secret.txt").write_text("secret")
    return StaticApp(tmp_path, "/static/")


def ask(app: StaticApp, url: str, method: str = "GET", **headers: str) -> httpx.Response:
    sent = {"accept-encoding": "", **{n.replace("_", "-"): v for n, v in headers.items()}}

    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, url, headers=sent)

    return asyncio.run(request())


def test_hashed_names_are_fresh_for_ever_and_others_for_a_minute(app: StaticApp) -> None:
    hashed, plain = ask(app, HASHED), ask(app, "/static/js/viewer.js")
    assert hashed.content == plain.content == SCRIPT
    assert "immutable" in hashed.headers["cache-control"]
    assert plain.headers["cache-control"] == "max-age=60, public"
    assert hashed.headers["content-type"] == 'text/javascript; charset="utf-8"'
    assert hashed.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("accepted", "sent"), [("br, gzip", "br"), ("gzip", "gzip"), ("", None), ("identity", None)]
)
def test_the_smallest_form_the_browser_takes(
    app: StaticApp, accepted: str, sent: str | None
) -> None:
    response = ask(app, HASHED, accept_encoding=accepted)
    assert response.headers.get("content-encoding") == sent
    assert response.headers["vary"] == "Accept-Encoding"
    assert response.content == SCRIPT
    assert (int(response.headers["content-length"]) < len(SCRIPT)) == (sent is not None)


def test_head_and_not_modified(app: StaticApp) -> None:
    got, head = ask(app, HASHED), ask(app, HASHED, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(SCRIPT))
    again = ask(app, HASHED, if_none_match=got.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "url",
    [
        "/static/",
        "/static/js",
        "/static/js/none.js",
        "/static/../secret.txt",
        "/static/%2e%2e/secret.txt",
        f"{HASHED}.br",
        "/static/%00",
    ],
)
def test_what_was_not_collected_is_404(app: StaticApp, url: str) -> None:
    assert ask(app, url).status_code == 404


def test_nothing_can_be_posted(app: StaticApp) -> None:
    assert ask(app, HASHED, "POST").status_code == 405


def test_a_file_that_went_missing_is_404(app: StaticApp, tmp_path: Path) -> None:
    for file in (tmp_path / "js").iterdir():
        file.unlink()
    assert ask(app, HASHED).status_code == 404


def test_without_collected_files_it_says_what_to_do(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        app = StaticApp(tmp_path / "nowhere", "/static/")
    assert "manage.py collectstatic" in caplog.text
    assert ask(app, HASHED).status_code == 404
