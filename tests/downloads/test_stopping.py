import threading
import time

import httpx
import pytest

from downloads.services import request_download
from sharing.access import Access
from tests.downloads.conftest import VISITOR
from tests.downloads.server import Server
from tests.downloads.test_events import events_url


def test_an_open_stream_ends_properly_as_soon_as_the_server_stops(
    server: Server, access: Access, capfd: pytest.CaptureFixture[str]
) -> None:
    request_download(access, VISITOR, "192.0.2.1")
    is_open, has_ended = threading.Event(), threading.Event()

    def watch() -> None:
        cookies = {"loggia_visitor": VISITOR}
        with (
            httpx.Client(base_url=server.address, cookies=cookies) as client,
            client.stream("GET", events_url(access), timeout=10) as answer,
        ):
            for _ in answer.iter_lines():
                is_open.set()
            has_ended.set()  # else the connection was cut

    guest = threading.Thread(target=watch)
    guest.start()
    assert is_open.wait(5)
    started = time.monotonic()
    server.stop()
    guest.join(5)
    assert time.monotonic() - started < 0.9  # the server waits one second for other responses
    assert has_ended.is_set()
    assert "Traceback" not in capfd.readouterr().err
