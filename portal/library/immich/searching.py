"""Searches that lose nothing, though Immich's pages do.

Its pages are ordered by the time a photo was taken alone: photos of equal times may come twice, or
on no page, and a photo that is added or removed meanwhile shifts all that follow. So there are no
page numbers here as long as they can be helped: each page is asked for from the last time on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from portal.library.immich import failing
from portal.library.immich.client import ImmichClient
from portal.library.immich.fields import Malformed
from portal.library.immich.schemas import AssetInfo, read_search

PAGE = 1_000  # the most that Immich gives
MOST_TIED = 100  # pages of photos that all have one time
TRIES_OF_TIED = 4
INSTANT = timedelta(milliseconds=1)  # Immich writes times to the millisecond

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Batch:
    """Photos that no earlier batch of the same search had; ``until`` is where to go on from."""

    assets: list[AssetInfo]
    until: datetime | None


def search(client: ImmichClient, body: Body, since: datetime | None = None) -> Iterator[Batch]:
    """All that match, oldest first, a batch at a time.

    Of photos of one time that do not fit on a page, several orders are asked for.
    """
    known: set[UUID] = set()  # those of the last time only: the rest cannot come again
    while True:
        found, has_more = _page(client, body, since, 1, "asc")
        last = max((asset.sort_at for asset in found), default=None)
        is_tied = has_more and last is not None and last == min(asset.sort_at for asset in found)
        if has_more and last and since and (last < since or (last == since and not is_tied)):
            raise failing.other_than_expected(client.server.site)  # it does not heed ``since``
        if is_tied and last is not None:
            found = _tied(client, body, last)
        fresh = {asset.id: asset for asset in found if asset.id not in known}
        yield Batch(list(fresh.values()), last)
        if not has_more or last is None:
            return
        if is_tied:
            known, since = set(), last + INSTANT
        else:
            known, since = {asset.id for asset in found if asset.sort_at == last}, last


def ask(client: ImmichClient, body: Body) -> tuple[list[AssetInfo], bool]:
    """One page of a search."""
    try:
        found = read_search(client.post("/search/metadata", {"withExif": True, **body}))
    except Malformed as exc:
        raise failing.other_than_expected(client.server.site) from exc
    return list(found.assets), found.has_more


def _page(
    client: ImmichClient, body: Body, since: datetime | None, number: int, order: str
) -> tuple[list[AssetInfo], bool]:
    window = {"takenAfter": _written(since)} if since else {}
    return ask(client, {**body, **window, "order": order, "size": PAGE, "page": number})


def _tied(client: ImmichClient, body: Body, moment: datetime) -> list[AssetInfo]:
    """All photos of one time, of which there are more than a page."""
    window = {
        **body, "takenAfter": _written(moment), "takenBefore": _written(moment + INSTANT / 2),
    }  # fmt: skip
    found: dict[UUID, AssetInfo] = {}
    for attempt in range(TRIES_OF_TIED):
        before, sent = len(found), 0
        size = PAGE - attempt * 37  # other borders between the pages
        for number in range(1, MOST_TIED + 1):
            order = "desc" if attempt % 2 else "asc"
            assets, has_more = ask(client, {**window, "order": order, "size": size, "page": number})
            found |= {asset.id: asset for asset in assets}
            sent += len(assets)
            if not has_more:
                break
        # As many as were sent, and none was new: nothing hides behind a photo that came twice
        if len(found) == sent and (attempt == 0 or before == len(found)):
            break
    return list(found.values())


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
