"""Moves what lies below the incoming root into the bin there, for owners; nothing else is deleted."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.library.folder.arranging import with_halves
from portal.library.folder.filing import INCOMING
from portal.library.folder.models import Arrival, Place, StoredAsset
from portal.library.folder.roots import Root
from portal.library.folder.taking_out import forget_places, put_into_bin
from portal.library.index.chunks import chunks
from portal.library.interface import NotAllowed

NAMED = 3  # photos that are named when all of them stay


def throw_away(root: Root, asset_ids: Collection[UUID]) -> None:
    """Move these into the bin; raises ``NotAllowed``, and then moves none."""
    wanted = _alone(with_halves(asset_ids))
    paths = {path: pk for chunk in chunks(wanted) for path, pk in _paths(chunk).items()}
    for path in paths:
        put_into_bin(root, path)
    with transaction.atomic():
        forget_places(list(paths))
        for chunk in chunks(wanted):
            Arrival.objects.filter(asset_id__in=chunk, out_at=None).update(
                path=None, leaving_at=timezone.now(), out_at=timezone.now()
            )


def _alone(asset_ids: Collection[UUID]) -> list[UUID]:
    """Without moving halves that other stills need."""
    wanted = set(asset_ids)
    needed = StoredAsset.objects.present().filter(live_video__in=wanted).exclude(pk__in=wanted)
    return sorted(wanted - set(needed.values_list("live_video_id", flat=True)))


def _paths(asset_ids: Collection[UUID]) -> Mapping[bytes, UUID]:
    """Where these lie below the incoming root; raises where one lies elsewhere too."""
    places = Place.objects.present().filter(asset__in=asset_ids)
    others = places.exclude(folder__root=INCOMING).values_list("asset__filename", flat=True)
    if names := sorted(set(others)):
        raise NotAllowed(_refusal(names))
    rows = places.values_list("folder__path", "name", "asset_id")
    return {_below(bytes(folder), bytes(name)): pk for folder, name, pk in rows}


def _below(folder: bytes, name: bytes) -> bytes:
    return folder + b"/" + name if folder else name


def _refusal(names: list[str]) -> str:
    listed = ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
    said = _(
        "Nothing was deleted: %(names)s lies in your own photo folder, which Loggia never changes. "
        "Delete it there."
    )
    return said % {"names": listed}
