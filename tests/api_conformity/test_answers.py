"""Answers are as Immich's description of its API says, and as Loggia's own says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api_conformity.asking import Names, filled, send
from tests.api_conformity.asks import ASKS, NOT_HERE, Ask
from tests.api_conformity.conftest import chosen, ok
from tests.api_conformity.described import SUBSET, faults, immichs, operations
from tests.api_homes import Home, unique
from tests.library.files import write_photo

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="session")
def own_descriptions() -> dict[str, Any]:
    return {}


@pytest.fixture
def own(home: Home, own_descriptions: dict[str, Any]) -> Any:
    if home.api not in own_descriptions:
        own_descriptions[home.api] = home.http.get("/openapi.json").json()
    return own_descriptions[home.api]


@pytest.mark.parametrize("ask", ASKS, ids=str)
def test_answers_as_described(
    ask: Ask, home: Home, names: Names, own: dict[str, Any], tmp_path: Path
) -> None:
    """With durations as Immich 2.7.5 writes them."""
    answer = answer_of(ask, home, names, tmp_path)
    assert answer.status_code == ask.status, answer.text
    assert list(faults(own, ask.operation, answer)) == []
    if SUBSET.exists():
        assert list(faults(immichs(), ask.operation, answer)) == []


@pytest.mark.parametrize("operation", NOT_HERE)
def test_what_there_is_not_is_said_in_words(operation: str, home: Home, names: Names) -> None:
    path, status, body = filled([*NOT_HERE[operation]], names)
    answer = home.http.request(operation.partition(" ")[0], path, json=body)
    assert (answer.status_code, bool(answer.json()["message"])) == (status, True)


def test_no_operation_is_left_out(folder_home: Home) -> None:
    asked = {ask.operation for ask in ASKS} | NOT_HERE.keys()
    assert asked <= operations(folder_home.http.get("/openapi.json").json())
    if SUBSET.exists():
        assert operations(immichs()) <= asked


def test_what_is_not_as_described_is_seen(folder_home: Home) -> None:
    own = folder_home.http.get("/openapi.json").json()
    wrong = {**folder_home.http.get("/users/me").json(), "id": 3}
    for answer in (httpx.Response(200, json=wrong), httpx.Response(418, json=wrong)):
        assert list(faults(own, "GET /users/me", answer))
        assert not SUBSET.exists() or list(faults(immichs(), "GET /users/me", answer))


def answer_of(ask: Ask, home: Home, names: Names, folder: Path) -> httpx.Response:
    method, _space, template = ask.operation.partition(" ")
    wanted = names | dict(fresh(ask, home, folder))
    path = filled(ask.at or template, wanted)
    photo = write_photo(folder / f"{unique('sent')}.jpg") if ask.is_upload else None
    file = ("assetData", photo.name, photo.read_bytes()) if photo else None
    headers = {} if ask.key else {"x-api-key": home.key}
    sign = "&" if "?" in path else "?"
    handle = f"{sign}key={names[ask.key]}" if ask.key else ""
    url = f"{home.api_2}{path}{handle}"
    return send(method, url, filled(ask.body, wanted), headers=headers, file=file)


def fresh(ask: Ask, home: Home, folder: Path) -> Iterator[tuple[str, str]]:
    """What this request changes or deletes."""
    wanted = f"{ask.at} {ask.body}"
    if "<new-asset>" in wanted:
        yield "new-asset", upload(home, folder)
    if "<new-album>" in wanted:
        made = ok(home.http.post("/albums", json={"albumName": unique("New")}))
        yield "new-album", made.json()["id"]
    if "<new-link>" in wanted:
        yield "new-link", chosen(home, home.album_assets("Summer")["Noon.jpg"]["id"])["id"]
    if "<new-tag>" in wanted:
        yield "new-tag", ok(home.http.put("/tags", json={"tags": [unique("tag")]})).json()[0]["id"]


def upload(home: Home, folder: Path) -> str:
    content = write_photo(folder / "new.jpg").read_bytes()
    moment = {"fileCreatedAt": "2024-08-01T10:00:00Z", "fileModifiedAt": "2024-08-01T10:00:00Z"}
    files = {"assetData": ("new.jpg", content)}
    asset_id: str = ok(home.http.post("/assets", data=moment, files=files)).json()["id"]
    return asset_id
