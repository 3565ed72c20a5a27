"""How often a link was downloaded: only the room above knows, and hands it in."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

Counter = Callable[[Sequence[UUID]], Mapping[UUID, int]]
_counters: list[Counter] = []


def count_downloads_with(counter: Counter) -> None:
    """Let ``counter`` tell, by link id, how many downloads were fetched; a link without may lack."""
    _counters.append(counter)


def count_downloads(link_ids: Sequence[UUID]) -> dict[UUID, int]:
    counts: dict[UUID, int] = {}
    for counter in _counters if link_ids else ():
        for link_id, count in counter(link_ids).items():
            counts[link_id] = counts.get(link_id, 0) + count
    return counts
