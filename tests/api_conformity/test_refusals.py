"""Every refusal recorded from Immich has its counterpart: the same status, or one with a reason."""

import re

import httpx
import pytest

from tests.api_conformity.asking import Names, filled, send
from tests.api_conformity.refusal import Refusal
from tests.api_conformity.refusals import REFUSALS, TAKEN
from tests.api_homes import Home
from tests.fake_immich.recorded import FOLDER, recorded

pytestmark = pytest.mark.timeout(180)


JSON = [each for each in REFUSALS if each.status != 416]


@pytest.mark.parametrize("refusal", JSON, ids=str)
def test_is_refused_in_words(refusal: Refusal, home: Home, names: Names) -> None:
    answer = ask(refusal, home, names)
    assert answer.status_code == refusal.status, answer.text
    said = answer.json()
    assert (said["statusCode"], bool(said["error"])) == (refusal.status, True)
    assert said["correlationId"] == answer.headers["x-immich-cid"]
    words = said["message"] if isinstance(said["message"], list) else [said["message"]]
    assert all(len(each) > 5 and "Traceback" not in each for each in words)
    assert words


def test_a_range_past_the_end_is_told_where_the_end_is(home: Home, names: Names) -> None:
    (refusal,) = (each for each in REFUSALS if each.status == 416)
    answer = ask(refusal, home, names)
    size = (home.photos / "Summer" / "Noon.jpg").stat().st_size
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{size}")


def test_a_slug_is_found_in_any_case(home: Home, names: Names) -> None:
    answer = httpx.get(f"{home.api}/shared-links/me?slug={names['slug'].upper()}")
    assert answer.status_code == 200


def test_with_metadata_off_a_cleaned_file_comes(home: Home, names: Names) -> None:
    url = f"{home.api}/assets/{names['photo']}/original?key={names['nometa']}"
    cleaned = httpx.get(url)
    assert cleaned.status_code == 200
    assert b"2024:07:01" in (home.photos / "Summer" / "Noon.jpg").read_bytes()
    assert b"2024:07:01" not in cleaned.content


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the recordings are not beside this checkout")
def test_no_recorded_refusal_is_left_out() -> None:
    here = {refusal.recording: refusal for refusal in REFUSALS}
    for path in (FOLDER / "recordings").glob("*.http"):
        exchange = recorded(path.stem)
        name = re.sub(r"^\d\d-.*?-(?=\d{3}-)", "", path.stem)
        if refusal := here.get(name):
            assert exchange.status == (refusal.theirs or refusal.status), name
            assert bool(refusal.theirs) == bool(refusal.why), name
        elif exchange.status >= 400:
            assert name in TAKEN, name


def ask(refusal: Refusal, home: Home, names: Names) -> httpx.Response:
    method, _space, path = refusal.asked.partition(" ")
    key = {"nobody": "", "wrong": "no-such-key"}.get(refusal.who) or names.get(refusal.who, "")
    headers = refusal.headers | ({"x-api-key": key} if key else {})
    body = filled(refusal.body, names)
    url = f"{home.api}{filled(path, names)}"
    return send(method, url, body, headers=headers, file=refusal.file)
