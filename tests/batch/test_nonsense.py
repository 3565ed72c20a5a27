"""What a server writes of a photo that no Immich would write."""

from typing import Any

import pytest

from downloads.batch.translating import Translator
from downloads.batch.wanted import BatchError
from portal.library.immich.client import Server

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
