"""``/api/portal``: pausing, limits and rules of links, and the review of what guests sent."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from portal.library.types import Album
from sharing.contributions.models import State, Upload
from sharing.links import LinkSettings, delete_link, share_album
from sharing.models import SharedLink
from tests.api_links.conftest import LINKS, Program, program_of

Refused = Callable[[Any], tuple[int, str]]
Send = Callable[..., Upload]
OURS, UPLOADS = "/api/portal/links", "/api/portal/uploads"


@pytest.fixture
def stranger(db: None) -> Program:
    return program_of(User.objects.create_user("otto"))


@pytest.fixture
def collecting(owner: User, album: Album) -> SharedLink:
    return share_album(owner, album.id, LinkSettings(allow_upload=True, description="Party"))


# ── Links ────────────────────────────────────────────────────────────────────
def test_a_link_is_paused_and_turned_on_again(
    program: Program, guest: Program, link: SharedLink, refused: Refused
) -> None:
    paused = program.post(f"{OURS}/{link.pk}/pause").json()
    assert (paused["isPaused"], paused["state"]) == (True, "paused")
    me = f"{LINKS}/me?key={link.key}"
    assert refused(guest.get(me)) == (401, "This link is paused")
    assert program.post(f"{OURS}/{link.pk}/resume").json()["state"] == "open"
    assert guest.get(me).status_code == 200


def test_limits_are_set_and_taken_away(program: Program, link: SharedLink) -> None:
    limits = {
        "maxVisitors": 5,
        "maxDownloads": 3,
        "maxBytes": 10**9,
        "idleDays": 14,
        "showLocation": False,
    }
    changed = program.patch(f"{OURS}/{link.pk}", limits).json()
    assert {name: changed[name] for name in limits} == limits
    assert changed["closesAt"]
    cleared = program.patch(f"{OURS}/{link.pk}", {"maxVisitors": None, "idleDays": None}).json()
    assert (cleared["maxVisitors"], cleared["idleDays"], cleared["maxDownloads"]) == (None, None, 3)
    assert program.patch(f"{OURS}/{link.pk}", {}).json() == cleared


def test_rules_for_uploads_are_set_and_what_immich_knows_stays(
    program: Program, collecting: SharedLink
) -> None:
    rules = {
        "hidesAlbum": True,
        "holdsUploads": False,
        "creditsSenders": True,
        "uploadKinds": "photos",
        "maxUploadSize": 50_000_000,
        "maxUploadBytes": 2 * 10**9,
        "maxUploadFiles": 100,
        "uploadsUntil": "2128-01-01T00:00:00.000Z",
    }
    changed = program.patch(f"{OURS}/{collecting.pk}", rules).json()
    assert {name: changed[name] for name in rules} == rules
    kept = program.get(f"{LINKS}/{collecting.pk}").json()
    assert (kept["allowUpload"], kept["description"]) == (True, "Party")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"maxVisitors": 0}, "[maxVisitors]"),
        ({"maxVisitors": "5"}, "[maxVisitors]"),
        ({"maxBytes": 2**63}, "[maxBytes]"),
        ({"idleDays": 9999}, "[idleDays]"),
        ({"uploadKinds": "songs"}, "[uploadKinds]"),
        ({"uploadsUntil": "soon"}, "[uploadsUntil]"),
        ({"uploadsUntil": "9000-01-01T00:00:00Z"}, "earlier"),
        ({"hidesAlbum": True}, "Guests would see nothing"),
    ],
)
def test_limits_that_cannot_be_are_refused_in_words(
    program: Program, link: SharedLink, refused: Refused, body: dict[str, Any], words: str
) -> None:
    before = program.get(f"{OURS}/{link.pk}").json()
    status, message = refused(program.patch(f"{OURS}/{link.pk}", body))
    assert (status, words in message) == (400, True), message
    assert program.get(f"{OURS}/{link.pk}").json() == before


def test_a_deleted_link_is_listed_and_brought_back(
    program: Program, guest: Program, owner: User, link: SharedLink, refused: Refused
) -> None:
    delete_link(link)
    listed = program.get(f"{OURS}?deleted=true").json()
    assert [(one["id"], one["state"]) for one in listed["items"]] == [(str(link.pk), "deleted")]
    assert program.get(OURS).json()["total"] == 0
    assert refused(program.post(f"{OURS}/{link.pk}/pause")) == (400, "Shared link not found")
    restored = program.post(f"{OURS}/{link.pk}/restore").json()
    assert (restored["state"], restored["deletedAt"]) == ("open", None)
    assert guest.get(f"{LINKS}/me?key={link.key}").status_code == 200
    assert program.post(f"{OURS}/{link.pk}/restore").status_code == 200


def test_an_address_in_use_meanwhile_keeps_a_link_away(
    program: Program, owner: User, album: Album, refused: Refused
) -> None:
    gone = share_album(owner, album.id, LinkSettings(slug="summer"))
    delete_link(gone)
    share_album(owner, album.id, LinkSettings(slug="summer"))
    assert refused(program.post(f"{OURS}/{gone.pk}/restore")) == (400, "This address is taken.")


def test_lists_come_in_pages(program: Program, owner: User, album: Album) -> None:
    for _ in range(5):
        share_album(owner, album.id, LinkSettings())
    first = program.get(f"{OURS}?size=2").json()
    last = program.get(f"{OURS}?size=2&page=3").json()
    assert (len(first["items"]), first["total"], first["nextPage"]) == (2, 5, "2")
    assert (len(last["items"]), last["nextPage"]) == (1, None)
    for query in ("size=0", "size=1001", "page=0", "page=x"):
        assert program.get(f"{OURS}?{query}").status_code == 400


def test_links_of_others_are_not_there(
    stranger: Program, guest: Program, link: SharedLink, refused: Refused
) -> None:
    assert stranger.get(OURS).json()["items"] == []
    for method, path in (("get", ""), ("post", "/pause"), ("post", "/restore")):
        answer = stranger.ask(method, f"{OURS}/{link.pk}{path}")
        assert refused(answer) == (400, "Shared link not found")
        answer = guest.ask(method, f"{OURS}/{link.pk}{path}?key={link.key}")
        assert refused(answer) == (403, "Forbidden")
    assert refused(stranger.patch(f"{OURS}/{link.pk}", {"maxVisitors": 1}))[0] == 400


# ── Uploads ──────────────────────────────────────────────────────────────────
def test_what_was_sent_is_listed_with_all_that_helps_to_decide(
    program: Program, collecting: SharedLink, send: Send
) -> None:
    upload = send(collecting, "Anna", caption="Cake")
    send(collecting, "Ben", state=State.REJECTED)
    page = program.get(UPLOADS).json()
    assert (page["total"], page["nextPage"]) == (1, None)
    one = page["items"][0]
    assert (one["id"], one["sender"], one["caption"]) == (str(upload.pk), "Anna", "Cake")
    assert (one["state"], one["type"], one["linkId"]) == ("held", "IMAGE", str(collecting.pk))
    rejected = program.get(f"{UPLOADS}?state=rejected&linkId={collecting.pk}").json()
    assert [each["sender"] for each in rejected["items"]] == ["Ben"]
    assert program.get(f"{UPLOADS}?linkId={uuid4()}").json()["total"] == 0
    assert program.get(f"{UPLOADS}?state=lost").status_code == 400


@pytest.mark.django_db(transaction=True)
def test_files_are_accepted_rejected_and_brought_back(
    program: Program, collecting: SharedLink, send: Send
) -> None:
    kept, other = send(collecting), send(collecting)
    both = {"ids": [str(kept.pk), str(other.pk), str(uuid4())]}
    assert program.post(f"{UPLOADS}/reject", both).json() == {"changed": 2}
    assert program.post(f"{UPLOADS}/accept", both).json() == {"changed": 0}
    assert program.post(f"{UPLOADS}/restore", {"ids": [str(kept.pk)]}).json() == {"changed": 1}
    assert program.post(f"{UPLOADS}/accept", both).json() == {"changed": 1}
    kept.refresh_from_db()
    assert kept.state == State.ACCEPTED
    assert program.delete(UPLOADS, both).json() == {"changed": 1}
    other.refresh_from_db()
    assert (other.state, other.staged.exists()) == (State.EMPTIED, False)


def test_a_live_photo_is_one(program: Program, collecting: SharedLink, send: Send) -> None:
    video = send(collecting, kind="VIDEO")
    still = send(collecting, live_video=video)
    items = program.get(UPLOADS).json()["items"]
    assert [(one["id"], one["isLive"]) for one in items] == [(str(still.pk), True)]
    answer = program.post(f"{UPLOADS}/reject", {"ids": [str(still.pk)]})
    assert answer.json() == {"changed": 1}
    video.refresh_from_db()
    assert video.state == State.REJECTED


def test_its_picture_is_for_its_owner_alone(
    program: Program, stranger: Program, collecting: SharedLink, send: Send, refused: Refused
) -> None:
    upload = send(collecting)
    where = f"{UPLOADS}/{upload.pk}/thumbnail"
    answer = program.get(where)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert answer.content[:4] == b"RIFF"
    assert "public" not in answer["Cache-Control"]
    assert refused(stranger.get(where)) == (404, "There is no picture of it.")
    upload.look.unlink()
    assert refused(program.get(where))[0] == 404


def test_nobody_decides_about_what_was_sent_to_others(
    stranger: Program, guest: Program, collecting: SharedLink, send: Send, refused: Refused
) -> None:
    upload = send(collecting)
    body = {"ids": [str(upload.pk)]}
    assert stranger.get(UPLOADS).json()["items"] == []
    assert stranger.post(f"{UPLOADS}/accept", body).json() == {"changed": 0}
    assert refused(guest.post(f"{UPLOADS}/accept?key={collecting.key}", body)) == (403, "Forbidden")
    assert refused(guest.post(f"{UPLOADS}/accept", body))[0] == 401
    upload.refresh_from_db()
    assert upload.state == State.HELD


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("get", "", "asset.read"),
        ("post", "/accept", "asset.upload"),
        ("post", "/reject", "asset.delete"),
        ("post", "/restore", "asset.update"),
        ("delete", "", "asset.delete"),
        ("get", "/{id}/thumbnail", "asset.view"),
    ],
)
def test_a_key_decides_what_it_may(
    owner: User, refused: Refused, method: str, path: str, permission: str
) -> None:
    body: Any = None if method == "get" else {"ids": []}
    where = UPLOADS + path.format(id=uuid4())
    words = f"Missing required permission: {permission}"
    other = program_of(owner, "sharedLink.read")
    assert refused(other.ask(method, where, body)) == (403, words)
    allowed = program_of(owner, permission).ask(method, where, body)
    assert allowed.status_code in {200, 404}


def test_wrong_bodies_are_refused_in_words(program: Program, refused: Refused) -> None:
    bodies: list[Any] = [{}, {"ids": "x"}, {"ids": ["x"]}, {"ids": [str(uuid4())] * 6_001}]
    for body in bodies:
        status, words = refused(program.post(f"{UPLOADS}/accept", body))
        assert (status, "[ids" in words) == (400, True), words
