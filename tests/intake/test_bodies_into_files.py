"""The pump between a connection and a file: whatever comes when, the bytes keep their order."""

import asyncio
import os
import random
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from sharing.contributions import receiving
from sharing.contributions.hands import Hands
from sharing.contributions.receiving import Body, Ending

CHANCE = random.Random(11)  # noqa: S311 - chooses sizes and moments, no secrets
DATA = os.urandom(24_000_000)


async def still_taken() -> None:
    return


async def pumped(path: Path, largest: int, *, pauses: bool) -> Ending:
    """Send ``DATA`` through a body, in pieces of any size."""
    hands, at = Hands(2), 0

    async def receive() -> dict[str, Any]:
        nonlocal at
        if pauses and CHANCE.random() < 0.3:
            await asyncio.sleep(CHANCE.random() * 0.004)
        piece = DATA[at : at + CHANCE.randrange(1, largest)]
        at += len(piece)
        return {"type": "http.request", "body": piece, "more_body": at < len(DATA)}

    async with hands.opened(path) as file:
        file.begin_piece()
        ending = await Body(file, hands, len(DATA), still_taken).run({"extensions": {}}, receive)
        assert file.length == len(DATA)
    return ending


@pytest.mark.parametrize("largest", [3_000, 70_000, 300_000, 3_000_000])
@pytest.mark.parametrize("pauses", [False, True])
def test_bytes_keep_their_order(
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    largest: int,
    *,
    pauses: bool,
) -> None:
    settings.STAGING_DIR = tmp_path
    settings.LOGGIA_DISK_RESERVE = 0
    monkeypatch.setattr(receiving, "LOOK_EVERY", 0.0)  # so that it looks between any two steps
    assert asyncio.run(pumped(tmp_path / "file", largest, pauses=pauses)) is Ending.COMPLETE
    assert (tmp_path / "file").read_bytes() == DATA
