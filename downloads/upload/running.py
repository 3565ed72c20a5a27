"""One run from what was asked for to the exit code."""

import signal
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import anyio
from django.contrib.auth.models import User

from downloads.batch import shared
from downloads.batch.showing import Show, show_on
from downloads.batch.wanted import BatchError
from downloads.batch.wording import counted, printable
from downloads.client import Client, ClientError, FailedEntry, Reason, UploadResult
from downloads.client.target import Target
from downloads.client.uploading import Upload
from sharing.managing.command_link import BadRequest, find_owner

from .asked import Asked
from .library_target import LibraryTarget

COMPLETE, INCOMPLETE = 0, 1
SHOWN = 20  # files of each kind that the summary names

Say = Callable[[str], None]


@dataclass(slots=True)
class Run:
    """``signal`` is what interrupted it, or 0."""

    asked: Asked
    signal: int = 0

    async def bring(self, show: Show, say: Say) -> UploadResult | ClientError | None:
        """The result; or why nothing could be begun; or nothing, when it was ended at once."""
        async with AsyncExitStack() as stack:
            target, home = await self._target(stack)
            say(f"To {home}.")
            upload = Upload(target, self.asked.options, show)
            async with anyio.create_task_group() as group:
                group.start_soon(self._heed, upload, group.cancel_scope)
                try:
                    return await upload.run()
                except ClientError as exc:
                    return exc
                finally:
                    group.cancel_scope.cancel()
        return None

    async def _heed(self, upload: Upload, scope: anyio.CancelScope) -> None:
        """Once asked to stop, send nothing more and settle what arrived; twice, end at once."""
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for number in signals:
                if self.signal:
                    scope.cancel()
                self.signal = int(number)
                upload.stop("interrupted")

    async def _target(self, stack: AsyncExitStack) -> tuple[Target, str]:
        asked = self.asked
        if not (asked.url or asked.share_url):
            return LibraryTarget(lambda: _owner(asked.user)), "the portal's own library"
        if asked.url:
            client, home = Client(asked.url, asked.key), ""
        else:
            link = shared.parse(asked.share_url)
            client = Client(
                link.site, key=link.key or None, slug=link.slug or None,
                password=asked.password or None,
            )  # fmt: skip
            home = "a link of "
        await stack.enter_async_context(client)
        return await client.target(), f"{home}{client.site}"


def upload(asked: Asked, say: Say, progress: TextIO) -> int:
    """Send what is asked for; the exit code: 0 only when everything is there.

    Raises ``BatchError``, ``WrongOptions`` among them.
    """
    run = Run(asked)
    try:
        with show_on(progress) as show:
            result = anyio.run(run.bring, show, say)
    except ClientError as exc:
        raise BatchError(str(exc)) from exc
    if isinstance(result, ClientError):
        raise BatchError(str(result)) from result
    if result:
        summarize(result, say, is_dry=asked.options.dry_run)
    if run.signal or result is None:
        say("Interrupted. The same command goes on from here.")
        return 128 + (run.signal or signal.SIGINT)
    return COMPLETE if result.is_whole else INCOMPLETE


def summarize(result: UploadResult, say: Say, *, is_dry: bool) -> None:
    """Say how it went, and name what did not go as it was meant."""
    there = [each for each in result.rejected if each.reason == Reason.DUPLICATE]
    trashed = [each for each in result.rejected if each.reason == Reason.TRASHED]
    others = [each for each in result.rejected if each.reason == Reason.UNSUPPORTED]
    say(
        f"{counted(len(result.uploaded))} {'would be ' if is_dry else ''}uploaded, "
        f"{len(there)} there already, {len(result.failed)} failed"
    )
    if result.left_out:
        say(f"{counted(result.left_out, 'other file', 'other files')} left out.")
    if is_dry:
        _name("Would be uploaded", [(each.filepath, "") for each in result.uploaded], say)
    _name("There already", [(each.filepath, "") for each in there], say)
    _name("In the server's bin", [(each.filepath, "restore it there") for each in trashed], say)
    _name("Not taken", [(each.filepath, "not a kind the server takes") for each in others], say)
    _name("Failed", _reasons(result.failed), say)
    _name("Not in the album", _reasons(result.unplaced), say)
    _name("Not deleted", _reasons(result.kept), say)
    if result.deleted:
        say(f"{counted(len(result.deleted))} {'would be ' if is_dry else ''}deleted here.")
    if result.stopped and result.stopped != "interrupted":
        say(f"Stopped: {result.stopped}")


def _name(what: str, files: Sequence[tuple[Path, str]], say: Say) -> None:
    for path, why in files[:SHOWN]:
        say(f"{what}: {printable(str(path))}{f': {printable(why)}' if why else ''}")
    if len(files) > SHOWN:
        say(f"… and {len(files) - SHOWN} more")


def _reasons(entries: Sequence[FailedEntry]) -> list[tuple[Path, str]]:
    return [(each.filepath, each.error) for each in entries]


def _owner(name: str) -> User:
    try:
        return find_owner(name)
    except BadRequest as exc:
        raise ClientError(str(exc)) from exc
