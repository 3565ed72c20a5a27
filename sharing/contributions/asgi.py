"""The intake as one ASGI application, mounted in front of Django at ``callers.ADDRESS``."""

import logging
from http import HTTPStatus

from django.db import DatabaseError
from django.utils import translation

from portal.media.coalescing import Overloaded
from portal.media.places import NoPlace
from portal.media.sending import Receive, Scope, Send, send_short
from sharing.contributions.answers import answer, answer_refused
from sharing.contributions.callers import Caller, caller_of, check_origin
from sharing.contributions.forms_in import FormIntake
from sharing.contributions.intake import Intake
from sharing.contributions.protocol import check_version, method_of
from sharing.contributions.refusals import Refused, in_use, no_room, not_now
from sharing.contributions.staging import DiskFails, InUse, NoRoom, StagingTrouble
from sharing.contributions.tus import Tus

logger = logging.getLogger(__name__)
ALLOWED = (b"allow", b"OPTIONS, POST, HEAD, PATCH, DELETE")


class UploadsApp:
    """Serves ``/share/<key>/uploads…`` and ``/s/<slug>/uploads…``."""

    def __init__(self) -> None:
        self._intake = Intake()
        self._tus = Tus(self._intake)
        self._forms = FormIntake(self._intake)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            caller = caller_of(scope)
        except Refused:
            await send_short(send, HTTPStatus.NOT_FOUND)
            return
        with translation.override(caller.language):
            try:
                check_origin(caller)
                await self._answer(caller, scope, receive, send)
            except Refused as refused:
                await self._refuse(send, caller, scope, refused)
            except (StagingTrouble, DatabaseError, Overloaded, NoPlace) as exc:
                await self._refuse(send, caller, scope, _refusal_for(exc))

    async def _answer(self, caller: Caller, scope: Scope, receive: Receive, send: Send) -> None:
        if caller.is_form:
            with self._intake.places.place(scope):
                await self._forms.post(caller, scope, receive, send)
            return
        method = method_of(caller, scope["method"])
        if method == "OPTIONS":
            await self._tus.options(caller, send)
            return
        if method not in ({"PATCH", "HEAD", "DELETE"} if caller.upload_id else {"POST"}):
            await answer(send, HTTPStatus.METHOD_NOT_ALLOWED, [ALLOWED])
            return
        check_version(caller)
        if method == "POST":
            with self._intake.places.place(scope):
                await self._tus.post(caller, scope, receive, send)
        elif method == "PATCH":
            with self._intake.places.place(scope):
                await self._tus.patch(caller, scope, receive, send)
        elif method == "HEAD":
            await self._tus.head(caller, send)
        else:
            await self._tus.delete(caller, send)

    async def _refuse(self, send: Send, caller: Caller, scope: Scope, refused: Refused) -> None:
        is_head = method_of(caller, scope["method"]) == "HEAD"
        if caller.is_form:
            await self._forms.refuse(send, caller, refused)
        else:
            await answer_refused(send, caller, refused, is_head=is_head)


def _refusal_for(exc: Exception) -> Refused:
    if isinstance(exc, InUse):
        return in_use()
    if isinstance(exc, NoRoom):
        return no_room()
    if isinstance(exc, DatabaseError | DiskFails):
        logger.warning("An upload cannot be taken now: %s", exc)
    return not_now()
