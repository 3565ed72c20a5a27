"""The description of ``/api``, for programs and as a page."""

import re

import pytest
from django.test import Client

from portal.api import api
from portal.api_description import describe


def test_programs_read_the_description(client: Client) -> None:
    found = client.get("/api/openapi.json").json()
    assert found["openapi"].startswith("3.1")
    assert found["servers"] == [{"url": "/api"}]
    assert "/server/ping" in found["paths"]


def test_each_route_says_who_may_use_it_and_what_is_refused() -> None:
    paths = describe(api)["paths"]
    me = paths["/users/me"]["get"]
    assert me["x-immich-permission"] == "user.read"
    assert me["security"] == [{"api_key": []}, {"bearer": []}]
    assert {"200", "400", "401", "403", "404", "429", "503"} <= set(me["responses"])
    assert "401" not in paths["/server/ping"]["get"]["responses"]


def test_names_are_written_as_they_are_sent() -> None:
    schemas = describe(api)["components"]["schemas"]
    assert "avatarColor" in schemas["OwnUser"]["properties"]


def test_what_is_served_before_django_is_described_too() -> None:
    paths = describe(api)["paths"]
    assert "get" in paths["/assets/{id}/original"]
    assert {"get", "post"} <= set(paths["/download/archive"])
    assert paths["/assets"]["post"]["operationId"] == "uploadAsset"
    assert "multipart/form-data" in paths["/assets"]["post"]["requestBody"]["content"]


def test_every_reference_leads_somewhere() -> None:
    found = describe(api)
    for name in re.findall(r'"#/components/schemas/([^"]+)"', str(found).replace("'", '"')):
        assert name in found["components"]["schemas"]


def test_no_two_routes_have_one_name() -> None:
    names = [
        each["operationId"] for path in describe(api)["paths"].values() for each in path.values()
    ]
    assert len(names) == len(set(names))


@pytest.mark.django_db
def test_people_read_it_as_a_page_without_script_of_others(client: Client) -> None:
    response = client.get("/api/docs")
    text = response.content.decode()
    assert response.status_code == 200
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "/api/users/{id}" in text
    assert "user.read" in text
    assert not re.search(r"<script(?! type=\"module\" src=)[^>]*>", text)
    assert not re.search(r"(src|href)=\"https?:", text)
