"""Errors of ``/api`` in the shape that clients of Immich know: the recordings 90-*."""

import json
import logging
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from portal.api_failures import _on_any, refusal_of
from portal.library.interface import LibraryUnavailable, NotInLibrary
from tests.keys.conftest import Program


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/api/nothing", "/api/", "/api/server/nothing", "/api/%00"])
def test_what_there_is_not_is_said_as_immich_says_it(
    client: Client, method: str, path: str
) -> None:
    response = client.generic(method, path)
    said = response.json()
    assert (response.status_code, said["statusCode"], said["error"]) == (404, 404, "Not Found")
    assert said["message"].startswith(f"Cannot {method} /api/")


@pytest.mark.parametrize("method", ["DELETE", "OPTIONS", "PATCH"])
def test_a_wrong_method_is_not_there(client: Client, method: str) -> None:
    response = client.generic(method, "/api/server/ping", headers={"origin": "https://x.example"})
    said = response.json()
    assert (response.status_code, said["message"]) == (404, f"Cannot {method} /api/server/ping")
    assert not response.has_header("Access-Control-Allow-Origin")


def test_malformed_json_is_told_with_its_place(program: Program) -> None:
    response = program().post("/api/shared-links", "{bad", content_type="application/json")
    said = response.json()
    assert (response.status_code, said["error"]) == (400, "Bad Request")
    assert said["message"].startswith("The request's body is no valid JSON: ")


def test_other_sites_may_ask_what_is_open(client: Client) -> None:
    response = client.get("/api/server/ping", headers={"origin": "https://x.example"})
    assert response.json() == {"res": "pong"}
    assert not response.has_header("Access-Control-Allow-Origin")


def test_the_caller_may_name_the_request(client: Client) -> None:
    response = client.get("/api/users/me", headers={"x-immich-cid": "my-correlation-id"})
    assert response["x-immich-cid"] == response.json()["correlationId"] == "my-correlation-id"
    other = client.get("/api/users/me", headers={"x-immich-cid": "<script>"})
    assert "<" not in other["x-immich-cid"]


def test_head_is_answered_like_get(client: Client) -> None:
    got, head = client.get("/api/server/ping"), client.head("/api/server/ping")
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Length"] == got["Content-Length"] == "14"


def test_a_slash_at_the_end_leads_nowhere_else(client: Client) -> None:
    assert client.get("/api/server/ping/").json() == {"res": "pong"}


def test_no_type_is_refused(client: Client) -> None:
    response = client.get("/api/server/ping", headers={"accept": "application/octet-stream"})
    assert response.status_code == 200


def test_no_token_of_a_form_is_asked_for(program: Program) -> None:
    client = program()
    client.handler.enforce_csrf_checks = True
    assert client.post("/api/auth/validateToken").status_code == 200


def test_a_browser_s_session_opens_nothing(client: Client, owner: Any) -> None:
    client.force_login(owner)
    assert client.get("/api/users/me").status_code == 401


def test_foreign_names_of_this_server_are_refused(client: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["photos.example.org"]
    response = client.get("/api/server/ping", headers={"host": "evil.example"})
    assert (response.status_code, response.json()["statusCode"]) == (400, 400)


def test_what_nobody_expected_is_500_without_a_word_of_it(
    rf: RequestFactory, caplog: pytest.LogCaptureFixture
) -> None:
    response = _on_any(rf.get("/api/albums"), KeyError("a secret"))
    said = json.loads(response.content)
    assert (response.status_code, said["error"]) == (500, "Internal Server Error")
    assert b"secret" not in response.content
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert said["correlationId"] in record.getMessage()
    assert record.exc_info


@pytest.mark.parametrize(
    ("exc", "status"),
    [
        (LibraryUnavailable("Immich is away."), 503),
        (NotInLibrary("No such album."), 400),
        (OperationalError("database is locked"), 503),
    ],
)
def test_known_trouble_is_told_in_words(exc: Exception, status: int) -> None:
    refused = refusal_of(exc)
    assert refused.status == status
    assert ("Retry-After" in refused.headers) is (status == 503)
    assert isinstance(refused.message, str)
    assert refused.message.endswith(".")


def test_twenty_wrong_keys_are_enough(program: Program) -> None:
    stranger = Client(headers={"x-api-key": "wrong"})
    answers = [stranger.get("/api/users/me").status_code for _ in range(25)]
    assert answers[:20] == [401] * 20
    assert set(answers[20:]) <= {401, 429}
    refused = stranger.get("/api/users/me")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) >= 1
    assert refused.json()["error"] == "Too Many Requests"
    assert program().get("/api/users/me").status_code == 200  # from the same address


def test_slugs_are_not_to_be_guessed(client: Client, db: None) -> None:
    answers = [client.get("/api/shared-links/me", {"slug": f"party-{n}"}) for n in range(25)]
    assert answers[0].json()["message"] == "Invalid share slug"
    assert [each.status_code for each in answers[:20]] == [401] * 20
    assert 429 in {each.status_code for each in answers[20:]}


def test_missing_keys_are_not_counted(client: Client, db: None) -> None:
    assert {client.get("/api/users/me").status_code for _ in range(30)} == {401}


def test_long_answers_are_compressed_where_that_is_taken(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.api_lean.COMPRESSED_FROM", 100)
    plain = client.get("/api/server/media-types", headers={"accept-encoding": "identity"})
    assert not plain.has_header("Content-Encoding")
    packed = client.get("/api/server/media-types", headers={"accept-encoding": "gzip, deflate"})
    assert packed["Content-Encoding"] == "gzip"
    assert int(packed["Content-Length"]) == len(packed.content) < len(plain.content)
    refused = client.get("/api/server/media-types", headers={"accept-encoding": "gzip;q=0"})
    assert not refused.has_header("Content-Encoding")
