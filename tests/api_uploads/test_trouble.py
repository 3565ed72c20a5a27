"""Disks that are full, processes that are killed: nothing that was confirmed is lost."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from sharing.models import SharedLink
from tests.api_uploads.conftest import Home, Program, sha1, words
from tests.intake.pictures import picture
from tests.running import RunningLoggia, start

folder_only = pytest.mark.parametrize("home", ["folder"], indirect=True)
NO_ROOM = "The server has no room right now. Please try again later."


@pytest.mark.django_db(transaction=True)
@folder_only
def test_a_full_disk_is_said_in_words_and_leaves_nothing_half_done(
    home: Home, program: Program, staging: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "LOGGIA_DISK_RESERVE", 2**60)
    assert words(program.send(picture("full"))) == (507, NO_ROOM)
    assert list(staging.iterdir()) == []


@pytest.mark.django_db(transaction=True)
@folder_only
def test_what_is_larger_than_may_be_is_refused(  # noqa: PLR0917
    home: Home,
    program: Program,
    guest_of: Callable[[SharedLink], Program],
    share: Callable[..., SharedLink],
    staging: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "LOGGIA_UPLOAD_MAX_SIZE", 50_000)
    said = "The file is larger than 50,000 bytes, the most that is taken here."
    content = picture("large", 200_000)
    assert words(program.send(content)) == (413, said)
    assert words(guest_of(share()).send(content)) == (413, said)
    assert list(staging.iterdir()) == []


@pytest.mark.slow
def test_a_kill_loses_nothing_that_was_confirmed(
    start_loggia: Callable[..., RunningLoggia],
) -> None:
    """All that was answered by 201 is there afterwards, and the rest can be sent again."""
    loggia = start_loggia(LOGGIA_WEB_PROCESSES="2", LOGGIA_SCAN_INTERVAL="1h")
    key = loggia.manage("apikey", "create", "test", "--permission", "all").split()[-1]
    contents = [picture(f"killed {number}", 60_000) for number in range(60)]
    confirmed: dict[str, bytes] = {}
    client = httpx.Client(base_url=loggia.url, trust_env=False, timeout=30)
    program = Program(client, headers={"x-api-key": key})

    def send(content: bytes) -> None:
        with suppress(httpx.TransportError):
            status, said = program.send(content)
            if status == 201:
                confirmed[said["id"]] = content

    with ThreadPoolExecutor(6) as threads:
        sent = [threads.submit(send, content) for content in contents]
        while len(confirmed) < 10:
            time.sleep(0.01)
        loggia.kill()
        for one in sent:
            one.result()
    assert 10 <= len(confirmed) < len(contents)

    again = start(loggia.data, LOGGIA_SCAN_INTERVAL="1h")
    try:
        client = httpx.Client(base_url=again.url, trust_env=False, timeout=30)
        program = Program(client, headers={"x-api-key": key})
        for asset_id, content in confirmed.items():
            answer = program.post(checksum=sha1(content).hexdigest())
            assert answer == (200, {"id": asset_id, "status": "duplicate"})
        statuses = [program.send(content)[0] for content in contents]
        assert set(statuses) == {200, 201}
        assert statuses.count(200) >= len(confirmed)
        names = [path for path in (loggia.data / "incoming").rglob("*.jpg") if path.is_file()]
        assert len({path.read_bytes() for path in names}) == len(contents)
    finally:
        again.stop()
