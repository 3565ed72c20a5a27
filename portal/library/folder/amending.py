"""What owners say of photos beside what their files say: kept in the index alone."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portal.library.changing import Amendment
from portal.library.folder.models import Correction, Member, StoredAsset
from portal.library.folder.settling import Touched, settle
from portal.library.index.chunks import chunks
from portal.library.index.translate import storable
from portal.library.types import moment_of


@transaction.atomic
def amend(asset_ids: Collection[UUID], amendment: Amendment) -> None:
    """Have it known of these, whatever is read in their files later on."""
    said = _said(amendment)
    marks = {
        name: value
        for name in ("is_favorite", "is_archived")
        if (value := getattr(amendment, name)) is not None
    }
    if not said and not marks:
        return
    for chunk in chunks(asset_ids):
        _remember(chunk, said)
        changes = {**marks, **corrected(said), "updated_at": timezone.now()}
        StoredAsset.objects.filter(pk__in=chunk).update(**changes)
        if "taken_at" in changes:
            Member.objects.filter(asset__in=chunk).update(taken_at=changes["taken_at"])
    if "taken_at" in said:
        settle(Touched(assets=set(asset_ids)))


def corrections_of(asset_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """What was said of these, by the columns of their rows."""
    rows = Correction.objects.filter(asset__in=list(asset_ids))
    return {pk: corrected(said) for pk, said in rows.values_list("asset_id", "said")}


def corrected(said: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of what is kept as JSON."""
    facts = {name: value for name, value in said.items() if name not in {"taken_at", "offset"}}
    if "taken_at" in said:
        offset = timedelta(seconds=said["offset"])
        local = datetime.fromisoformat(said["taken_at"])
        facts |= {
            "taken_at": local.replace(tzinfo=UTC),
            "utc_offset": offset,
            "moment_at": moment_of(local, offset),
        }
    return facts


def _said(amendment: Amendment) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if amendment.description is not None:
        said["description"] = storable(amendment.description)
    if amendment.rating is not None:
        said["rating"] = amendment.rating
    if amendment.latitude is not None and amendment.longitude is not None:
        said |= {"latitude": amendment.latitude, "longitude": amendment.longitude}
    if amendment.taken_at is not None:
        offset = amendment.taken_at.utcoffset() or timedelta(0)
        said["taken_at"] = amendment.taken_at.replace(tzinfo=None).isoformat()
        said["offset"] = offset.total_seconds()
    return said


def _remember(asset_ids: Collection[UUID], said: Mapping[str, Any]) -> None:
    if not said:
        return
    there = StoredAsset.objects.filter(pk__in=asset_ids).values_list("pk", flat=True)
    known = dict(Correction.objects.filter(asset__in=asset_ids).values_list("asset_id", "said"))
    Correction.objects.bulk_create(
        [Correction(asset_id=pk, said={**known.get(pk, {}), **said}) for pk in there],
        update_conflicts=True,
        unique_fields=["asset"],
        update_fields=["said"],
    )
