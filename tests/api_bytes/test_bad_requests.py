"""Whatever comes, it is answered in words and never by a fault of ours."""

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api_bytes.conftest import Program, said

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | st.uuids(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
FUZZ = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
REFUSALS = {400, 401, 403, 404, 413, 416, 429}  # 429: so many wrong keys


@FUZZ
@given(st.dictionaries(st.sampled_from(["assetIds", "edited", "x"]), ANY_JSON) | ANY_JSON)
def test_any_body_asks_for_an_archive_or_is_refused(program: Program, body: Any) -> None:
    sent = json.dumps(body, default=str).encode()
    status, message = said(program.ask("POST", "/download/archive", content=sent))
    assert status == 400
    assert message


@FUZZ
@given(st.binary(max_size=200))
def test_any_bytes_ask_for_an_archive_or_are_refused(program: Program, sent: bytes) -> None:
    assert said(program.ask("POST", "/download/archive", content=sent))[0] == 400


@FUZZ
@given(
    st.sampled_from(["original", "thumbnail", "video/playback"]),
    st.text(st.characters(exclude_characters="/?#", exclude_categories=["Cs"]), min_size=1),
    st.dictionaries(st.sampled_from(["size", "key", "slug", "edited"]), st.text(max_size=60)),
)
def test_any_address_is_answered(
    program: Program, what: str, asset: str, query: dict[str, str]
) -> None:
    named = "&".join(
        f"{name}={quote(value.encode('utf-8', 'replace'))}" for name, value in query.items()
    )
    response = program.get(f"/assets/{quote(asset)}/{what}?{named}")
    assert response.status_code in REFUSALS
    assert said(response)[1]


@pytest.mark.parametrize("query", ["key=%00", "key=%ff%fe", "apiKey=%00", "key=a&key=b", "slug=é"])
def test_odd_credentials_are_wrong_ones(client: httpx.Client, query: str) -> None:
    path = "/api/assets/00000000-0000-4000-8000-000000000000/original"
    assert said(client.get(f"{path}?{query}"))[0] == 401
