"""``/api/portal/uploads``: what guests sent, and what its owner decides about it."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Path, Query, Router

from portal.api_answers import answer
from portal.api_errors import ApiRefused
from sharing.api.guarding import ApiRequest, needs, owner_of
from sharing.api.moments import stamp
from sharing.api.portal_bodies import Changed, ChosenUploads, SentFilesPage, UploadPages
from sharing.contributions.models import Upload
from sharing.managing.reviewing import decide, uploads_of
from sharing.managing.waiting import seen_as_one

router = Router(tags=["Review of uploads"])


@router.get("", auth=needs("asset.read"), response=SentFilesPage, summary="List what was sent")
def list_uploads(request: ApiRequest, query: Query[UploadPages]) -> HttpResponse:
    """Oldest first; what waits for a decision, unless another state is asked for."""
    sent = seen_as_one(uploads_of(owner_of(request))).filter(state=query.state)
    if query.link_id:
        sent = sent.filter(link_id=query.link_id)
    page = sent.select_related("contributor").order_by("created_at", "pk")[query.rows]
    return answer(query.answer([upload_dict(upload) for upload in page], sent.count()))


@router.post(
    "/accept", auth=needs("asset.upload"), response=Changed, summary="Take into the library"
)
def accept(request: ApiRequest, body: ChosenUploads) -> HttpResponse:
    """Held files go into the library and the album, in the background."""
    return _decide(request, body, "accept")


@router.post("/reject", auth=needs("asset.delete"), response=Changed, summary="Put into the bin")
def reject(request: ApiRequest, body: ChosenUploads) -> HttpResponse:
    """Held files lie in the bin for 30 days."""
    return _decide(request, body, "reject")


@router.post("/restore", auth=needs("asset.update"), response=Changed, summary="Out of the bin")
def restore(request: ApiRequest, body: ChosenUploads) -> HttpResponse:
    """Rejected files wait for a decision again."""
    return _decide(request, body, "restore")


@router.delete("", auth=needs("asset.delete"), response=Changed, summary="Delete for good")
def empty(request: ApiRequest, body: ChosenUploads) -> HttpResponse:
    """Rejected files are deleted; others stay."""
    return _decide(request, body, "empty")


@router.get(
    "/{id}/thumbnail",
    auth=needs("asset.view"),
    summary="A small picture of one file",
    openapi_extra={"responses": {200: {"content": {"image/webp": {"schema": {"type": "string"}}}}}},
)
def thumbnail(request: ApiRequest, id: Path[UUID]) -> HttpResponse:
    upload = uploads_of(owner_of(request)).filter(pk=id).first()
    try:
        picture = upload.look.read_bytes() if upload else b""
    except FileNotFoundError:
        picture = b""
    if not picture:
        raise ApiRefused(HTTPStatus.NOT_FOUND, "There is no picture of it.")
    return HttpResponse(picture, content_type="image/webp")


def upload_dict(upload: Upload) -> dict[str, Any]:
    """``SentFile``."""
    length = upload.duration
    return {
        "id": str(upload.pk),
        "state": upload.state,
        "linkId": str(upload.link_id) if upload.link_id else None,
        "linkName": upload.link_name,
        "sender": upload.contributor.name,
        "filename": upload.filename,
        "caption": upload.caption,
        "type": upload.kind.upper() or None,
        "mediaType": upload.media_type,
        "size": upload.size,
        "width": upload.width,
        "height": upload.height,
        "duration": None if length is None else length // timedelta(milliseconds=1),
        "takenAt": stamp(upload.taken_at) if upload.taken_at else None,
        "isLive": upload.live_video_id is not None,
        "reason": upload.why,
        "assetId": str(upload.asset_id) if upload.asset_id else None,
        "createdAt": stamp(upload.created_at),
        "decidedAt": stamp(upload.decided_at) if upload.decided_at else None,
    }


def _decide(request: ApiRequest, body: ChosenUploads, action: str) -> HttpResponse:
    chosen = uploads_of(owner_of(request)).filter(pk__in=body.ids)
    return answer({"changed": decide(chosen, action)})
