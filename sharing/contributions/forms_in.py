"""Plain multipart forms (RFC 7578), for browsers without scripts: parsed as they stream in."""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from http import HTTPStatus
from typing import Any

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from portal.media.sending import Receive, Scope, Send
from sharing.contributions.admitting import admit
from sharing.contributions.answers import CLOSE, READ_TO_ITS_END, answer, visitor_cookie
from sharing.contributions.callers import Caller
from sharing.contributions.contributors import clean_name, contributor_of
from sharing.contributions.form_files import Form, FormFile
from sharing.contributions.intake import Intake
from sharing.contributions.protocol import length_in, pairs
from sharing.contributions.receiving import IDLE_FOR
from sharing.contributions.refusals import Refused, cut_off, no_form
from sharing.contributions.rules import rules_of

MOST_PARTS, LONGEST_FIELD = 1_000, 4_096
NAMES = {"name", "contributor"}  # of the field in which a guest says who they are
TEXT = (b"content-type", b"text/plain; charset=utf-8")


class FormIntake:
    """Answers ``POST …/uploads/form``; raises ``Refused`` and ``StagingTrouble``."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def post(self, caller: Caller, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the files of a form, and lead to the page that says what became of them."""
        if scope["method"] != "POST":
            await answer(send, HTTPStatus.METHOD_NOT_ALLOWED, [(b"allow", b"POST")])
            return
        link = (await self._intake.ask(caller, admit, caller)).link
        rules = await self._intake.ask(caller, rules_of, link)
        visitor = caller.visitor or secrets.token_urlsafe(24)
        form = Form(self._intake, caller, link, visitor, rules)
        try:
            await _take_all(form, caller, receive)
        except MultipartError as exc:
            raise no_form() from exc
        if form.name:
            await self._intake.ask(caller, contributor_of, link, visitor, form.name)
        headers = [*pairs({"Location": f"{caller.base}/sent"}), visitor_cookie(visitor, scope)]
        await answer(send, HTTPStatus.SEE_OTHER, headers)

    async def refuse(self, send: Send, caller: Caller, refused: Refused) -> None:
        """Answer with a sentence that a browser shows as it is."""
        headers = [*refused.headers, TEXT]
        if (length_in(caller) or 0) > READ_TO_ITS_END:
            headers.append(CLOSE)
        await answer(send, refused.status, headers, f"{refused.message}\n".encode())


async def _take_all(form: Form, caller: Caller, receive: Receive) -> None:
    """Take part after part; what is not complete at the end, whichever it is, is deleted."""
    file: FormFile | None = None
    text: bytearray | None = None
    try:
        async for part in _parts(caller, receive):
            if isinstance(part, MultipartSegment):
                text = bytearray() if part.filename is None and part.name in NAMES else None
                if part.filename is not None:
                    file = await form.begin(part.filename, part.content_type or "")
            elif part is None:
                if file:
                    await form.finish(file)
                elif text is not None:
                    form.name = clean_name(text.decode("utf-8", "replace"))
                file = text = None
            elif file:
                await file.add(bytes(part))
            elif text is not None:
                text += part[: LONGEST_FIELD - len(text)]
    finally:
        if file:
            await file.drop()


async def _parts(caller: Caller, receive: Receive) -> AsyncGenerator[Any, None]:
    """A ``MultipartSegment``, its bytes, and ``None`` at its end, for each part of the form."""
    kind, options = parse_options_header(caller.header("content-type"))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise no_form()
    parser = PushMultipartParser(options["boundary"], max_segment_count=MOST_PARTS)
    more = True
    while more:
        try:
            async with asyncio.timeout(IDLE_FOR):
                message = await receive()
        except TimeoutError as exc:
            raise cut_off() from exc
        if message["type"] == "http.disconnect":
            raise cut_off()
        more = message.get("more_body", False)
        if (body := message.get("body", b"")) and not parser.closed:
            for part in parser.parse(body):
                yield part
    parser.close()
