"""Which files need not be sent: every item is answered."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from portal.library.types import Album, Asset, StoredFile
from sharing.links import LinkSettings, change_link, share_album
from sharing.models import SharedLink
from tests.memory_library import MemoryLibrary
from tests.search.conftest import Program, program_of

CHECK = "/api/assets/bulk-upload-check"
SHA1 = bytes.fromhex("249133e51e90fea72c475c447bde308b1ffcc0e7")
Place = Callable[..., Asset]


@pytest.fixture
def here(place: Place) -> Asset:
    """A photo with this checksum."""
    return place(sha1=SHA1)


def files(*checksums: str) -> dict[str, Any]:
    return {"assets": [{"id": str(n), "checksum": text} for n, text in enumerate(checksums)]}


def actions(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [result["action"] for result in response.json()["results"]]


def test_what_is_there_is_rejected_in_every_spelling(program: Program, here: Asset) -> None:
    base64 = b64encode(SHA1).decode()
    answer = program.post(CHECK, files(SHA1.hex(), base64, SHA1.hex().upper(), "0" * 40))
    duplicate = {
        "action": "reject", "reason": "duplicate", "assetId": str(here.id), "isTrashed": False,
    }  # fmt: skip

    assert answer.status_code == 200
    assert answer.json()["results"] == [
        {"id": "0", **duplicate},
        {"id": "1", **duplicate},
        {"id": "2", **duplicate},
        {"id": "3", "action": "accept"},
    ]


def test_no_item_goes_without_an_answer(program: Program, here: Asset) -> None:
    """A client deletes its own files when it hears nothing of them."""
    odd = ["zz", "", "é", SHA1.hex()[:-1], b64encode(b"short").decode(), SHA1.hex(), SHA1.hex()]

    answer = program.post(CHECK, files(*odd))

    assert [result["id"] for result in answer.json()["results"]] == list("0123456")
    assert actions(answer) == ["accept"] * 5 + ["reject"] * 2
    assert actions(program.post(CHECK, {"assets": []})) == []


def test_moving_halves_of_live_photos_are_there_too(
    program: Program, library: MemoryLibrary, place: Place
) -> None:
    half = place(sha1=SHA1)
    library.hidden.add(half.id)
    place(live_video_id=half.id)

    assert actions(program.post(CHECK, files(SHA1.hex()))) == ["reject"]


def test_what_is_known_and_away_may_be_sent_again(
    program: Program, library: MemoryLibrary, here: Asset
) -> None:
    del library.files[here.id]

    assert actions(program.post(CHECK, files(SHA1.hex()))) == ["accept"]


@pytest.mark.parametrize(
    "body",
    [{}, {"assets": None}, {"assets": [{"id": "a"}]}, {"assets": [{"checksum": "00"}]},
     {"assets": ["a"]}, {"assets": [{"id": 5, "checksum": "00"}]}, []],
)  # fmt: skip
def test_what_is_no_list_of_files_is_refused(
    program: Program, refused: Any, library: MemoryLibrary, body: Any
) -> None:
    status, said = refused(program.post(CHECK, body))

    assert status == 400
    assert said


def test_who_may_not_upload_may_not_ask(
    owner: User, guest: Program, refused: Any, link: SharedLink
) -> None:
    reader = program_of(owner, "asset.read")

    assert refused(guest.post(CHECK, files(SHA1.hex())))[0] == 401
    assert refused(reader.post(CHECK, files(SHA1.hex())))[0] == 403
    assert refused(guest.post(f"{CHECK}?key={link.key}", files(SHA1.hex()))) == (403, "Forbidden")


def test_guests_learn_of_what_their_link_shows_alone(
    owner: User, guest: Program, library: MemoryLibrary, album: Album, here: Asset
) -> None:
    elsewhere = library.add_album("Private", 2)
    secret = next(asset for asset in library.held.values() if asset.id == elsewhere.cover_id)
    library.held[secret.id] = replace(secret, sha1=bytes(20))
    link = share_album(owner, album.id, LinkSettings(allow_upload=True))
    asked = files(SHA1.hex(), bytes(20).hex())

    assert actions(guest.post(f"{CHECK}?key={link.key}", asked)) == ["reject", "accept"]


def test_guests_of_a_hidden_album_learn_of_nothing(
    owner: User, guest: Program, album: Album, here: Asset
) -> None:
    link = share_album(owner, album.id, LinkSettings(allow_upload=True))
    change_link(link, replace(LinkSettings(allow_upload=True), hides_album=True))

    assert actions(guest.post(f"{CHECK}?key={link.key}", files(SHA1.hex()))) == ["accept"]


def test_5000_files_are_answered_at_once(
    program: Program, library: MemoryLibrary, place: Place, tmp_path: Path
) -> None:
    for number in range(0, 5000, 10):
        asset = place(sha1=number.to_bytes(20, "big"))
        library.files[asset.id] = StoredFile(tmp_path / uuid4().hex, 5, 0, "image/jpeg")
    asked = files(*(number.to_bytes(20, "big").hex() for number in range(5000)))

    start = perf_counter()
    answered = actions(program.post(CHECK, asked))

    assert perf_counter() - start < 3  # seconds, on a machine that does much else
    assert answered == ["accept" if number % 10 else "reject" for number in range(5000)]
