"""Long lists of ids, cut so that no query grows without bound."""

from collections.abc import Collection, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
CHUNK = 500


def chunks(items: Collection[T], size: int = CHUNK) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
