"""What was taken in and is not wanted after all lies in a bin below the incoming root for a while."""

import contextlib
import os
import shutil
from collections.abc import Collection
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.library.folder.arranging import forget_copies
from portal.library.folder.filing import INCOMING
from portal.library.folder.models import Arrival, Place
from portal.library.folder.placing import part_of
from portal.library.folder.roots import Root
from portal.library.folder.settling import Touched, settle
from portal.library.index.leaving import let_go
from portal.library.interface import LibraryUnavailable

BIN = ".bin"  # no look at the folders enters what begins with a dot
KEPT_FOR = timedelta(days=30)
BEGUN_FOR = timedelta(days=1)


def take_out(root: Root, keys: Collection[UUID]) -> None:
    """Move what these keys have brought into the bin; raises ``LibraryUnavailable``.

    A file that another key counts on as well goes on as that one's.
    """
    leaving = let_go(Arrival.objects.all(), keys)
    for arrival in leaving:
        _remove_part(root, arrival)
        if arrival.path is not None and not _bequeath(arrival):
            put_into_bin(root, bytes(arrival.path))
    gone = [arrival for arrival in leaving if arrival.path is not None]
    with transaction.atomic():
        forget_places([bytes(arrival.path) for arrival in gone if arrival.path is not None])
        Arrival.objects.filter(pk__in=[arrival.pk for arrival in leaving]).update(
            path=None, out_at=timezone.now()
        )


def _bequeath(arrival: Arrival) -> bool:
    """Hand the file to whoever has joined the album by it since; see ``leaving``."""
    if arrival.has_joined or arrival.asset_id is None:
        return False
    heirs = Arrival.objects.filter(
        asset_id=arrival.asset_id, album_id=arrival.album_id, leaving_at=None, has_joined=True
    )
    path, heir = arrival.path, heirs.filter(path=None).first()
    if heir is None:
        return False
    with transaction.atomic():
        Arrival.objects.filter(pk=arrival.pk).update(path=None)
        Arrival.objects.filter(pk=heir.pk).update(path=path)
    arrival.path = None
    return True


def put_into_bin(root: Root, path: bytes) -> None:
    """Move a file there, under the day it is thrown away on, so that nobody has to remember when that was."""
    day = os.fsencode(f"{BIN}/{timezone.localdate().isoformat()}")
    folder, _slash, name = path.rpartition(b"/")
    target = root.full(b"/".join(part for part in (day, folder) if part))
    try:
        os.makedirs(target, exist_ok=True)  # noqa: PTH103  paths are bytes
        with contextlib.suppress(FileNotFoundError):
            os.rename(root.full(path), _free(target, name))  # noqa: PTH104
        with contextlib.suppress(FileNotFoundError):  # what came along goes along
            os.rename(root.full(path + b".xmp"), _free(target, name + b".xmp"))  # noqa: PTH104
    except OSError as exc:
        why = _("%(path)s cannot be written (%(why)s).") % {"path": root.path, "why": exc.strerror}
        raise LibraryUnavailable(why) from exc


def _free(folder: bytes, name: bytes) -> bytes:
    number, path = 1, os.path.join(folder, name)  # noqa: PTH118  paths are bytes
    while os.path.lexists(path):
        number += 1
        path = os.path.join(folder, b"%d %s" % (number, name))  # noqa: PTH118
    return path


def forget_places(paths: Collection[bytes]) -> None:
    """What a look at the folders would find missing, at once."""
    touched = Touched()
    for path in paths:
        folder, _slash, name = path.rpartition(b"/")
        places = Place.objects.present().filter(
            folder__root=INCOMING, folder__path=folder, name=name
        )
        touched.assets |= set(places.values_list("asset_id", flat=True))
        touched.folders |= set(places.values_list("folder_id", flat=True))
        places.update(missing_since=timezone.now())
    if touched.assets:
        settle(touched)


def _remove_part(root: Root, arrival: Arrival) -> None:
    """What a killed call has left of a file that is not wanted any more."""
    if arrival.path is None or arrival.done_at:
        return
    folder, _slash, _name = bytes(arrival.path).rpartition(b"/")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(root.full(folder, os.fsencode(part_of(arrival.pk))))  # noqa: PTH108


def empty_bin(root: Root) -> None:
    """Delete what was thrown away a month ago, and what was begun and never gone on with."""
    begun = Arrival.objects.filter(begun_at__lt=timezone.now() - BEGUN_FOR, done_at=None)
    for arrival in begun.exclude(path=None):
        _remove_part(root, arrival)
    forget_copies(root)
    limit = timezone.localdate() - KEPT_FOR
    for folder in _days(root):
        with contextlib.suppress(ValueError):  # a folder of somebody else's making
            if date.fromisoformat(folder.name) < limit:
                shutil.rmtree(folder, ignore_errors=True)


def _days(root: Root) -> list[Path]:
    try:
        return [path for path in (root.path / BIN).iterdir() if path.is_dir()]
    except OSError:
        return []
