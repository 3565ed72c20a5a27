"""``/api/download/archive``, served before Django: prepared while the client waits, then sent."""

import asyncio
import re
import time
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings

from downloads.api.asking import Asked, read_asked
from downloads.api.obtaining import (
    NONE_THERE,
    WHERE,
    check_sendable,
    find_asked_before,
    find_download,
    obtain,
)
from downloads.models import Download, Waiting
from downloads.plans import NoArchive
from downloads.sending import Archives, Entitled
from portal.api_errors import ApiRefused
from portal.library.interface import LibraryError
from portal.media.coalescing import Questions
from portal.media.places import Places
from portal.media.sending import Receive, Scope, Send
from portal.media.table import GrantTable
from sharing.api.asset_bytes import (
    KEPT,
    REFUSALS,
    RETRY_AFTER,
    check_method,
    correlated,
    refusal_for,
)
from sharing.api.callers import Caller, Credentials, check_may, credentials_in, find_caller
from sharing.api.holding import hold
from sharing.api.refusing import send_refused
from sharing.api.uploads.bodies import ClientLeft

ADDRESS = re.compile(r"/api/download/archive/?")
THREADS = 4  # that look for downloads and prepare them, in one process
LOOK_EVERY = 0.4  # seconds
READ_AT_ONCE = 16  # bodies of one address, of up to 8 MiB each
OVER = ApiRefused(HTTPStatus.SERVICE_UNAVAILABLE, "Please ask for this archive again.", RETRY_AFTER)


class ArchiveBytes:
    """An ASGI application for ``ADDRESS``."""

    def __init__(self, grants: GrantTable, archives: Archives) -> None:
        self._grants = grants
        self._archives = archives
        self._questions = Questions[Any]("api-archives", THREADS)
        self._waiting = Places(settings.LOGGIA_STREAMS_PER_ADDRESS)
        self._reading = Places(READ_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            check_method(scope, "GET", "HEAD", "POST")
            await self._answer(scope, receive, send)
        except ClientLeft:
            return
        except ApiRefused as refused:
            await send_refused(scope, send, refused)
        except (NoArchive, LibraryError):  # it has changed a moment ago
            await send_refused(scope, send, OVER)
        except tuple(REFUSALS) as exc:
            await send_refused(scope, send, refusal_for(exc))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        credentials = credentials_in(scope)
        # Who may not ask is told so first, whatever they ask for.
        caller = await self._questions.ask(object(), partial(_let_in, credentials))
        with self._reading.place(scope):
            asked = await read_asked(scope, receive)
        look = partial(_look, caller, credentials.address, asked)
        with self._waiting.place(scope):
            download = await self._questions.ask(object(), look)
            download = await self._when_ready(download, receive)
        held = await hold(self._grants, caller)
        await self._questions.ask(object(), partial(check_sendable, caller, download))
        entitled = Entitled(
            download_id=download.pk,
            link_id=download.link_id,
            epoch=held.epoch,
            name=download.name,
            still=held.still,
            media_type="application/octet-stream",
            cache_control=KEPT,
            headers=(
                (b"content-location", f"{WHERE}{download.pk}".encode()),
                *correlated(scope),
            ),
        )
        if scope["method"] == "POST":  # a range of it may be asked for, as of any file
            scope = {**scope, "method": "GET"}
        await self._archives.send(scope, receive, send, entitled)

    async def _when_ready(self, download: Download, receive: Receive) -> Download:
        """Wait until it is prepared; raises ``ApiRefused`` (503) once that takes too long."""
        if not download.is_unfinished:
            return download
        leaving = asyncio.ensure_future(_left(receive))
        until = time.monotonic() + settings.LOGGIA_ARCHIVE_WAIT.total_seconds()
        try:
            while download.is_unfinished:
                if time.monotonic() >= until:
                    raise _still_at_it(download)
                if (await asyncio.wait({leaving}, timeout=LOOK_EVERY))[0]:
                    raise ClientLeft
                question = partial(_state_of, download.pk)
                download = await self._questions.ask(("state", download.pk), question)
        finally:
            leaving.cancel()
            await asyncio.wait({leaving})
        return download


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _let_in(credentials: Credentials) -> Caller:
    caller = find_caller(credentials)
    check_may(caller, "asset.download", guests=True)
    return caller


def _look(caller: Caller, address: str, asked: Asked) -> Download:
    if asked.download_id is not None:
        download = find_download(caller, asked.download_id)
    elif asked.is_new:
        download = obtain(caller, address, asked.asset_ids)
    else:
        download = find_asked_before(caller, asked.asset_ids)
    check_sendable(caller, download)
    return download


def _state_of(download_id: UUID) -> Download:
    if download := Download.objects.filter(pk=download_id).first():
        return download
    raise ApiRefused(HTTPStatus.NOT_FOUND, NONE_THERE)


def _still_at_it(download: Download) -> ApiRefused:
    done, count = download.count_done, download.count
    why = f" {Waiting(download.waiting_for).label}" if download.is_paused else ""
    message = (
        f"The archive is still being prepared: {done} of {count} photos are there.{why} "
        f"Ask again, or fetch it with GET {WHERE}{download.pk} once it is ready."
    )
    headers = {"Retry-After": "10", "Content-Location": f"{WHERE}{download.pk}"}
    return ApiRefused(HTTPStatus.SERVICE_UNAVAILABLE, message, headers)
