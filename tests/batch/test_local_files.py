"""Files of this machine answer as a server would, so that copying resumes and checks alike."""

from pathlib import Path

import anyio
import httpx
import pytest

from downloads.engine import DownloadTask, Engine, Report, State
from downloads.engine.local import LocalFiles, url_of


def ask(path: Path, **headers: str) -> httpx.Response:
    async def get() -> httpx.Response:
        async with httpx.AsyncClient(transport=LocalFiles()) as client:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.get(url_of(path), headers=named)

    return anyio.run(get)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ein Büro #1?%41.jpg"
    path.write_bytes(bytes(range(256)) * 10)
    return path


def test_a_whole_file_and_its_rest(file: Path) -> None:
    whole = ask(file)
    assert (whole.status_code, whole.content) == (200, file.read_bytes())
    rest = ask(file, range="bytes=2000-", if_range=whole.headers["etag"])
    assert (rest.status_code, rest.content) == (206, file.read_bytes()[2000:])
    assert rest.headers["content-range"] == "bytes 2000-2559/2560"
    assert ask(file, range="bytes=2560-").status_code == 416


def test_another_version_comes_whole(file: Path) -> None:
    tag = ask(file).headers["etag"]
    file.write_bytes(b"another")
    again = ask(file, range="bytes=3-", if_range=tag)
    assert (again.status_code, again.content) == (200, b"another")


def test_what_is_not_there_or_no_file(file: Path) -> None:
    assert ask(file.with_name("gone")).status_code == 404
    assert ask(file / "below").status_code == 404


def test_a_file_that_cannot_be_read_is_named(file: Path, tmp_path: Path) -> None:
    async def run() -> Report:
        engine = Engine(tmp_path / "to", transport=LocalFiles())
        return await engine.run([DownloadTask("1", url_of(tmp_path / "gone"), {}, "a.jpg"),
                                 DownloadTask("2", url_of(file), {}, "b.jpg")])  # fmt: skip

    report = anyio.run(run)
    assert report.outcomes["1"].state == State.SKIPPED
    assert (tmp_path / "to" / "b.jpg").read_bytes() == file.read_bytes()
