"""Resumable uploads: tus 1.0.0 (https://tus.io/protocols/resumable-upload) as plain ASGI."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus

from portal.media.sending import Receive, Scope, Send
from portal.media.streams import cut_connection
from sharing.contributions.admitting import Target, admit, find_own, find_target, own_upload
from sharing.contributions.answers import answer, visitor_cookie
from sharing.contributions.beginning import begin, go_on
from sharing.contributions.callers import Caller
from sharing.contributions.intake import Intake, Received
from sharing.contributions.protocol import (
    ALGORITHMS,
    EXTENSIONS,
    VERSION,
    Pairs,
    announced_in,
    check_piece,
    checksum_in,
    expiry,
    is_piece,
    length_in,
    metadata_out,
    offset_in,
    pairs,
)
from sharing.contributions.receiving import Ending
from sharing.contributions.refusals import Refused, decided, too_long, wrong_offset
from sharing.contributions.rules import rules_of
from sharing.contributions.staging import InUse, StagedFile, knock, stop_knocking
from sharing.contributions.withdrawing import withdraw

LET_GO_WITHIN = 10.0  # seconds that a request which is overtaken has to make its bytes safe
TRY_EVERY = 0.05  # seconds


class Tus:
    """Answers one method each; all raise ``Refused`` and ``StagingTrouble``."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def options(self, caller: Caller, send: Send) -> None:
        link = (await self._intake.ask(caller, admit, caller)).link
        rules = await self._intake.ask(caller, rules_of, link)
        headers = {
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
            "Tus-Max-Size": str(rules.max_size),
        }
        await answer(send, HTTPStatus.NO_CONTENT, pairs(headers))

    async def post(self, caller: Caller, scope: Scope, receive: Receive, send: Send) -> None:
        """Creation, and creation with upload."""
        announced, checksum = announced_in(caller), checksum_in(caller)
        length = length_in(caller)
        if is_piece(caller) and length is not None and length > announced.size:
            raise too_long()
        begun = await self._intake.ask(caller, begin, caller, announced)
        target = begun.target
        headers = pairs({"Location": f"{caller.base}/uploads/{target.pk}"})
        headers.append(visitor_cookie(begun.visitor, scope))
        received = Received(Ending.COMPLETE, 0, target.expires_at)
        if is_piece(caller):
            async with self._intake.hands.opened(target.path) as file:
                try:
                    received = await self._intake.receive(
                        scope, receive, caller, target, file, checksum
                    )
                except Refused as refused:
                    # The upload is there, so its sender is told where to go on.
                    refused.headers = (*refused.headers, *headers)
                    raise
        await self._answer_received(HTTPStatus.CREATED, received, headers, scope, receive, send)

    async def patch(self, caller: Caller, scope: Scope, receive: Receive, send: Send) -> None:
        check_piece(caller)
        offset, checksum = offset_in(caller), checksum_in(caller)
        target = await self._intake.ask(caller, find_target, caller)
        if target.is_complete:
            raise wrong_offset(target.size)
        async with self._intake.hands.opened(target.path) as file:
            if offset != file.length:
                await self._intake.hands.do(file.sync)  # of a request that died nothing is safe yet
                raise wrong_offset(file.length)
            if offset + (length_in(caller) or 0) > target.size:
                raise too_long()
            if target.has_lapsed:
                await self._intake.ask(caller, go_on, target)
            received = await self._intake.receive(scope, receive, caller, target, file, checksum)
        await self._answer_received(HTTPStatus.NO_CONTENT, received, [], scope, receive, send)

    async def head(self, caller: Caller, send: Send) -> None:
        """Tell how much is there; whoever is still sending it lets go first."""
        target = await self._intake.ask(caller, find_own, caller)
        offset, expires_at = target.size, None
        if not target.is_complete:
            async with self._taken_over(target) as file:
                await self._intake.hands.do(file.sync)
                expires_at = await self._intake.note(caller, target, file, has_grown=False)
                offset = file.length
        headers = {
            "Upload-Offset": str(offset),
            "Upload-Length": str(target.size),
            "Upload-Metadata": metadata_out(filename=target.filename, filetype=target.media_type),
        }
        if expires_at:
            headers["Upload-Expires"] = expiry(expires_at)
        await answer(send, HTTPStatus.OK, pairs(headers))

    async def delete(self, caller: Caller, send: Send) -> None:
        upload = await self._intake.ask(caller, own_upload, caller)
        if not await self._intake.ask(caller, withdraw, upload):
            raise decided()
        await answer(send, HTTPStatus.NO_CONTENT, [])

    @asynccontextmanager
    async def _taken_over(self, target: Target) -> AsyncGenerator[StagedFile, None]:
        """Hold the file of an upload whose client came back by another connection.

        The request before may be in another process, and its client gone without a word.
        """
        until = time.monotonic() + LET_GO_WITHIN
        async with AsyncExitStack() as stack:
            while True:
                try:
                    file = await stack.enter_async_context(self._intake.hands.opened(target.path))
                    break
                except InUse:
                    if time.monotonic() > until:
                        await self._intake.hands.do(stop_knocking, target.path)
                        raise
                await self._intake.hands.do(knock, target.path)
                await asyncio.sleep(TRY_EVERY)
            yield file

    async def _answer_received(  # noqa: PLR0913, PLR0917 - an ASGI call is three of them
        self,
        status: HTTPStatus,
        received: Received,
        headers: Pairs,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        if received.ending is Ending.LEFT:
            return
        if received.ending is Ending.LET_GO:
            await cut_connection(scope, receive)
            return
        told = {"Upload-Offset": str(received.offset)}
        if received.expires_at:
            told["Upload-Expires"] = expiry(received.expires_at)
        await answer(send, status, [*headers, *pairs(told)])
