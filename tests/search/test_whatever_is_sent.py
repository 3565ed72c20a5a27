"""Whatever programs send: it is answered or refused in words, and breaks nothing."""

from typing import Any

import orjson
import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharing.api.search_bodies import MetadataSearch
from tests.search.conftest import Program

FIELDS = [field.alias or name for name, field in MetadataSearch.model_fields.items()]
TIMES = ["2024-05-01", "2024-05-01T10:00:00.123456", "0001-01-01T00:00:00+23:59", "9999-12-31",
         "2024-02-30T00:00:00Z", "24:00", "P1D", "1714557600", "2024-05-01T10:00:00.1Z"]  # fmt: skip
odd = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False),
    st.text(max_size=20), st.sampled_from(TIMES), st.uuids().map(str),
    st.sampled_from(["IMAGE", "asc", "timeline", "loggia", "%", "a\\", "*", "\0"]),
)  # fmt: skip
values = odd | st.lists(odd, max_size=3) | st.dictionaries(st.text(max_size=5), odd, max_size=2)
bodies = st.dictionaries(st.sampled_from(FIELDS), values, max_size=4)
files = st.dictionaries(st.sampled_from(["id", "checksum", "else"]), odd | st.text(), max_size=3)
PATHS = ["metadata", "statistics", "random"]
TRIES = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(params=["memory", "folder"])
def home(request: pytest.FixtureRequest) -> None:
    """A library in memory with an album; or a database to be asked, with nothing in it."""
    if request.param == "memory":
        request.getfixturevalue("album")


def sent(program: Program, path: str, body: Any) -> Any:
    client: Client = program.client
    encoded = orjson.dumps(body)
    return client.post(path, encoded, content_type="application/json", headers=program.headers)


@TRIES
@given(path=st.sampled_from(PATHS), body=bodies | values)
def test_a_search_is_answered_or_refused_in_words(
    program: Program, home: None, path: str, body: Any
) -> None:
    response = sent(program, f"/api/search/{path}", body)

    assert response.status_code in {200, 400}, body
    assert response.status_code == 200 or response.json()["message"]


@TRIES
@given(items=st.lists(files, max_size=5) | values)
def test_a_check_answers_every_file_or_refuses_all(
    program: Program, home: None, items: Any
) -> None:
    response = sent(program, "/api/assets/bulk-upload-check", {"assets": items})

    assert response.status_code in {200, 400}, items
    if response.status_code == 200:
        results = response.json()["results"]
        assert [result["id"] for result in results] == [item["id"] for item in items]
        assert {result["action"] for result in results} <= {"accept", "reject"}
