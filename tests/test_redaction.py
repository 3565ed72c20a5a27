"""The log names no key and no token, whoever writes the line."""

import logging
import time
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from portal.library.types import Rendition
from portal.media.tickets import MediaSigner
from portal.redaction import HideKeys, ShortOfStrangers, hide_keys

KEY = "k3_-" * 16 + "Ab9"


@pytest.mark.parametrize(
    ("line", "hidden"),
    [
        (f"Gone: /share/{KEY}", "Gone: /share/…"),
        (f"Gone: /share/{KEY}/photo/3 (410)", "Gone: /share/…/photo/3 (410)"),
        (
            f'"GET /media/{"a" * 32}/{"b" * 32}/preview/{"c" * 27} HTTP/1.1"',
            '"GET /media/…/…/preview/… HTTP/1.1"',
        ),
        ("Not found: /s/our-summer", "Not found: /s/our-summer"),
        ("GET /api/albums?apiKey=Zm9vYmFy&x=1", "GET /api/albums?apiKey=…&x=1"),
        (f"GET /api/assets/7/original?key={KEY}", "GET /api/assets/7/original?key=…"),
        ("{'x-api-key': 'Zm9vYmFy', 'accept': '*/*'}", "{'x-api-key': '…', 'accept': '*/*'}"),
        ("[(b'x-api-key', b'Zm9vYmFy')]", "[(b'x-api-key', b'…')]"),
        ("X-Api-Key: Zm9vYmFy", "X-Api-Key: …"),
        ("Authorization: Bearer Zm9vYmFy", "Authorization: Bearer …"),
        ("cookie immich_shared_link_token=aa,bb; x", "cookie immich_shared_link_token=…; x"),
        ("The monkey=banana of key 3", "The monkey=banana of key 3"),
        ("Nothing to hide", "Nothing to hide"),
    ],
)
def test_keys_are_replaced(line: str, hidden: str) -> None:
    assert hide_keys(line) == hidden


def test_the_tokens_that_are_handed_out_are_long_enough_to_be_seen() -> None:
    url = MediaSigner(uuid4(), 1).url(uuid4(), Rendition.PREVIEW)
    assert hide_keys(url) == "/media/…/…/preview/…"
    assert hide_keys(f"{url}x/{KEY[:40]}.jpg").count("…") == 4


def test_arguments_of_a_record_are_searched_too() -> None:
    record = logging.LogRecord("x", logging.ERROR, "", 0, "Error at %s", (f"/share/{KEY}",), None)
    HideKeys().filter(record)
    assert record.getMessage() == "Error at /share/…"


@pytest.mark.parametrize(
    "part", ["?key=", "x-api-key: ", "bearer  ", "/s/", f"/s/{'a' * 26}.", f"/s/{'a' * 27}"]
)
def test_a_stranger_who_writes_doors_into_a_line_keeps_nobody_waiting(part: str) -> None:
    line = f"Invalid HTTP_HOST header: '{part * (60_000 // len(part))}'."
    began_at = time.process_time()
    hidden = hide_keys(line)
    assert time.process_time() - began_at < 0.5
    assert "a" * 27 not in hidden


def test_a_request_gone_wrong_by_a_stranger_s_hand_is_one_short_line(
    client: Client, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["photos.example.org"]
    assert client.get("/", headers={"host": f"{'x.' * 5_000}example"}).status_code == 400
    (record,) = [one for one in caplog.records if one.name.startswith("django.security.")]
    assert ShortOfStrangers().filter(record)
    line = logging.Formatter().format(record)
    assert line.startswith("Invalid HTTP_HOST header: ")
    assert len(line) <= 300
