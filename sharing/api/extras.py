"""``/api``: people, tags, stacks and jobs, as far as a portal has such things."""

from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from django_q.tasks import async_task
from ninja import Path, Query, Router
from pydantic import Field

from portal.api_answers import answer
from portal.api_errors import ApiRefused
from portal.library import get_library
from sharing.api.album_members import result
from sharing.api.answers import IdResult, TagAnswer
from sharing.api.asset_bodies import Chosen, Ids
from sharing.api.guarding import ApiRequest, needs, owner_of
from sharing.api.link_bodies import Body, Text
from sharing.api.seeing import find_assets, not_found
from sharing.api.tag_shapes import tag_dict
from sharing.tags.models import LONGEST_TAG, Tag
from sharing.tags.tagging import make_tag, put_on

router = Router(tags=["Tags, people, jobs"])
NO_STACKS = "Loggia keeps no stacks: every photo is shown by itself."
QUEUES = Literal[
    "thumbnailGeneration", "metadataExtraction", "videoConversion", "faceDetection",
    "facialRecognition", "smartSearch", "duplicateDetection", "backgroundTask",
    "storageTemplateMigration", "migration", "search", "sidecar", "library", "notifications",
    "backupDatabase", "ocr", "workflow", "editor",
]  # fmt: skip


class PeopleQuery(Body):
    """A page of people."""

    page: int = Field(1, ge=1)
    size: int = Field(500, ge=1, le=1000)
    with_hidden: bool = False


class People(Body):
    """PeopleResponseDto."""

    people: list[dict[str, Any]]
    total: int
    hidden: int
    has_next_page: bool


class NewTags(Body):
    """TagUpsertDto: names, with a slash between a tag and what is below it."""

    tags: Annotated[list[Annotated[Text, Field(max_length=LONGEST_TAG)]], Field(max_length=1_000)]


class TagsOnAssets(Body):
    """TagBulkAssetsDto."""

    tag_ids: Annotated[list[UUID], Field(max_length=1_000)]
    asset_ids: Ids


class Counted(Body):
    """How many photos got how many tags that they had not."""

    count: int


class NewStack(Body):
    """StackCreateDto."""

    asset_ids: Annotated[list[UUID], Field(min_length=2, max_length=10_000)]


class Command(Body):
    """QueueCommandDto."""

    command: Literal["start", "pause", "resume", "empty", "clear-failed"]
    force: bool | None = None


class Queue(Body):
    """QueueResponseLegacyDto."""

    job_counts: dict[str, int]
    queue_status: dict[str, bool]


@router.get(
    "/people",
    auth=needs("person.read"),
    response=People,
    operation_id="getAllPeople",
    summary="The people whom the library knows by name",
)
def people(request: ApiRequest, query: Query[PeopleQuery]) -> HttpResponse:
    known = get_library().people()
    end = query.page * query.size
    shown: list[dict[str, Any]] = [
        {
            "id": str(person.id),
            "name": person.name,
            "birthDate": None,
            "thumbnailPath": "",
            "isHidden": False,
            "isFavorite": False,
            "otherPeople": [],
            "sharedBy": [],
            "sharedWith": [],
        }
        for person in known[end - query.size : end]
    ]
    has_next = len(known) > end
    return answer({"people": shown, "total": len(known), "hidden": 0, "hasNextPage": has_next})


@router.get(
    "/tags",
    auth=needs("tag.read"),
    response=list[TagAnswer],
    operation_id="getAllTags",
    summary="List tags",
)
def tags(request: ApiRequest) -> HttpResponse:
    return answer([tag_dict(tag) for tag in Tag.objects.owned_by(owner_of(request))])


@router.put(
    "/tags",
    auth=needs("tag.create"),
    response=list[TagAnswer],
    operation_id="upsertTags",
    summary="Make tags, or find them",
)
def upsert_tags(request: ApiRequest, body: NewTags) -> HttpResponse:
    owner = owner_of(request)
    return answer([tag_dict(make_tag(owner, value)) for value in body.tags])


@router.put(
    "/tags/assets",
    auth=needs("tag.asset"),
    response=Counted,
    operation_id="bulkTagAssets",
    summary="Put tags on photos",
)
def tag_all(request: ApiRequest, body: TagsOnAssets) -> HttpResponse:
    own = Tag.objects.owned_by(owner_of(request)).filter(pk__in=body.tag_ids)
    there = find_assets(request.auth, body.asset_ids).keys()
    return answer({"count": sum(len(put_on(tag, there)) for tag in own)})


@router.put(
    "/tags/{id}/assets",
    auth=needs("tag.asset"),
    response=list[IdResult],
    operation_id="tagAssets",
    summary="Put a tag on photos",
)
def tag_some(request: ApiRequest, id: Path[UUID], body: Chosen) -> HttpResponse:
    tag = Tag.objects.owned_by(owner_of(request)).filter(pk=id).first()
    if tag is None:
        raise not_found("tag.asset")
    there = find_assets(request.auth, body.ids).keys()
    new = put_on(tag, there)
    results = []
    for asset_id in body.ids:
        error = "duplicate" if asset_id in there else "no_permission"
        results.append(result(asset_id, "" if asset_id in new else error))
        new.discard(asset_id)  # named twice, it has the tag already
    return answer(results)


@router.post(
    "/stacks",
    auth=needs("stack.create"),
    response={400: None},
    operation_id="createStack",
    summary="Refused: there are no stacks",
)
def create_stack(request: ApiRequest, body: NewStack) -> HttpResponse:
    raise ApiRefused(HTTPStatus.BAD_REQUEST, NO_STACKS)


@router.put(
    "/jobs/{name}",
    auth=needs("job.create"),
    response=Queue,
    operation_id="runQueueCommandLegacy",
    summary="How busy the portal is",
)
def run(request: ApiRequest, name: Path[QUEUES], body: Command) -> HttpResponse:
    """Nothing is paused by programs; to start “library” looks at the photos again."""
    library = get_library()
    if name == "library" and body.command == "start":
        async_task("sharing.tasks.rescan_quietly", cluster="long")
    status = library.status()
    waiting = status.renditions_waiting if name == "thumbnailGeneration" else 0
    active = int(status.is_refreshing) if name == "library" else int(waiting > 0)
    counts = dict.fromkeys(("completed", "delayed", "failed", "paused"), 0)
    return answer(
        {
            "jobCounts": {"active": active, "waiting": waiting, **counts},
            "queueStatus": {"isActive": active > 0, "isPaused": False},
        }
    )
