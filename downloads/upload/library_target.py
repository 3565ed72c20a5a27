"""The portal's own library as the place that uploads go to, whatever its home."""

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

import anyio
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connections

from downloads.client.errors import Refused, Trouble, Unreachable
from downloads.client.results import Status
from downloads.client.server import Kinds
from downloads.client.target import Known, LocalFile, Sent, Told
from portal.api_errors import ApiRefused
from portal.library import get_library
from portal.library.content.formats import HEAD_BYTES, SUFFIXES, recognize
from portal.library.interface import (
    ContentUnreadable,
    LibraryError,
    LibraryFull,
    LibraryUnavailable,
    NotInLibrary,
)
from portal.library.types import AssetFilter, Incoming, NotTaken, TakenIn
from portal.media.coalescing import Overloaded
from sharing.albums.editing import make_album
from sharing.api.album_finding import FoundAlbum, own_albums
from sharing.api.album_members import add_to
from sharing.api.uploads.batches import Batches
from sharing.api.uploads.forms import LARGEST_SIDECAR
from sharing.contributions.owned import kept
from sharing.contributions.staging import NoRoom, StagingTrouble, check_disk, remove

T = TypeVar("T")


class LibraryTarget:
    """A ``Target`` within this process, for one event loop; the portal need not be running."""

    tells_all = True

    def __init__(self, owner: Callable[[], User]) -> None:
        self._owner = owner
        self._batches = Batches()
        self._album_name = ""

    async def kinds(self) -> Kinds:
        return Kinds(SUFFIXES)

    async def reach(self) -> None:
        await self._ask(lambda: get_library().reach())

    async def choose_album(self, name: str) -> None:
        self._album_name = name
        await self._ask(self._find_album)

    async def known(self, sha1s: Collection[bytes]) -> Mapping[bytes, Known]:
        found = await self._ask(partial(kept, set(sha1s)))
        return {sha1: Known(asset_id) for sha1, asset_id in found.items()}

    async def send(
        self, file: LocalFile, half: UUID | None, sidecar: LocalFile | None, told: Told
    ) -> Sent:
        incoming = await anyio.to_thread.run_sync(_staged, file, half, sidecar)
        told(file.size)
        try:
            answer = await self._batches.take_in(incoming)
            if isinstance(answer, TakenIn) and not await self._ask(partial(_is_here, file.sha1)):
                # An earlier run brought it, and it was thrown away since: this is a new wish
                answer = await self._batches.take_in(replace(incoming, key=uuid4()))
        except (LibraryUnavailable, DatabaseError, Overloaded) as exc:
            raise _translated(exc) from exc
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(remove, incoming.path)
        if isinstance(answer, NotTaken):
            raise Refused(answer.reason) if answer.is_final else Unreachable(answer.reason)
        return Sent(answer.asset_id, Status.DUPLICATE if answer.was_there else Status.CREATED)

    async def put(self, asset_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        return await self._ask(partial(self._put, list(dict.fromkeys(asset_ids))))

    async def confirms(self, asset_id: UUID, sha1: bytes) -> bool:
        return await self._ask(partial(_holds, asset_id, sha1))

    def _find_album(self) -> FoundAlbum | None:
        named = [each for each in own_albums(self._owner()) if each.album.name == self._album_name]
        if len(named) > 1:
            raise Refused(
                f"There are {len(named)} albums named {self._album_name}: rename all but one first"
            )
        return named[0] if named else None

    def _put(self, asset_ids: Sequence[UUID]) -> dict[UUID, str]:
        found = self._find_album()
        if found is None:
            make_album(self._owner(), self._album_name, [])
            found = self._find_album()
        if found is None:
            return dict.fromkeys(asset_ids, "The album is not there any more")
        return {
            UUID(str(each["id"])): str(each.get("errorMessage") or each.get("error"))
            for each in add_to(found, asset_ids)
            if not each["success"] and each.get("error") != "duplicate"
        }

    async def _ask(self, question: Callable[[], T]) -> T:
        """Ask the database in a thread, whose connection ends with it."""

        def asked() -> T:
            try:
                return question()
            except ValidationError as exc:
                raise Refused(" ".join(exc.messages)) from exc
            except ApiRefused as exc:
                raise Refused(str(exc.message)) from exc
            except (LibraryError, DatabaseError) as exc:
                raise _translated(exc) from exc
            finally:
                connections.close_all()

        return await anyio.to_thread.run_sync(asked)


def _staged(file: LocalFile, half: UUID | None, sidecar: LocalFile | None) -> Incoming:
    """A copy that is the portal's own: what lies in the library must not be the owner's file,
    which may be written to any time. What a kill leaves of it is swept with other uploads.
    """
    path = settings.STAGING_DIR / uuid4().hex
    words = _content(sidecar.path) if sidecar else b""
    try:
        with file.path.open("rb") as opened:
            media_type = recognize(opened.read(HEAD_BYTES)).media_type
        check_disk(file.size)
        shutil.copyfile(file.path, path)
    except ContentUnreadable as exc:
        raise Refused(str(exc)) from exc
    except NoRoom as exc:
        raise Unreachable("The disk of the portal's data folder is full", is_full=True) from exc
    except (StagingTrouble, OSError) as exc:
        path.unlink(missing_ok=True)
        raise Trouble(f"It cannot be copied: {exc}") from exc
    return Incoming(
        key=_wish(file.sha1), path=path, filename=file.path.name.encode("utf-8", "replace").decode(),
        sha1=file.sha1, size=file.size, media_type=media_type,
        modified_at=_moment(file.mtime_ns), created_at=_moment(file.created_ns),
        live_video_id=half, sidecar=words, is_owners=True,
    )  # fmt: skip


def _wish(sha1: bytes) -> UUID:
    """The same for one content, so that a run after a kill goes on with the place it had begun."""
    return UUID(bytes=blake2b(b"loggia.upload" + sha1, digest_size=16).digest(), version=4)


def _is_here(sha1: bytes) -> bool:
    return sha1 in get_library().known(AssetFilter(), {sha1})


def _content(sidecar: Path) -> bytes:
    try:
        with sidecar.open("rb") as file:
            content = file.read(LARGEST_SIDECAR + 1)
    except OSError as exc:
        raise Trouble(f"{sidecar.name} cannot be read: {exc.strerror or exc}") from exc
    if len(content) > LARGEST_SIDECAR:
        raise Refused(f"{sidecar.name} is larger than {LARGEST_SIDECAR // 2**20} MB")
    return content


def _holds(asset_id: UUID, sha1: bytes) -> bool:
    """Whether the library says so itself, and has the file, for good."""
    try:
        asset = get_library().asset(asset_id)
    except NotInLibrary:
        return False
    return asset.sha1 == sha1 and kept([sha1]).get(sha1) == asset_id


def _translated(exc: LibraryError | DatabaseError | Overloaded) -> Refused | Unreachable:
    if isinstance(exc, DatabaseError | Overloaded):
        return Unreachable(f"The portal's database cannot be used right now: {exc}")
    if isinstance(exc, LibraryUnavailable):
        return Unreachable(str(exc), is_full=isinstance(exc, LibraryFull))
    return Refused(str(exc))


def _moment(ns: int) -> datetime:
    try:
        return datetime.fromtimestamp(ns / 1_000_000_000, UTC)
    except (ValueError, OverflowError, OSError):  # a clock that was never set
        return datetime.fromtimestamp(0, UTC)
