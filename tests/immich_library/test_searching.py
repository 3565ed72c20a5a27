"""A search comes to an end, whatever the server does."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from portal.library.immich import searching
from portal.library.immich.client import ImmichClient
from portal.library.immich.failing import NotImmich


def page(*days: str) -> bytes:
    """Photos of these days, and it is said that there are more."""
    items = [
        {
            "id": f"00000000-0000-4000-8000-00000000000{number}",
            "type": "IMAGE",
            "localDateTime": f"{day}T10:00:00.000Z",
            "fileCreatedAt": f"{day}T10:00:00.000Z",
        }
        for number, day in enumerate(days)
    ]
    return json.dumps({"assets": {"items": items, "nextPage": "2"}}).encode()


class SamePage(BaseHTTPRequestHandler):
    """Whatever is asked for, there is this page."""

    body = b""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        body = self.body
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture(params=[("2024-05-01", "2024-05-02"), ("2024-05-01", "2024-05-01")])
def same_page(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(SamePage, "body", page(*request.param))
    with ThreadingHTTPServer(("127.0.0.1", 0), SamePage) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(5)


def test_pages_that_lead_nowhere_are_told(
    same_page: str, client_at: Callable[[str, str], ImmichClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MOST_TIED", 2)
    pages = searching.search(client_at(same_page, "key"), {"visibility": "timeline"})
    assert len(next(pages).assets) == 2
    with pytest.raises(NotImmich, match="does not answer as Immich"):
        next(pages)
