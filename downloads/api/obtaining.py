"""Asking for a download over ``/api``, and how far it is. All of this blocks."""

import re
from collections.abc import Collection
from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from downloads.api.choosing import photos_of, terms_for
from downloads.fitting import refusal_of
from downloads.models import ACTIVE, Download, DownloadQuerySet, DownloadState, Size
from downloads.requesting import (
    DownloadRefused,
    NotGranted,
    TooMany,
    UsedUp,
    hash_address,
    request_download,
    request_own_download,
    selection_of,
    visitor_of_owner,
)
from downloads.services import renew_stale
from downloads.tasks import prepare
from portal.api_errors import ApiRefused
from sharing.api.callers import Caller, GuestCaller
from sharing.views.door import VISITOR_COOKIE

WHERE = "/api/download/archive?downloadId="
RETRY_AFTER = {"Retry-After": "30"}  # seconds
NONE_THERE = "There is no such download. Ask for it with POST first."


def downloads_of(caller: Caller) -> DownloadQuerySet:
    """The caller's own: a guest's by this link, or an owner's."""
    link_id = caller.access.link.pk if isinstance(caller, GuestCaller) else None
    return Download.objects.of_visitor(link_id, visitor_of(caller))


def obtain(
    caller: Caller,
    address: str,
    asset_ids: Collection[UUID],
    size: Size = Size.ORIGINAL,
    title: str = "Photos",
) -> Download:
    """Have these photos prepared, or go on with what is there already; raises ``ApiRefused``.

    Files that lie here are ready at once, without waiting for a worker.
    """
    photos = photos_of(terms_for(caller).contents, asset_ids)
    chosen = [photo.id for photo in photos]
    _make_way(caller)
    try:
        if isinstance(caller, GuestCaller):
            visitor = visitor_of(caller)
            download = request_download(caller.access, visitor, address, chosen, size)
        else:
            download = request_own_download(caller.user, address, chosen, size, title)
    except DownloadRefused as refused:
        raise in_words(refused) from refused
    return prepared_here(download)


def prepared_here(download: Download) -> Download:
    """The download as it is after this process has tried to prepare it, as a worker would."""
    download.refresh_from_db()
    if download.state == DownloadState.QUEUED:
        prepare(str(download.pk), download.turn)
        download.refresh_from_db()
    return download


def find_download(caller: Caller, download_id: UUID) -> Download:
    """One that was asked for by this link, or by this owner; raises ``ApiRefused`` (404).

    Who has a link may have any download of it whose id they know: it holds nothing else.
    """
    mine = downloads_of(caller)
    if isinstance(caller, GuestCaller):
        terms_for(caller)
        mine = Download.objects.filter(link=caller.access.link)
    living = mine.exclude(state=DownloadState.EXPIRED).filter(expires_at__gt=timezone.now())
    if download := living.filter(pk=download_id).first():
        if isinstance(caller, GuestCaller):
            renew_stale(caller.access, download.visitor)
        return prepared_here(download)
    raise ApiRefused(HTTPStatus.NOT_FOUND, NONE_THERE)


def find_asked_before(caller: Caller, asset_ids: Collection[UUID]) -> Download:
    """The caller's own download of just these photos; raises ``ApiRefused`` (400, 404)."""
    photos = photos_of(terms_for(caller).contents, asset_ids)
    same = downloads_of(caller).filter(
        selection=selection_of(photo.id for photo in photos),
        size=Size.ORIGINAL,
        state__in=ACTIVE,
    )
    if newest := same.order_by("-created_at").first():
        return find_download(caller, newest.pk)
    raise ApiRefused(HTTPStatus.NOT_FOUND, NONE_THERE)


def check_sendable(caller: Caller, download: Download) -> None:
    """Raise ``ApiRefused`` for a download that is over, or that a link's limit does not allow."""
    if isinstance(caller, GuestCaller) and (words := refusal_of(download, caller.access.link)):
        raise ApiRefused(HTTPStatus.FORBIDDEN, words)
    if download.is_failed:
        words = "None of these files can be had right now. Please try again later."
        raise ApiRefused(HTTPStatus.SERVICE_UNAVAILABLE, words, RETRY_AFTER)
    if not (download.is_ready or download.is_unfinished):
        raise ApiRefused(HTTPStatus.NOT_FOUND, NONE_THERE)


def in_words(refused: DownloadRefused) -> ApiRefused:
    if isinstance(refused, TooMany):
        return ApiRefused(HTTPStatus.TOO_MANY_REQUESTS, str(refused), RETRY_AFTER)
    if isinstance(refused, UsedUp | NotGranted):
        return ApiRefused(HTTPStatus.FORBIDDEN, str(refused))
    return ApiRefused(HTTPStatus.BAD_REQUEST, str(refused))


def visitor_of(caller: Caller) -> str:
    """Who asks: programs seldom keep cookies, so those without are known by their address."""
    if not isinstance(caller, GuestCaller):
        return visitor_of_owner(caller.user)
    cookie = caller.credentials.cookies.get(VISITOR_COOKIE, "")
    is_known = re.fullmatch(r"[\w-]{32}", cookie) is not None
    return cookie if is_known else hash_address(caller.credentials.address)


def _make_way(caller: Caller) -> None:
    """Let go of what failed, and was fetched longest ago: a program closes nothing."""
    mine = downloads_of(caller).kept()
    surplus = mine.count() - settings.LOGGIA_DOWNLOADS_PER_VISITOR + 1
    if surplus > 0:
        is_fetched = Q(state=DownloadState.READY, fetched_at__isnull=False)
        over = mine.filter(is_fetched | Q(state=DownloadState.FAILED))
        oldest_first = over.order_by(F("fetched_at").asc(nulls_first=True))
        oldest = list(oldest_first.values_list("pk", flat=True)[:surplus])
        Download.objects.filter(pk__in=oldest).update(expires_at=timezone.now())
