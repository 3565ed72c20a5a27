"""What a server writes of a photo that no Immich would write."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from downloads.batch import searching
from downloads.batch.sources import photos_of
from downloads.batch.translating import Translator
from downloads.batch.wanted import BatchError, Missing
from portal.library.immich.client import ImmichClient, Server

PHOTO: dict[str, Any] = {
    "id": "00000000-0000-4000-8000-000000000001",
    "type": "IMAGE",
    "originalFileName": "a.jpg",
    "originalPath": "/a.jpg",
    "checksum": "",
    "createdAt": "2024-05-01T10:00:00.000Z",
    "fileCreatedAt": "2024-05-01T10:00:00.000Z",
    "localDateTime": "2024-05-01T10:00:00.000Z",
    "exifInfo": {"fileSizeInByte": 5},
}


@pytest.mark.parametrize(
    "odd",
    [
        {"exifInfo": {"fileSizeInByte": float("inf")}},
        {"exifInfo": {"fileSizeInByte": -5}},
        {"exifInfo": {"fileSizeInByte": "many"}},
        {"createdAt": "0001-01-01T00:00:00+14:00"},
        {"fileCreatedAt": "yesterday"},
        {"exifInfo": [1]},
        {"id": "/../../../../elsewhere"},
        {"id": "00000000-0000-4000-8000-000000000001?x="},
        {"id": None},
    ],
    ids=str,
)
def test_nonsense_about_a_photo_is_told_in_a_sentence(odd: dict[str, Any]) -> None:
    translator = Translator(
        Server.with_share_key("http://photos.example.org", "key"), lambda _id: None
    )
    assert translator.photo(PHOTO).still.size == 5
    with pytest.raises(BatchError, match="does not describe assets as Immich does"):
        translator.photo(PHOTO | odd)


def test_one_photo_without_sense_keeps_the_others_from_nobody() -> None:
    translator = Translator(
        Server.with_share_key("http://photos.example.org", "k"), lambda _id: None
    )
    assets = {"odd": PHOTO | {"fileCreatedAt": "yesterday"}, PHOTO["id"]: PHOTO}
    missing: list[Missing] = []
    photos = photos_of(translator, assets, dict.fromkeys(assets, ""), missing)
    assert [photo.id for photo in photos] == [PHOTO["id"]]
    assert [each.name for each in missing] == ["a.jpg"]


class NoEnd(BaseHTTPRequestHandler):
    """Whatever is asked for, there is one photo, and another page."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        following = str(asked.get("page", 0) + 1)
        answer = {"total": 10**9, "assets": {"items": [PHOTO], "nextPage": following}}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def no_end() -> Iterator[ImmichClient]:
    with ThreadingHTTPServer(("127.0.0.1", 0), NoEnd) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        client = ImmichClient(Server.with_key(f"http://127.0.0.1:{server.server_port}", "key"))
        yield client
        client.close()
        server.shutdown()
        thread.join(5)


def test_pages_without_end_are_told(no_end: ImmichClient) -> None:
    with pytest.raises(BatchError, match="in a circle"):
        searching.find_all(no_end, {})
