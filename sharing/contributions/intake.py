"""What every way into the staging folder shares: threads, rights, and how a body ends in a file."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.db import DatabaseError
from django.utils import translation

from portal.media.coalescing import Overloaded, Questions
from portal.media.places import Places
from portal.media.sending import Receive, Scope
from sharing.contributions.admitting import Target, admit
from sharing.contributions.arriving import arrive, come_on, stay, wait_on
from sharing.contributions.callers import Caller
from sharing.contributions.hands import Hands
from sharing.contributions.leftovers import delete_files
from sharing.contributions.protocol import Checksum
from sharing.contributions.receiving import Body, Ending
from sharing.contributions.refusals import Refused, too_long, wrong_checksum
from sharing.contributions.staging import StagedFile, StagingTrouble
from sharing.contributions.waking import Waker

T = TypeVar("T")
THREADS = 4  # with a database connection each, in one process


@dataclass(frozen=True, slots=True)
class Received:
    """How a body ended, how much of its file is safe now, and when that expires if it is not all."""

    ending: Ending
    offset: int
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Intake:
    """One web process's part of the intake. Belongs to one event loop."""

    hands: Hands = field(default_factory=Hands)
    questions: Questions[Any] = field(default_factory=lambda: Questions("uploads", THREADS, 1_000))
    places: Places = field(default_factory=lambda: Places(settings.LOGGIA_STREAMS_PER_ADDRESS))
    waker: Waker = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "waker", Waker(self.questions))

    async def ask(self, caller: Caller, question: Callable[..., T], *args: Any) -> T:
        """Run what asks the database, in the caller's language."""
        answer: T = await self.questions.ask(
            object(), partial(_speak, caller.language, question, *args)
        )
        return answer

    async def still_taken(self, caller: Caller, target: Target) -> None:
        """Raise ``Refused`` once the link takes nothing more; who cannot be asked, says nothing."""
        try:
            await self.ask(caller, admit, caller)
            await self.ask(caller, stay, target.pk)
        except (DatabaseError, Overloaded):
            return

    async def receive(  # noqa: PLR0913, PLR0917 - an ASGI call is two of them
        self,
        scope: Scope,
        receive: Receive,
        caller: Caller,
        target: Target,
        file: StagedFile,
        checksum: Checksum | None = None,
    ) -> Received:
        """Take a request's body into its file, and say what came; all that counts is safe then.

        Raises ``Refused`` and ``StagingTrouble``; what came before is kept, unless it had a
        checksum.
        """
        await self.hands.do(file.begin_piece, checksum.algorithm if checksum else "")
        still_taken = partial(self.still_taken, caller, target)
        body = Body(file, self.hands, target.size - file.length, still_taken)
        try:
            ending = await body.run(scope, receive)
        except (Refused, StagingTrouble):
            await self._settle(caller, target, file, checksum, Ending.LET_GO)
            raise
        expires_at = await self._settle(caller, target, file, checksum, ending)
        return Received(ending, file.length, expires_at)

    async def note(
        self, caller: Caller, target: Target, file: StagedFile, *, has_grown: bool = True
    ) -> datetime | None:
        """Write down what is safe by now; returns when the upload expires, unless it has arrived."""
        try:
            if file.length < target.size:
                return await self.ask(caller, come_on if has_grown else wait_on, target.pk)
            await self.ask(caller, arrive, target.pk)
        except Refused:  # taken back while the file was being opened, which made it anew
            await self.ask(caller, delete_files, [target.pk])
            raise
        self.waker.wake()
        return None

    async def _settle(
        self,
        caller: Caller,
        target: Target,
        file: StagedFile,
        checksum: Checksum | None,
        ending: Ending,
    ) -> datetime | None:
        is_cut = checksum is not None and ending is not Ending.COMPLETE
        is_wrong = checksum is not None and file.digest() != checksum.digest
        if is_cut or is_wrong or ending is Ending.TOO_LONG:
            await self.hands.do(file.discard_piece)
        else:
            await self.hands.do(file.keep)
        expires_at = await self.note(caller, target, file)
        if ending is Ending.TOO_LONG:
            raise too_long()
        if is_wrong and not is_cut:
            raise wrong_checksum()
        return expires_at


def _speak(language: str, question: Callable[..., T], *args: Any) -> T:
    with translation.override(language):
        return question(*args)
