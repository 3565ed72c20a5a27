"""``POST /api/assets`` before Django, which would keep a body first and sees chunked ones as empty.

Other methods of that address go on to ``pages``.
"""

import asyncio
import logging
import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

import orjson
from django.conf import settings
from django.db import DatabaseError
from django.utils import translation

from portal.api_errors import ApiRefused
from portal.library.interface import LibraryFull, LibraryUnavailable
from portal.media.coalescing import Overloaded, Questions
from portal.media.places import NoPlace, Places
from portal.media.sending import Receive, Scope, Send
from sharing.api.callers import (
    Caller,
    Credentials,
    GuestCaller,
    check_may,
    credentials_in,
    find_caller,
)
from sharing.api.refusing import send_json, send_refused
from sharing.api.uploads.batches import Batches
from sharing.api.uploads.bodies import Body, ClientLeft
from sharing.api.uploads.fields import checksum_in
from sharing.api.uploads.forms import Received, receive_form
from sharing.api.uploads.guests import CHECKS, GuestUpload, check_rights
from sharing.api.uploads.owners import Answer, OwnUpload, not_now
from sharing.contributions.hands import Hands
from sharing.contributions.leftovers import delete_files
from sharing.contributions.refusals import Refused
from sharing.contributions.staging import NoRoom, StagingTrouble, check_disk, remove

T = TypeVar("T")
logger = logging.getLogger(__name__)
ADDRESS = re.compile(r"/api/assets/?")
READ_FOR_STRANGERS = 64 * 2**20  # bytes of a refused body: else a client never sees why
STRANGERS_WITHIN = 60.0  # seconds: nobody holds a connection by sending a byte now and then
AROUND = 4 * 2**20  # bytes of a form beside its file, at most
THREADS = 4  # with a database connection each, in one process
TROUBLE = (Refused, StagingTrouble, DatabaseError, Overloaded, NoPlace, LibraryUnavailable)


class ApiUploads:
    """Belongs to one event loop."""

    def __init__(self, pages: Any) -> None:
        self._pages = pages
        self._hands = Hands()
        self._questions: Questions[Any] = Questions("api-uploads", THREADS, 1_000)
        self._checks: Questions[Answer] = Questions("api-checks", CHECKS, 1_000)
        self._batches = Batches()
        self._places = Places(settings.LOGGIA_STREAMS_PER_ADDRESS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            await self._pages(scope, receive, send)
            return
        body = Body(receive)
        with translation.override("en"):  # the words of Immich's clients
            try:
                await self._answer(scope, body, send)
            except ClientLeft:
                return

    async def _answer(self, scope: Scope, body: Body, send: Send) -> None:
        read_on = READ_FOR_STRANGERS
        try:
            credentials = credentials_in(scope)
            caller = await self._ask(_let_in, credentials)
            read_on = settings.LOGGIA_UPLOAD_MAX_SIZE + AROUND
            with self._places.place(scope):
                answer = await self._take(scope, body, caller, credentials)
            await body.drain(read_on)
        except ApiRefused as refused:
            await _refuse(scope, send, body, refused, read_on)
        except TROUBLE as exc:
            await _refuse(scope, send, body, _refusal_for(exc), read_on)
        else:
            status = HTTPStatus.OK if answer.is_duplicate else HTTPStatus.CREATED
            said = {"id": answer.id, "status": "duplicate" if answer.is_duplicate else "created"}
            await send_json(scope, send, status, orjson.dumps(said))

    async def _take(
        self, scope: Scope, body: Body, caller: Caller, credentials: Credentials
    ) -> Answer:
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        promised = checksum_in(headers.get("x-immich-checksum", ""))
        upload = self._for(caller)
        if promised and (known := await upload.known(promised)):
            return Answer(known, is_duplicate=True)
        length = headers.get("content-length", "")
        if length.isascii() and length.isdigit():
            _check_length(int(length))
            await self._hands.do(check_disk, int(length))
        is_guest = isinstance(caller, GuestCaller)
        kind, largest = headers.get("content-type", ""), settings.LOGGIA_UPLOAD_MAX_SIZE
        file = await receive_form(body, kind, self._hands, largest, is_safe=is_guest)
        try:
            _check_sum(file, promised)
            await self._ask(_let_in, credentials)  # it may have taken long
            return await upload.keep(file)
        finally:
            await self._put_away(file, is_guest=is_guest)

    async def _put_away(self, file: Received, *, is_guest: bool) -> None:
        """Delete what nobody needs any more: a guest's file is its row's, where there is one."""
        if is_guest:
            await self._ask(delete_files, [file.key])
        else:
            await self._hands.do(remove, file.path)

    def _for(self, caller: Caller) -> OwnUpload | GuestUpload:
        if isinstance(caller, GuestCaller):
            return GuestUpload(self._ask, self._checks, caller)
        return OwnUpload(self._ask, self._batches)

    async def _ask(self, question: Callable[..., T], *args: Any) -> T:
        answer: T = await self._questions.ask(object(), partial(_in_english, question, *args))
        return answer


def _let_in(credentials: Credentials) -> Caller:
    caller = find_caller(credentials)
    check_may(caller, "asset.upload", guests=True)
    if isinstance(caller, GuestCaller):
        check_rights(caller)
    return caller


def _in_english(question: Callable[..., T], *args: Any) -> T:
    with translation.override("en"):
        return question(*args)


def _check_length(length: int) -> None:
    if length > settings.LOGGIA_UPLOAD_MAX_SIZE + AROUND:
        words = f"More than {settings.LOGGIA_UPLOAD_MAX_SIZE:,} bytes are not taken in one file."
        raise ApiRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words)


def _check_sum(file: Received, promised: bytes | None) -> None:
    if promised and file.sha1 != promised:
        words = f"{file.filename} did not arrive as it was sent: its checksum is another one."
        raise ApiRefused(HTTPStatus.BAD_REQUEST, words)


async def _refuse(scope: Scope, send: Send, body: Body, refused: ApiRefused, read_on: int) -> None:
    within = STRANGERS_WITHIN if read_on == READ_FOR_STRANGERS else None
    with suppress(ApiRefused, TimeoutError):  # nothing comes any more: then it is answered now
        async with asyncio.timeout(within):
            await body.drain(read_on)
    if not body.is_over:
        refused.headers["connection"] = "close"
    await send_refused(scope, send, refused)


def _refusal_for(exc: Exception) -> ApiRefused:
    """In words, without what only the log should tell."""
    if isinstance(exc, Refused):
        headers = {name.decode(): value.decode("latin-1") for name, value in exc.headers}
        return ApiRefused(HTTPStatus(exc.status), exc.message, headers)
    if isinstance(exc, NoRoom | LibraryFull):
        words = str(exc) or "The server has no room right now. Please try again later."
        return ApiRefused(HTTPStatus.INSUFFICIENT_STORAGE, words, {"retry-after": "60"})
    if isinstance(exc, LibraryUnavailable):
        return not_now(str(exc))
    if not isinstance(exc, NoPlace | Overloaded):
        logger.warning("An upload cannot be taken now: %s", exc)
    return not_now("The server cannot take this right now. Please try again.")
