"""Links that give smaller photos, or none of the metadata, in front of an Immich."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.faults.conftest import ask_database, files_in
from tests.immich import ImmichProcess, start_immich_process
from tests.running import RunningLoggia, start
from tests.visiting import Guest

__all__ = ["start_immich_process"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(150)]


@pytest.fixture
def loggia(
    start_immich_process: Callable[..., ImmichProcess], tmp_path: Path
) -> Iterator[RunningLoggia]:
    immich = start_immich_process("--assets", "6")
    variables = {"LOGGIA_IMMICH_URL": immich.url, "LOGGIA_IMMICH_API_KEY": immich.api_key}
    running = start(tmp_path / "data", **variables)
    running.manage("scan")
    yield running
    running.stop()


def archive_of(loggia: RunningLoggia, *options: str, size: str) -> list[bytes]:
    import json

    said = loggia.manage("link", "create", "--json", "--album", "Everything", *options)
    guest = Guest(str(json.loads(said)["url"]))
    with guest.client:
        guest.ask(size)
        return files_in(guest.client.get(guest.archive(within=60)).content)


def test_large_photos_are_made_here_and_videos_come_by_the_spool(loggia: RunningLoggia) -> None:
    files = archive_of(loggia, size="large")
    pictures = [file for file in files if file.startswith(b"\xff\xd8")]
    assert len(pictures) == 6
    assert all(max(Image.open(BytesIO(file)).size) <= 2048 for file in pictures)
    kept = ask_database(loggia.data, "SELECT count(*) FROM downloads_spoolfile")
    assert kept == [(len(files) - len(pictures),)]


def test_without_metadata_no_original_is_fetched_into_the_spool(loggia: RunningLoggia) -> None:
    files = archive_of(loggia, "--no-metadata", size="original")
    pictures = [file for file in files if file.startswith(b"\xff\xd8")]
    assert len(pictures) == 6
    assert not any(Image.open(BytesIO(file)).getexif() for file in pictures)
    assert ask_database(loggia.data, "SELECT count(*) FROM downloads_spoolfile") == [(0,)]
