"""Sending an archive to whoever may have it: planned, with a place, cut when it is over."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError

from downloads.models import Reason
from downloads.planning import is_away, trouble_with
from downloads.plans import ArchivePlan, Place, Plans, spool_files_of
from downloads.services import fetch_again, take_out
from downloads.spool.models import SENDING, SENDING_FOR
from downloads.streaming import ArchiveSource
from portal.leases.models import attend
from portal.library import get_library
from portal.library.interface import LibraryUnavailable
from portal.library.types import RemoteFile, StoredFile
from portal.media.coalescing import Overloaded, Questions
from portal.media.disposition import attachment
from portal.media.places import Places
from portal.media.sending import Body, Headers, Receive, Scope, Send, send_body

logger = logging.getLogger(__name__)
THREADS = 2  # that read plans, in one process


@dataclass(frozen=True, slots=True)
class Entitled:
    """A ready archive that somebody may have, for as long as ``still`` says so."""

    download_id: UUID
    link_id: UUID | None
    epoch: int
    name: str
    still: Callable[[], bool]
    media_type: str = "application/zip"
    cache_control: str = "private, no-cache"
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Archives:
    """What all applications of one web process share that send archives.

    Belongs to one event loop.
    """

    plans: Plans
    questions: Questions[Any]
    places: Places

    async def send(self, scope: Scope, receive: Receive, send: Send, entitled: Entitled) -> None:
        """Answer a GET or HEAD; raises ``NoArchive``, ``NoPlace``, ``LibraryError``, ``Overloaded``,
        ``DatabaseError`` and ``SourceBroken`` before the first byte.
        """
        plan = await self._plan(scope, entitled)
        body = Body(
            size=plan.layout.length,
            etag=plan.layout.etag,
            media_type=entitled.media_type,
            last_modified=plan.made_at,
            disposition=attachment(entitled.name),
            cache_control=entitled.cache_control,
            headers=entitled.headers,
        )
        source = ArchiveSource(plan, self._relocate, partial(self._report, plan))
        with self.places.place(scope):
            async with self._needing(plan):
                await send_body(scope, receive, send, body, source, entitled.still)

    async def _plan(self, scope: Scope, entitled: Entitled) -> ArchivePlan:
        is_get, anew = scope["method"] == "GET", _starts_anew(scope)
        question = partial(
            self.plans.get,
            entitled.download_id,
            entitled.link_id,
            entitled.epoch,
            anew=anew,
            fetched_by=(scope.get("client") or ("",))[0] if is_get else None,
        )
        key = (entitled.download_id, entitled.epoch, anew, is_get)
        plan: ArchivePlan = await self.questions.ask(key, question)
        return plan

    @asynccontextmanager
    async def _needing(self, plan: ArchivePlan) -> AsyncGenerator[None, None]:
        """Say, as long as it is sent, that its files of the spool are needed."""
        if not plan.is_of_spool:
            yield
            return
        saying = asyncio.create_task(self._say_needed(plan.download_id))
        try:
            yield
        finally:
            saying.cancel()
            await asyncio.wait({saying})

    async def _say_needed(self, download_id: UUID) -> None:
        post = partial(attend, f"{SENDING}{download_id}", SENDING_FOR)
        while True:
            try:
                await self.questions.ask(("sending", download_id), post)
            except (DatabaseError, Overloaded) as exc:
                logger.warning("It could not be noted that a download is being sent: %s", exc)
            await asyncio.sleep(SENDING_FOR / 3)

    async def _relocate(self, place: Place) -> StoredFile:
        file: StoredFile = await self.questions.ask(
            ("relocate", place.asset_id, place.rendition), partial(_locate, place)
        )
        return file

    async def _report(self, plan: ArchivePlan, place: Place) -> None:
        key = ("report", plan.download_id, place.position)
        await self.questions.ask(key, partial(_take_out, plan, place))


def share_archives() -> Archives:
    places = Places(settings.LOGGIA_STREAMS_PER_ADDRESS)
    return Archives(Plans(), Questions("archives", THREADS), places)


def _starts_anew(scope: Scope) -> bool:
    """Whether the answer begins with the first byte: a resumed one must stay what it was."""
    wanted = (value for name, value in scope["headers"] if name == b"range")
    return all(value.replace(b" ", b"").startswith(b"bytes=0-") for value in wanted)


def _locate(place: Place) -> StoredFile:
    if place.spool_file_id is not None:
        raise LibraryUnavailable("This file must be fetched once more.")
    if place.is_original:
        original = get_library().original(place.asset_id)
        if isinstance(original, RemoteFile):
            raise LibraryUnavailable("This original lies on another server.")
        return original
    return get_library().rendition(place.asset_id, place.rendition)


def _take_out(plan: ArchivePlan, place: Place) -> None:
    if place.spool_file_id is not None:
        fetch_again(plan.download_id, spool_files_of([place]))
        return
    reason = trouble_with(place.file) if place.is_original else Reason.NONE
    if reason == Reason.GONE and is_away():
        return  # the guest can resume once the disk is back
    take_out(plan.download_id, place.position, reason or Reason.CHANGED)
