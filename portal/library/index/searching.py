"""Searches of an index: which rows fit a query, a page of them, and how many there are."""

import re
from collections.abc import Iterator
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from portal.library.index.chunks import chunks
from portal.library.index.queries import MOST_IDS, Index
from portal.library.queries import AssetQuery, Order, Suggestion
from portal.library.types import Page

MOST_SUGGESTED = 1_000
FARTHEST = 2**62  # an offset that every database takes, and no library reaches
EXACT = ("kind", "sha1", "make", "model", "lens", "city", "state", "country", "filename", "rating",
         "is_favorite")  # fmt: skip
SPANS = {"taken": "moment_at", "added": "added_at", "updated": "updated_at"}
A = TypeVar("A", bound=Model)


def search(index: Index[A], query: AssetQuery, page: Page) -> list[A]:
    """The rows of one page, in the query's order."""
    pks = _page_of(index, query, page)
    # By key: while a page far behind is looked for, only the narrow index is read
    found = {pk: row for part in chunks(pks, MOST_IDS) for pk, row in _rows(index, part).items()}
    return [found[pk] for pk in pks if pk in found]


def search_count(index: Index[A], query: AssetQuery) -> int:
    if query.without_ids:
        return len(_keys(index, query))
    return sum(part.count() for part in _matching(index, query))


def suggest(index: Index[A], what: Suggestion, query: AssetQuery) -> list[str]:
    values: set[str] = set()
    for part in _matching(index, query):
        known = part.exclude(**{what.value: ""}).order_by(what.value)
        values.update(known.values_list(what.value, flat=True).distinct()[:MOST_SUGGESTED])
    return sorted(values)[:MOST_SUGGESTED]


def _page_of(index: Index[A], query: AssetQuery, page: Page) -> list[UUID]:
    parts = list(_matching(index, query))
    offset = min(page.offset, FARTHEST)
    if len(parts) > 1 or query.without_ids:
        return _keys(index, query)[offset : offset + page.limit]
    ordered = parts[0].order_by(*_order(query.order)).values_list("pk", flat=True)
    return list(ordered[offset : offset + page.limit])


def _keys(index: Index[A], query: AssetQuery) -> list[UUID]:
    """All that fit, in order, where one statement cannot hold what is asked."""
    sort = "?" if query.order is Order.RANDOM else "moment_at"
    found = [
        (moment, pk)
        for part in _matching(index, query)
        for moment, pk in part.order_by(sort).values_list("moment_at", "pk")
        if pk not in query.without_ids
    ]
    if query.order is not Order.RANDOM:
        found.sort(reverse=query.order is Order.NEWEST)
    return [pk for _moment, pk in found]


def _matching(index: Index[A], query: AssetQuery) -> Iterator[QuerySet[A]]:
    """The assets that fit, in as many statements as the number of ids needs."""
    found = index.visible().filter(_condition(query)).order_by()
    for album_id in query.album_ids:
        found = found.filter(members__album=album_id)
    if query.is_in_no_album:
        found = found.filter(members=None)
    if query.ids is None:
        yield found
        return
    for part in list(chunks(query.ids, MOST_IDS)) or [[]]:
        yield found.filter(pk__in=part)


def _condition(query: AssetQuery) -> Q:
    asked = Q(is_archived=query.is_archived)
    for name in EXACT:
        if (value := getattr(query, name)) is not None:
            asked &= Q(**{name: value})
    for name, column in SPANS.items():
        span = getattr(query, name)
        limits = {f"{column}__gte": span.after, f"{column}__lte": span.before}
        asked &= Q(**{limit: moment for limit, moment in limits.items() if moment is not None})
    for part in query.name_parts:
        asked &= _has_part("filename", part)
    if query.description:
        asked &= _has_part("description", query.description)
    if query.is_rated is not None:
        asked &= Q(rating__gte=1) if query.is_rated else Q(rating=None) | Q(rating__lt=1)
    if query.is_live is not None:
        asked &= Q(live_video__isnull=not query.is_live)
    return asked


def _has_part(name: str, part: str) -> Q:
    """SQLite's LIKE knows capitals of ASCII only; its regular expressions are Python's."""
    if part.isascii():
        return Q(**{f"{name}__icontains": part})
    return Q(**{f"{name}__iregex": re.escape(part)})


def _order(order: Order) -> tuple[str, ...]:
    ways = {
        Order.NEWEST: ("-moment_at", "-pk"),
        Order.OLDEST: ("moment_at", "pk"),
        Order.RANDOM: ("?",),
    }
    return ways[order]


def _rows(index: Index[A], pks: list[UUID]) -> dict[Any, A]:
    return index.visible().in_bulk(pks)
