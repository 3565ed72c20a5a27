"""Gets pictures and files out of Immich: few at once, bounded, and not again and again in vain."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx
from django.utils.translation import gettext as _

from portal.library.immich.client import ImmichClient
from portal.library.immich.failing import NotThere, Unreachable
from portal.library.immich.turns import Turns
from portal.library.interface import LibraryUnavailable

LARGEST_PICTURE = 32 * 2**20  # bytes of a thumbnail or preview
LONGEST_PICTURE = 45.0  # seconds
LOOK_EACH = 64 * 2**20  # bytes of a file between two looks at the disk's room
SLOWEST = 16 * 1024  # bytes a second that a file must come at, once LONGEST_PICTURE is over
AWAY_FOR = 3.0  # seconds that a server which did not answer is left alone
FIRST_PAUSE, LONGEST_PAUSE = 4.0, 60.0  # seconds until asking again for what was not made yet
MOST_PAUSES = 20_000


class NotMadeYet(LibraryUnavailable):
    """Immich has not made this picture yet; it will."""


@dataclass
class Fetcher:
    """Asks at most ``turns.most`` things at once, over all processes. Usable from any thread."""

    client: ImmichClient
    turns: Turns
    _away: tuple[float, str] = (float("-inf"), "")
    _pauses: "OrderedDict[tuple[UUID, str], tuple[float, float]]" = field(
        default_factory=OrderedDict
    )

    def picture(self, asset_id: UUID, size: str) -> bytes:
        """What Immich shows of an asset: ``thumbnail`` or ``preview``.

        Raises ``NotMadeYet`` and other ``LibraryUnavailable``.
        """
        with self._patiently((asset_id, size)), self._answer(asset_id, "thumbnail", size) as got:
            return self._whole(got)

    def file(
        self,
        asset_id: UUID,
        what: str,
        target: Path,
        check_room: Callable[[int], None],
        most: int | None = None,
    ) -> bytes:
        """Write an original or a full-size picture into ``target``; returns its SHA-1.

        ``check_room`` is asked before and while so many bytes come, and may raise. Raises
        ``LibraryUnavailable`` or ``OSError``; then the file is of no use. More than ``most`` bytes
        are not the file.
        """
        digest = hashlib.sha1(usedforsecurity=False)
        path, size = ("thumbnail", what) if what == "fullsize" else (what, "")
        with self._patiently((asset_id, what)), self._answer(asset_id, path, size) as got:
            kind = got.headers.get("content-type", "")
            if not kind.startswith(("image/", "video/", "application/octet-stream")):
                raise self.broken()
            check_room(int(got.headers.get("content-length") or 0))
            checked = 0
            with target.open("wb") as file:
                for piece in self._paced(got):
                    file.write(piece)
                    digest.update(piece)
                    if most is not None and file.tell() > most:
                        raise self.broken()
                    if file.tell() - checked >= LOOK_EACH:
                        checked = file.tell()
                        check_room(0)
        return digest.digest()

    def _paced(self, got: httpx.Response) -> Iterator[bytes]:
        """Its pieces as they come: gathering them would wait for a trickle without end."""
        began, came = time.monotonic(), 0
        for piece in got.iter_bytes():
            came += len(piece)
            seconds = time.monotonic() - began
            if seconds > LONGEST_PICTURE and came < seconds * SLOWEST:
                said = _("%(site)s takes too long to answer.")
                raise Unreachable(said % {"site": self.client.server.site})
            yield piece

    def _whole(self, got: httpx.Response) -> bytes:
        content = bytearray()
        give_up_at = time.monotonic() + LONGEST_PICTURE
        for piece in got.iter_bytes():
            content += piece
            if len(content) > LARGEST_PICTURE or time.monotonic() > give_up_at:
                raise self.broken()
        return bytes(content)

    @contextmanager
    def _answer(self, asset_id: UUID, path: str, size: str) -> Iterator[httpx.Response]:
        until, why = self._away
        if time.monotonic() < until:
            raise Unreachable(why)
        query = {"size": size} if size else None
        with self.turns.slot(is_long=path != "thumbnail" or size == "fullsize"):
            try:
                with self.client.stream(f"/assets/{asset_id}/{path}", query) as response:
                    yield response
            except Unreachable as exc:
                self._away = (
                    time.monotonic() + (min(exc.wait or AWAY_FOR, LONGEST_PAUSE)),
                    str(exc),
                )
                raise

    @contextmanager
    def _patiently(self, key: tuple[UUID, str]) -> Iterator[None]:
        """Ask for what was not there a moment ago later, and ever more rarely."""
        until, pause = self._pauses.get(key, (0.0, FIRST_PAUSE / 2))
        if time.monotonic() < until:
            raise self._not_made()
        try:
            yield
        except NotThere as exc:
            pause = min(2 * pause, LONGEST_PAUSE)
            self._pauses[key] = (time.monotonic() + pause, pause)
            if len(self._pauses) > MOST_PAUSES:
                self._pauses.popitem(last=False)
            raise self._not_made() from exc
        self._pauses.pop(key, None)

    @staticmethod
    def _not_made() -> NotMadeYet:
        return NotMadeYet(_("Immich has not made this picture yet."))

    def broken(self) -> LibraryUnavailable:
        """What to raise for bytes that cannot be right."""
        said = _("%(site)s sent something else than a picture.")
        return LibraryUnavailable(said % {"site": self.client.server.site})
