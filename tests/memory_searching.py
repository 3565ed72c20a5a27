"""How the library in memory searches: one plain test an asset, as the protocol words it."""

import random
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from portal.library.queries import AssetQuery, Order, Span, Suggestion
from portal.library.types import Asset, Page

Members = Mapping[UUID, Collection[UUID]]


def find(assets: Collection[Asset], albums: Members, query: AssetQuery) -> list[Asset]:
    """All that fit, in the query's order."""
    found = sorted(
        (asset for asset in assets if fits(asset, albums, query)),
        key=lambda asset: (asset.moment, asset.id),
        reverse=query.order is Order.NEWEST,
    )
    if query.order is Order.RANDOM:
        random.shuffle(found)
    return found


def page_of(found: Sequence[Asset], page: Page) -> Sequence[Asset]:
    return found[page.offset : page.offset + page.limit]


def suggestions(assets: Sequence[Asset], what: Suggestion) -> list[str]:
    return sorted({getattr(asset.exif, what) for asset in assets} - {""})[:1_000]


def fits(asset: Asset, albums: Members, query: AssetQuery) -> bool:
    exif = asset.exif
    exact = {
        "kind": asset.kind, "sha1": asset.sha1, "make": exif.make, "model": exif.model,
        "lens": exif.lens, "city": exif.city, "state": exif.state, "country": exif.country,
        "filename": asset.filename, "rating": exif.rating, "is_favorite": asset.is_favorite,
        "is_rated": (exif.rating or 0) > 0, "is_live": asset.live_video_id is not None,
    }  # fmt: skip
    return (
        all(getattr(query, name) in (None, value) for name, value in exact.items())
        and asset.is_archived == query.is_archived
        and (query.ids is None or asset.id in query.ids)
        and asset.id not in query.without_ids
        and not query.person_ids
        and all(asset.id in albums.get(album_id, ()) for album_id in query.album_ids)
        and not (query.is_in_no_album and any(asset.id in ids for ids in albums.values()))
        and within(query.taken, asset.moment)
        and within(query.added, asset.added_at)
        and within(query.updated, asset.updated_at)
        and all(part.lower() in asset.filename.lower() for part in query.name_parts)
        and query.description.lower() in exif.description.lower()
    )


def within(span: Span, moment: datetime | None) -> bool:
    if moment is None:
        return span == Span()
    after, before = span.after or moment, span.before or moment
    return after <= moment <= before
