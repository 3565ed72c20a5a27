"""Files of a form on their way into the staging folder.

A form cannot be resumed, so a file's row is written once all of it is here: until then it is a file
that no row needs, which the sweep deletes.
"""

from contextlib import AsyncExitStack
from uuid import uuid4

from django.db import transaction

from portal.library.durable import durably
from sharing.contributions.admitting import admit
from sharing.contributions.beginning import Announced, Outcome, check_staging, record
from sharing.contributions.callers import Caller
from sharing.contributions.intake import Intake
from sharing.contributions.models import State, Upload
from sharing.contributions.naming import safe_name
from sharing.contributions.receiving import SMALL
from sharing.contributions.refusals import Refused, cut_off, no_room
from sharing.contributions.rules import AgainstRules, Rules, check_size
from sharing.contributions.staging import NoRoom, StagedFile, remove
from sharing.models import SharedLink

READ_IN_VAIN = 2**30  # bytes of a file that is too large: the rest of the form may still be good


class Form:
    """One form, and who sends it. ``name`` is what they say they are called."""

    def __init__(
        self, intake: Intake, caller: Caller, link: SharedLink, visitor: str, rules: Rules
    ) -> None:
        self.name = ""
        self._intake = intake
        self._caller = caller
        self._link = link
        self._visitor = visitor
        self._rules = rules

    async def begin(self, filename: str, media_type: str) -> "FormFile":
        file = FormFile(self._intake, self._rules, filename, media_type)
        try:
            await self._intake.ask(self._caller, check_staging, 1)
        except Refused as refused:
            file.refusal = refused.message
        await file.open()
        return file

    async def finish(self, file: "FormFile") -> None:
        """Write down what came, or why it is not taken; raises ``Refused`` once the link is shut."""
        if not file.size and not file.filename:  # what a browser sends where nothing was chosen
            await file.drop()
            return
        try:
            await file.complete()
            await self._record(file, State.ARRIVED)
        except Refused as refused:
            file.refusal = refused.message
        except AgainstRules as exc:
            file.refusal = str(exc)
        if file.refusal:
            await file.drop()
            await self._record(file, State.REFUSED)
        else:
            await file.close()
            self._intake.waker.wake()
        await self._intake.ask(self._caller, admit, self._caller)

    async def _record(self, file: "FormFile", state: State) -> None:
        announced = Announced(
            size=file.size,
            filename=safe_name(file.filename),
            media_type=file.media_type,
            contributor=self.name or None,
        )
        outcome = Outcome(state, file.refusal, file.pk)
        await self._intake.ask(
            self._caller, _write_down, self._link, self._visitor, announced, outcome
        )


class FormFile:
    """One file of a form; ``refusal`` says why its bytes are not kept."""

    def __init__(self, intake: Intake, rules: Rules, filename: str, media_type: str) -> None:
        self.pk = uuid4()
        self.filename = filename
        self.media_type = media_type
        self.size = 0
        self.refusal = ""
        self._intake = intake
        self._rules = rules
        self._path = Upload(pk=self.pk).staged
        self._held_open = AsyncExitStack()
        self._file: StagedFile | None = None
        self._batch: list[bytes] = []
        self._held = 0

    async def open(self) -> None:
        opening = self._intake.hands.opened(self._path)
        self._file = await self._held_open.enter_async_context(opening)

    async def add(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size > self._rules.largest:
            self._refuse_size()
        if self.refusal:
            return
        self._batch.append(piece)
        self._held += len(piece)
        if self._held >= SMALL:
            await self._write()

    async def complete(self) -> None:
        """Make all of it safe; raises ``AgainstRules`` where it is not taken."""
        if not self.refusal:
            check_size(self._rules, self.size)
            await self._write()
        if self.refusal:
            raise AgainstRules(self.refusal)
        if self._file:
            await self._intake.hands.do(self._file.keep)

    async def close(self) -> None:
        await self._held_open.aclose()

    async def drop(self) -> None:
        await self._intake.hands.do(remove, self._path)
        await self.close()

    async def _write(self) -> None:
        batch, self._batch, self._held = self._batch, [], 0
        if self._file and batch:
            try:
                await self._intake.hands.do(self._file.write, batch)
            except NoRoom:
                self.refusal = no_room().message

    def _refuse_size(self) -> None:
        try:
            check_size(self._rules, self.size)
        except AgainstRules as exc:
            self.refusal = str(exc)
        self._batch, self._held = [], 0
        if self.size > self._rules.largest + READ_IN_VAIN:
            raise cut_off()


def _write_down(link: SharedLink, visitor: str, announced: Announced, outcome: Outcome) -> None:
    with durably(), transaction.atomic():
        record(link, visitor, announced, outcome)
