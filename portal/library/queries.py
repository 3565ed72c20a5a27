"""What is asked of a library's index, as plain values: searches and their suggestions."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from portal.library.types import AssetKind


@dataclass(frozen=True, slots=True)
class Span:
    """From one moment to another, both included; ``None`` is no border."""

    after: datetime | None = None
    before: datetime | None = None


class Order(StrEnum):
    """By ``Asset.moment``, equal ones by id, so that no page repeats or loses anything."""

    NEWEST = "newest"
    OLDEST = "oldest"
    RANDOM = "random"  # another one each time


EVER = Span()


@dataclass(frozen=True, slots=True)
class AssetQuery:
    """Visible assets that fit all that is asked; what is ``None`` or empty is not asked.

    But of the texts that are compared exactly, the empty one stands for assets of which that is
    not known. Moving halves of live photos never fit.
    """

    kind: AssetKind | None = None
    ids: frozenset[UUID] | None = None
    without_ids: frozenset[UUID] = frozenset()
    album_ids: frozenset[UUID] = frozenset()  # in every one of these
    is_in_no_album: bool = False
    person_ids: frozenset[UUID] = frozenset()  # showing every one of these; see ``Library.people``
    sha1: bytes | None = None
    taken: Span = EVER  # ``Asset.moment``
    added: Span = EVER
    updated: Span = EVER
    make: str | None = None  # this and the following exactly
    model: str | None = None
    lens: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    filename: str | None = None  # all of it
    name_parts: tuple[str, ...] = ()  # parts of the file's name, in capitals or not
    description: str = ""  # a part of it, likewise
    rating: int | None = None
    is_rated: bool | None = None  # with one star or more
    is_favorite: bool | None = None
    is_live: bool | None = None  # whether it has a moving half
    is_archived: bool = False
    order: Order = Order.NEWEST


class Suggestion(StrEnum):
    """A field of ``AssetQuery`` for which values are suggested."""

    MAKE = "make"
    MODEL = "model"
    LENS = "lens"
    CITY = "city"
    STATE = "state"
    COUNTRY = "country"


NO_ASSETS = AssetQuery(ids=frozenset())
