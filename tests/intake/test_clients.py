"""Clients that others wrote: tuspy, and curl."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tusclient.client import TusClient

from tests.intake.portal import Portal
from tests.intake.tus import PIECE, checksum

DATA = os.urandom(3_000_000)
Program = Callable[[str], str]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Über den Wolken.jpg"
    path.write_bytes(DATA)
    return path


@pytest.fixture
def curl(program: Program) -> Callable[..., str]:
    def run(*arguments: str, data: bytes = b"") -> str:
        command = [program("curl"), "--silent", "--show-error", "--include", *arguments]
        done = subprocess.run(command, input=data, capture_output=True, check=True)
        return done.stdout.decode()

    return run


@pytest.mark.parametrize("with_checksums", [False, True])
def test_tuspy_sends_in_pieces(portal: Portal, file: Path, *, with_checksums: bool) -> None:
    client = TusClient(f"{portal.link()}/uploads/")
    said = {"filename": file.name, "filetype": "image/jpeg", "contributor": "Anna"}
    with file.open("rb") as stream:  # which it would leave open itself
        uploader = client.uploader(
            file_stream=stream, chunk_size=700_000, metadata=said, upload_checksum=with_checksums
        )
        uploader.upload()
    row = portal.row(uploader.url or "")
    assert (row["state"], row["filename"]) == ("arrived", file.name)
    assert portal.content(uploader.url or "") == DATA


def test_tuspy_goes_on_where_it_stopped(portal: Portal, file: Path) -> None:
    client = TusClient(f"{portal.link()}/uploads")
    with file.open("rb") as stream:
        first = client.uploader(file_stream=stream, chunk_size=500_000)
        first.upload(stop_at=1_000_000)
        again = client.uploader(file_stream=stream, chunk_size=900_000, url=first.url)
        assert again.offset == 1_000_000
        again.upload()
    assert portal.content(again.url or "") == DATA


def test_curl_creates_sends_and_goes_on(portal: Portal, curl: Callable[..., str]) -> None:
    link = portal.link()
    tus = ["--header", "Tus-Resumable: 1.0.0"]
    created = curl(
        *tus, "--header", f"Upload-Length: {len(DATA)}", "-X", "POST", f"{link}/uploads/"
    )
    location = next(line[10:].strip() for line in created.splitlines() if "location:" in line)
    address = f"{portal.url}{location}"
    for start, stop in ((0, 1_000_000), (1_000_000, len(DATA))):
        piece = DATA[start:stop]
        headers = {"Upload-Offset": str(start), "Content-Type": PIECE, **checksum(piece, "sha256")}
        lines = [part for item in headers.items() for part in ("--header", ": ".join(item))]
        answer = curl(*tus, *lines, "-X", "PATCH", "--data-binary", "@-", address, data=piece)
        assert f"upload-offset: {stop}" in answer
    assert f"upload-offset: {len(DATA)}" in curl(*tus, "--head", address)
    assert portal.content(address) == DATA


def test_curl_sends_a_form(portal: Portal, file: Path, curl: Callable[..., str]) -> None:
    link = portal.link()
    answer = curl("--form", "name=Anna", "--form", f"files=@{file}", f"{link}/uploads/form")
    assert " 303 " in answer.partition("\r\nlocation")[0]
    (row,) = portal.rows(link)
    assert (portal.data / "staging" / row["id"]).read_bytes() == DATA
    assert row["contributor_name"] == "Anna"
