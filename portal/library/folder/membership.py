"""Which assets albums show, and the counts that follow; many albums at a time."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef

from portal.library.folder.models import Member, Place, StoredAlbum
from portal.library.index.chunks import chunks
from portal.library.index.counting import Counting

COUNTING = Counting(StoredAlbum, Member)


def bring_up_to_date(albums: Collection[UUID]) -> None:
    """Let albums show what lies in their folders, each content once, and count it."""
    for chunk in chunks(albums):
        gained = _gain(chunk)
        lost = _lose(chunk)
        StoredAlbum.objects.filter(pk__in=lost).update(has_lost=True)
        COUNTING.bring_up_to_date(chunk, gained | lost)


def _gain(albums: list[UUID]) -> set[UUID]:
    shown = Member.objects.filter(album=OuterRef("folder__album"), asset=OuterRef("asset"))
    lying = Place.objects.present().filter(folder__album__in=albums, asset__is_listed=True)
    rows = lying.filter(~Exists(shown)).values_list(
        "folder__album_id", "asset_id", "asset__taken_at"
    )
    members = [Member(album_id=a, asset_id=asset, taken_at=t) for a, asset, t in set(rows)]
    Member.objects.bulk_create(members)
    return {member.album_id for member in members}


def _lose(albums: list[UUID]) -> set[UUID]:
    lying = Place.objects.present().filter(folder__album=OuterRef("album"), asset=OuterRef("asset"))
    surplus = Member.objects.filter(album__in=albums).exclude(Exists(lying), asset__is_listed=True)
    rows = dict(surplus.values_list("pk", "album_id"))
    for chunk in chunks(rows):
        Member.objects.filter(pk__in=chunk).delete()
    return set(rows.values())
