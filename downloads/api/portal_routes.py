"""``/api/portal/downloads``: what is being prepared for whoever asks, its end, another try."""

from http import HTTPStatus
from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from downloads.api.bodies import NewDownload, StateShape
from downloads.api.choosing import photos_of_album, terms_for
from downloads.api.obtaining import (
    NONE_THERE,
    check_sendable,
    downloads_of,
    obtain,
    prepared_here,
    visitor_of,
)
from downloads.api.shapes import download_dict, download_in_full
from downloads.models import Download
from downloads.services import cancel_download, dismiss, renew_stale, retry_failed
from portal.api_answers import answer, nothing
from portal.api_errors import ApiRefused
from sharing.api.album_finding import find_album
from sharing.api.callers import Caller, GuestCaller
from sharing.api.guarding import ApiRequest, needs

router = Router(tags=["Portal"])
may_download = needs("asset.download", guests=True)
TOO_LATE = "It is finished already."
NOTHING_TO_TRY = "There is nothing to try again."


@router.get("", auth=may_download, response=list[StateShape])
def own_downloads(request: ApiRequest) -> HttpResponse:
    """The caller's downloads, newest last: an owner's, or a guest's by this link."""
    if isinstance(request.auth, GuestCaller):
        renew_stale(request.auth.access, visitor_of(request.auth))
    mine = downloads_of(request.auth).in_dock().select_related("link")
    return answer([download_dict(download) for download in mine])


@router.post("", auth=may_download, response={201: StateShape})
def prepare_download(request: ApiRequest, body: NewDownload) -> HttpResponse:
    """Have photos prepared as one archive, without waiting for it."""
    caller, address = request.auth, request.META.get("REMOTE_ADDR", "")
    title = "Photos"
    if body.asset_ids is not None:
        chosen = body.asset_ids
    elif body.album_id is not None:
        chosen = [photo.id for photo in photos_of_album(caller, body.album_id)]
        title = find_album(caller, body.album_id).album.name
    elif isinstance(caller, GuestCaller):
        chosen = list(terms_for(caller).contents.ids())
    else:
        raise ApiRefused(HTTPStatus.BAD_REQUEST, "assetIds or albumId is required")
    download = obtain(caller, address, chosen, body.size, title)
    return answer(download_dict(download), HTTPStatus.CREATED)


@router.get("/{download_id}", auth=may_download, response=StateShape)
def download_state(request: ApiRequest, download_id: UUID) -> HttpResponse:
    """How far it is, and which files are left out."""
    return answer(download_in_full(_mine(request.auth, download_id)))


@router.post("/{download_id}/cancel", auth=may_download, response=StateShape)
def cancel(request: ApiRequest, download_id: UUID) -> HttpResponse:
    """Stop preparing it."""
    download = _mine(request.auth, download_id)
    if not cancel_download(download):
        raise ApiRefused(HTTPStatus.BAD_REQUEST, TOO_LATE)
    return _now(download)


@router.post("/{download_id}/retry", auth=may_download, response=StateShape)
def retry(request: ApiRequest, download_id: UUID) -> HttpResponse:
    """Try the files once more that were left out."""
    terms_for(request.auth)
    download = _mine(request.auth, download_id)
    if not download.is_failed:
        check_sendable(request.auth, download)
    if not retry_failed(download):
        raise ApiRefused(HTTPStatus.BAD_REQUEST, NOTHING_TO_TRY)
    return _now(prepared_here(download))


@router.delete("/{download_id}", auth=may_download, response={204: None})
def remove(request: ApiRequest, download_id: UUID) -> HttpResponse:
    """Take it off the list; an archive that is being fetched can be resumed for an hour."""
    dismiss(_mine(request.auth, download_id))
    return nothing()


def _mine(caller: Caller, download_id: UUID) -> Download:
    """One of the caller's own; to everybody else it does not exist."""
    mine = downloads_of(caller).select_related("link").filter(pk=download_id)
    if download := mine.first():
        return download
    raise ApiRefused(HTTPStatus.NOT_FOUND, NONE_THERE)


def _now(download: Download) -> HttpResponse:
    download.refresh_from_db()
    return answer(download_in_full(download))
