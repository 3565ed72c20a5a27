"""Whom photos show: Immich alone knows, so it is asked, and its answer kept for a moment."""

import threading
import time
from dataclasses import dataclass, field, replace
from uuid import UUID

from portal.library.immich import failing
from portal.library.immich.client import ImmichClient
from portal.library.immich.failing import Refused
from portal.library.immich.searching import search
from portal.library.interface import NotInLibrary
from portal.library.queries import AssetQuery

KEPT_FOR = 60.0  # seconds, so that the pages of one search agree
MOST_KEPT = 32
Asked = tuple[frozenset[UUID], str]


@dataclass
class Faces:
    """The photos of people, by who they are."""

    client: ImmichClient
    _kept: dict[Asked, tuple[float, frozenset[UUID]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def named_in(self, query: AssetQuery) -> AssetQuery:
        """The same query, by the ids of photos instead of people; raises ``LibraryUnavailable``."""
        if not query.person_ids:
            return query
        visibility = "archive" if query.is_archived else "timeline"
        showing = self._showing((query.person_ids, visibility))
        ids = showing if query.ids is None else showing & query.ids
        return replace(query, person_ids=frozenset(), ids=ids)

    def _showing(self, asked: Asked) -> frozenset[UUID]:
        with self._lock:
            since, ids = self._kept.get(asked, (0.0, frozenset()))
            if since and time.monotonic() - since < KEPT_FOR:
                return ids
        ids = self._ask(asked)
        with self._lock:
            while len(self._kept) >= MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[asked] = (time.monotonic(), ids)
        return ids

    def _ask(self, asked: Asked) -> frozenset[UUID]:
        people, visibility = asked
        body = {"personIds": sorted(map(str, people)), "visibility": visibility, "withExif": False}
        try:
            return frozenset(a.id for batch in search(self.client, body) for a in batch.assets)
        except (NotInLibrary, Refused) as exc:
            raise failing.other_than_expected(self.client.server.site) from exc
