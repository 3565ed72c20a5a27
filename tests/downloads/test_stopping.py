import threading
import time

import httpx
import pytest

from downloads.services import request_download
from sharing.access import Access
from tests.downloads.conftest import VISITOR
from tests.downloads.server import Server
from tests.downloads.test_events import events_url


def test_an_open_stream_does_not_keep_the_server_from_stopping(
    server: Server, access: Access, capfd: pytest.CaptureFixture[str]
) -> None:
    request_download(access, VISITOR, "192.0.2.1")
    is_open = threading.Event()

    def watch() -> None:
        cookies = {"loggia_visitor": VISITOR}
        with (
            httpx.Client(base_url=server.address, cookies=cookies) as client,
            client.stream("GET", events_url(access), timeout=10) as answer,
        ):
            try:
                for _ in answer.iter_lines():
                    is_open.set()
            except httpx.HTTPError:
                pass

    guest = threading.Thread(target=watch)
    guest.start()
    assert is_open.wait(5)
    started = time.monotonic()
    server.stop()
    guest.join(5)
    assert not guest.is_alive()
    assert time.monotonic() - started < 4  # the server waits one second for responses to end
    assert "Traceback" not in capfd.readouterr().err
