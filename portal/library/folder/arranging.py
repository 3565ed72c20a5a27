"""Puts photos into the albums of folders: by a second file below the incoming root.

The owner's own folders are never written to; ``incoming/<album>/`` joins ``<album>``.
"""

import os
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from uuid import UUID

from django.utils.translation import gettext as _

from portal.library.folder.models import Arrival, StoredAsset
from portal.library.folder.roots import Root
from portal.library.index.chunks import chunks
from portal.library.interface import LibraryUnavailable
from portal.library.types import Incoming, NotTaken, StoredFile, TakenIn

TakeIn = Callable[[Sequence[Incoming]], Sequence[TakenIn | NotTaken]]
COPIES = ".joining"  # below the incoming root; no look at the folders enters it
LEFT_FOR = 86_400.0  # seconds, after which nobody is at work on them
TOGETHER = 16  # photos whose copies lie there at once


def join_album(
    root: Root,
    album_id: UUID,
    files: Mapping[UUID, StoredFile],
    take_in: TakeIn,
) -> dict[UUID, str]:
    """Put these originals there; returns the assets that are not, each with the reason."""
    rows = StoredAsset.objects.present().in_bulk(list(files))
    halves = {row.live_video_id for row in rows.values()}
    why: dict[UUID, str] = {}
    for chunk in chunks([pk for pk in rows if pk not in halves], TOGETHER):
        units = [_file(album_id, rows[pk], files[pk]) for pk in _with_halves(chunk, rows)]
        with _copies(root, units) as copied:
            answers = {answer.key: answer for answer in take_in(copied)}
        for pk in chunk:
            answer = answers[_key(album_id, pk)]
            if isinstance(answer, NotTaken):
                why[pk] = answer.reason
    return why


def with_halves(asset_ids: Collection[UUID]) -> list[UUID]:
    """These, and the moving halves of those that are live photos."""
    stills = StoredAsset.objects.filter(pk__in=list(asset_ids), live_video__isnull=False)
    return [*asset_ids, *stills.values_list("live_video_id", flat=True)]


def keys_in(album_id: UUID, asset_ids: Collection[UUID]) -> list[UUID]:
    """By which keys these came into the album, as far as they came from here."""
    arrivals = Arrival.objects.filter(album_id=album_id, leaving_at=None, path__isnull=False)
    arrivals = arrivals.filter(asset_id__in=with_halves(asset_ids))
    return list(arrivals.values_list("pk", flat=True))


def forget_copies(root: Root) -> None:
    """What a killed call has left."""
    limit = time.time() - LEFT_FOR
    with suppress(OSError):
        for path in (root.path / COPIES).iterdir():
            if path.lstat().st_ctime < limit:
                path.unlink()
        _remove_if_empty(root.path / COPIES)


def _with_halves(chunk: Sequence[UUID], rows: Mapping[UUID, StoredAsset]) -> Iterator[UUID]:
    for pk in chunk:
        half = rows[pk].live_video_id
        if half is not None and half in rows:
            yield half
        yield pk


def _file(album_id: UUID, row: StoredAsset, file: StoredFile) -> Incoming:
    return Incoming(
        key=_key(album_id, row.pk),
        path=file.path,
        filename=row.filename,
        sha1=bytes(row.sha1),
        size=file.size,
        media_type=row.media_type,
        modified_at=datetime.fromtimestamp(file.mtime_ns / 1e9, UTC),
        album_id=album_id,
        live_video_key=_key(album_id, row.live_video_id) if row.live_video_id else None,
    )


@contextmanager
def _copies(root: Root, files: Sequence[Incoming]) -> Iterator[list[Incoming]]:
    """Names of their own for what is taken in: of the owner's own files, which stay as they are, of
    copies; of what lies below this root already, of the same bytes where the disk can do that.
    """
    folder = root.path / COPIES
    copied = [replace(file, path=folder / file.key.hex) for file in files]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, copy in zip(files, copied, strict=True):
            _name_again(root, file.path, copy.path)
        yield copied
    except OSError as exc:
        why = _("%(path)s cannot be written (%(why)s).") % {"path": root.path, "why": exc.strerror}
        raise LibraryUnavailable(why) from exc
    finally:
        for copy in copied:
            copy.path.unlink(missing_ok=True)
        _remove_if_empty(folder)


def _name_again(root: Root, source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)  # of a call that was killed
    if root.holds(os.fsencode(source)):
        with suppress(OSError):
            os.link(source, target)
            return
    shutil.copyfile(source, target)


def _remove_if_empty(folder: Path) -> None:
    try:
        os.rmdir(folder)  # noqa: PTH106  another call may have copies there
    except OSError:
        return


def _key(album_id: UUID, asset_id: UUID) -> UUID:
    """The same wish has the same key, whoever has it again."""
    digest = blake2b(album_id.bytes + asset_id.bytes, digest_size=16, person=b"join")
    return UUID(bytes=digest.digest(), version=4)
