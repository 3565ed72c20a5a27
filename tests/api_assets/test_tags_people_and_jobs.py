from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from portal.library.types import Album, Asset, Person
from sharing.tags.models import Tag
from tests.api_assets.conftest import UNKNOWN, Program, program_of
from tests.memory_library import MemoryLibrary

pytestmark = pytest.mark.django_db


def test_tags_are_made_with_those_above_them_and_only_once(program: Program, owner: User) -> None:
    rome, again = program.put(
        "/api/tags", {"tags": ["Trips/2024/Rome", " Trips /2024/Rome"]}
    ).json()
    assert (rome["name"], rome["value"], rome["id"]) == ("Rome", "Trips/2024/Rome", again["id"])
    listed = program.get("/api/tags").json()
    assert [each["value"] for each in listed] == ["Trips", "Trips/2024", "Trips/2024/Rome"]
    assert rome["parentId"] == listed[1]["id"]
    assert "parentId" not in listed[0]


def test_photos_get_a_tag_once(program: Program, photo: Asset, library: MemoryLibrary) -> None:
    tag = program.put("/api/tags", {"tags": ["Blue"]}).json()[0]["id"]
    path, here = f"/api/tags/{tag}/assets", str(photo.id)
    first = program.put(path, {"ids": [here, str(UNKNOWN)]})
    assert first.json() == [
        {"id": here, "success": True},
        {"id": str(UNKNOWN), "success": False, "error": "no_permission"},
    ]
    again = program.put(path, {"ids": [here]}).json()
    assert again == [{"id": here, "success": False, "error": "duplicate"}]
    others = [str(pk) for pk in library.held]
    both = program.put("/api/tags/assets", {"tagIds": [tag, str(UNKNOWN)], "assetIds": others})
    assert both.json() == {"count": 6}
    assert program.get(f"/api/assets/{here}").json()["tags"][0]["value"] == "Blue"


@pytest.mark.parametrize("tags", [["/"], [""], ["x" * 501], "Blue", [7]])
def test_what_is_no_tag_is_refused(program: Program, tags: object, refused: Any) -> None:
    assert refused(program.put("/api/tags", {"tags": tags}))[0] == 400
    assert not Tag.objects.exists()


def test_tags_are_their_owners_own(program: Program, refused: Any, photo: Asset) -> None:
    tag = program.put("/api/tags", {"tags": ["Blue"]}).json()[0]["id"]
    other = program_of(User.objects.create_user("otto"))
    assert other.get("/api/tags").json() == []
    response = other.put(f"/api/tags/{tag}/assets", {"ids": [str(photo.id)]})
    assert refused(response) == (400, "Not found or no tag.asset access")
    assert other.get(f"/api/assets/{photo.id}").json()["tags"] == []


def test_people_come_in_pages(
    program: Program, library: MemoryLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = [Person(uuid4(), name) for name in ("Anna", "Ben", "Cleo")]
    monkeypatch.setattr(library, "people", lambda: known)
    told = program.get("/api/people?size=2").json()
    assert [each["name"] for each in told["people"]] == ["Anna", "Ben"]
    assert (told["total"], told["hidden"], told["hasNextPage"]) == (3, 0, True)
    last = program.get("/api/people?size=2&page=2").json()
    assert ([each["name"] for each in last["people"]], last["hasNextPage"]) == (["Cleo"], False)
    assert program.get("/api/people?size=0").status_code == 400


def test_stacks_are_refused_in_words(program: Program, album: Album, refused: Any) -> None:
    response = program.post("/api/stacks", {"assetIds": [str(UNKNOWN), str(uuid4())]})
    status, words = refused(response)
    assert (status, "stacks" in words) == (400, True)


@pytest.mark.parametrize("command", ["pause", "resume", "start"])
def test_jobs_tell_how_busy_the_portal_is_and_are_never_paused(
    program: Program, library: MemoryLibrary, command: str
) -> None:
    response = program.put("/api/jobs/thumbnailGeneration", {"command": command, "force": False})
    assert response.status_code == 200
    assert response.json()["queueStatus"] == {"isActive": False, "isPaused": False}
    assert set(response.json()["jobCounts"]) == {
        "active", "completed", "failed", "delayed", "waiting", "paused",
    }  # fmt: skip


def test_there_are_no_other_jobs(program: Program, library: MemoryLibrary, refused: Any) -> None:
    assert refused(program.put("/api/jobs/dishes", {"command": "start"}))[0] == 400
    assert refused(program.put("/api/jobs/library", {"command": "dance"}))[0] == 400
