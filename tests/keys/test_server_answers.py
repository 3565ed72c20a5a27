"""What programs learn of the server, of their owner and their key: the recordings 10-*."""

from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from portal.accounts.api_keys import make_api_key
from portal.accounts.models import ApiKey
from sharing.models import SharedLink
from tests.keys.conftest import Program


@pytest.mark.parametrize("name", ["ping", "version", "media-types", "features", "config"])
def test_some_answers_need_no_key(client: Client, name: str) -> None:
    response = client.get(f"/api/server/{name}")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert response["Cache-Control"] == "no-store"
    assert response["x-immich-cid"]


def test_a_ping_is_answered_by_a_pong(client: Client) -> None:
    assert client.get("/api/server/ping").json() == {"res": "pong"}


def test_the_version_is_three_numbers_of_the_third_generation(client: Client) -> None:
    found = client.get("/api/server/version").json()
    assert found == {"major": 3, "minor": 0, "patch": 0, "prerelease": None}


def test_media_types_are_the_endings_of_what_is_taken(client: Client) -> None:
    found = client.get("/api/server/media-types").json()
    assert {".jpg", ".heic", ".dng"} <= set(found["image"])
    assert {".mp4", ".mov"} <= set(found["video"])
    assert not set(found["image"]) & set(found["video"])
    assert found["sidecar"] == [".xmp"]


def test_no_feature_is_promised_that_there_is_not(client: Client) -> None:
    found = client.get("/api/server/features").json()
    assert {name for name, is_there in found.items() if is_there} == {"search", "sidecar", "trash"}


def test_the_configuration_names_no_server_of_others(client: Client) -> None:
    found = client.get("/api/server/config").json()
    assert (found["mapDarkStyleUrl"], found["isInitialized"]) == ("", True)


def test_about_needs_a_key(client: Client, program: Program) -> None:
    refused = client.get("/api/server/about")
    assert refused.status_code == 401
    assert refused.json()["message"] == "Authentication required"
    found = program("server.about").get("/api/server/about").json()
    assert (found["version"], found["licensed"]) == ("v3.0.0", False)


def test_the_disk_is_told_to_who_may_know(program: Program) -> None:
    assert program("asset.read").get("/api/server/storage").status_code == 403
    found = program("server.storage").get("/api/server/storage").json()
    assert found["diskSizeRaw"] >= found["diskAvailableRaw"] > 0
    assert isinstance(found["diskSize"], str)


@pytest.mark.django_db
def test_clients_find_the_api(client: Client) -> None:
    response = client.get("/.well-known/immich")
    assert response.json() == {"api": {"endpoint": "/api"}}
    assert response["Content-Type"].startswith("application/json")


def test_the_owner_is_known_by_a_uuid_of_version_4(owner: User, program: Program) -> None:
    found = program("user.read").get("/api/users/me").json()
    assert UUID(found["id"]).version == UUID(found["clusterGroupId"]).version == 4
    assert (found["name"], found["email"]) == ("olga", "olga@example.org")
    assert (found["isAdmin"], found["deletedAt"], found["license"]) == (True, None, None)
    assert found["createdAt"].endswith("Z")
    assert isinstance(found["quotaUsageInBytes"], int)


def test_others_read_neither_e_mail_nor_sign_in_name(program: Program) -> None:
    client = program()
    me = client.get("/api/users/me").json()
    seen = client.get(f"/api/users/{me['id']}").json()
    assert (seen["id"], seen["email"], seen["name"]) == (me["id"], "owner@loggia.invalid", "Loggia")


def test_unknown_users_and_pictures_that_there_are_not(program: Program) -> None:
    client = program()
    me = client.get("/api/users/me").json()["id"]
    assert client.get(f"/api/users/{me}/profile-image").status_code == 404
    unknown = client.get("/api/users/00000000-0000-4000-8000-000000000000")
    assert (unknown.status_code, unknown.json()["message"]) == (400, "User not found")
    wrong = client.get("/api/users/xyz")
    assert wrong.status_code == 400
    assert wrong.json()["message"][0].startswith("[id] Input should be a valid UUID")


def test_the_key_is_found_in_each_of_its_places(owner: User) -> None:
    _, secret = make_api_key(owner, "all", ["all"])
    for sent in ({"x-api-key": secret}, {"authorization": f"Bearer {secret}"}):
        assert Client(headers=sent).get("/api/users/me").status_code == 200
    assert Client().get("/api/users/me", {"apiKey": secret}).status_code == 200


def test_a_wrong_key_and_a_key_without_the_permission(program: Program, db: None) -> None:
    wrong = Client(headers={"x-api-key": "wrong"}).get("/api/users/me")
    assert (wrong.status_code, wrong.json()["message"]) == (401, "Invalid API key")
    limited = program("asset.read").get("/api/users/me")
    said = "Missing required permission: user.read"
    assert (limited.status_code, limited.json()["message"]) == (403, said)


def test_a_link_s_key_opens_no_page_of_the_owner_s(owner: User, program: Program) -> None:
    link = SharedLink.objects.create(owner=owner, kind=SharedLink.Kind.INDIVIDUAL)
    for client in (Client(), program()):  # it beats an API key sent with it
        refused = client.get("/api/users/me", {"key": link.key})
        assert (refused.status_code, refused.json()["message"]) == (403, "Forbidden")


def test_a_key_tells_what_it_may(program: Program) -> None:
    found = program("asset.read", "album.read").get("/api/api-keys/me").json()
    assert found["permissions"] == ["album.read", "asset.read"]
    assert (UUID(found["id"]).version, found["name"]) == (4, "test")
    assert set(found) == {"id", "name", "createdAt", "updatedAt", "permissions"}


def test_a_key_is_valid_until_it_is_revoked(program: Program) -> None:
    client = program()
    assert client.post("/api/auth/validateToken").json() == {"authStatus": True}
    ApiKey.objects.all().delete()
    assert client.post("/api/auth/validateToken").status_code == 401


def test_a_closed_account_has_no_keys(owner: User, program: Program) -> None:
    client = program()
    owner.is_active = False
    owner.save()
    assert client.get("/api/users/me").status_code == 401


def test_the_last_use_of_a_key_is_noted(program: Program) -> None:
    client = program()
    assert ApiKey.objects.get().used_at is None
    client.get("/api/users/me")
    used_at = ApiKey.objects.get().used_at
    assert used_at is not None
    assert used_at <= timezone.now()
