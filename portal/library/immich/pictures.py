"""Renditions of what Immich holds: fetched or made once, kept within a quota, thrown away with it."""

import errno
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from uuid import UUID

from django.utils.translation import gettext as _

from portal.library.content.formats import HEAD_BYTES, recognize
from portal.library.content.opening import read_still
from portal.library.content.rawfiles import kind_of_tiff
from portal.library.content.rendering import render, write_atomically, write_whole
from portal.library.folder import attempts
from portal.library.immich.client import ImmichClient
from portal.library.immich.failing import PermissionLacking
from portal.library.immich.fetching import Fetcher, NotMadeYet
from portal.library.immich.fitting import NoPicture, drawn, fitted
from portal.library.immich.kept import KeptPicture
from portal.library.immich.models import StoredAsset
from portal.library.immich.turns import Turns
from portal.library.interface import ContentUnreadable, LibraryUnavailable
from portal.library.keeping import Keeper
from portal.library.renditions import MEDIA_TYPES, RenditionStore, is_whole
from portal.library.types import AssetKind, Rendition, StoredFile

logger = logging.getLogger(__name__)
SIZES = {Rendition.THUMBNAIL: "thumbnail", Rendition.PREVIEW: "preview"}  # Immich's names
IN_USE = 60.0  # seconds: what is used all the time is noted every 15 minutes
WEIGH_EACH = 0.01  # of the quota
SHOWN_BY_BROWSERS = {"image/jpeg", "image/png", "image/webp", "image/gif"}
NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
LEFTOVER_AFTER = 6 * 3600.0  # seconds; no fetch takes so long
GIVEN_UP_FOR = 3600.0  # seconds that a file which gave no picture is left alone
MOST_GIVEN_UP = 10_000


@dataclass
class Pictures:
    """Usable from any thread of any process on this machine."""

    store: RenditionStore
    keeper: Keeper
    fetcher: Fetcher
    turns: Turns
    _given_up: dict[tuple[UUID, str, str], tuple[float, str]] = field(default_factory=dict)

    @classmethod
    def of(  # noqa: PLR0913 - all are settings
        cls,
        client: ImmichClient,
        renditions: Path,
        locks: Path,
        *,
        quota: int,
        reserve: int,
        at_once: int,
    ) -> "Pictures":
        """``quota`` and ``reserve`` in bytes; ``locks`` is a folder that all processes share."""
        store, turns = RenditionStore(renditions), Turns(locks, at_once)
        weigh_each = round(quota * WEIGH_EACH)
        rows = KeptPicture.objects.all
        keeper = Keeper(store, quota, reserve, rows, in_use=IN_USE, weigh_each=weigh_each)
        return cls(store, keeper, Fetcher(client, turns), turns)

    def get(self, asset: StoredAsset, rendition: Rendition) -> StoredFile:
        """A rendition of an asset as the mirror has it now; fetched once for all who wait.

        Raises ``LibraryUnavailable`` (Immich is away or has not made it yet, a full disk) or
        ``ContentUnreadable``.
        """
        if not is_whole(self.store.path(asset.pk, rendition)):
            with _disk_trouble():
                self.keeper.prepare()
            with _disk_trouble(), self.turns.alone(f"{asset.pk.hex}.{rendition}"):
                if not is_whole(self.store.path(asset.pk, rendition)):
                    if not self._make(asset, rendition):
                        return self.get(asset, Rendition.PREVIEW)
                    self._count(asset, rendition)
        try:
            return self._stored(asset, rendition)
        except OSError as exc:
            raise LibraryUnavailable(_("The picture went away while it was fetched.")) from exc

    def tidy(self) -> None:
        """Throw away what is of assets that are gone, that look different now, or of the killed."""
        outdated = KeptPicture.objects.all().outdated(StoredAsset.objects.present())
        self.keeper.drop(list(outdated.values_list("pk", "asset_id", "rendition")))
        for path in self._folder.glob("*.part"):
            with suppress(FileNotFoundError):  # its maker was done a moment ago
                if path.stat().st_mtime < time.time() - LEFTOVER_AFTER:
                    path.unlink()

        for name in self.turns.left_behind():
            self._clear_after(name)

    def _clear_after(self, name: str) -> None:
        """What was made and not counted would never go, nor change when its asset does."""
        asset, _dot, form = name.partition(".")
        try:
            asset_id, rendition = UUID(asset), Rendition(form)
            path = self.store.path(asset_id, rendition)
        except (ValueError, KeyError):
            return
        for part in path.parent.glob(f".{path.name}.*.part"):
            part.unlink(missing_ok=True)
        if not KeptPicture.objects.filter(asset_id=asset_id, rendition=rendition).exists():
            path.unlink(missing_ok=True)

    @property
    def _folder(self) -> Path:
        return self.store.root / "fetched"

    def _stored(self, asset: StoredAsset, rendition: Rendition) -> StoredFile:
        path = self.store.path(asset.pk, rendition)
        status = path.stat()
        return StoredFile(path, status.st_size, status.st_mtime_ns, MEDIA_TYPES[rendition])

    def _make(self, asset: StoredAsset, rendition: Rendition) -> bool:
        """Put a rendition in its place; false where the preview must do instead."""
        with _disk_trouble():
            if rendition in SIZES:
                self._fetch(asset, rendition)
            elif rendition is Rendition.THUMBNAIL_2X:
                self._draw(asset, rendition)
            elif rendition is Rendition.LARGE:
                return self._make_large(asset)
            else:
                self._make_film(asset, rendition)
        return True

    def _count(self, asset: StoredAsset, rendition: Rendition) -> None:
        """Count what was made, unless the asset has changed meanwhile: then it is of the old one."""
        now = StoredAsset.objects.present().filter(pk=asset.pk)
        facts = {"version": asset.version, "thumbhash": bytes(asset.thumbhash)}
        if not now.filter(**facts).exists():
            self.store.path(asset.pk, rendition).unlink(missing_ok=True)
            raise LibraryUnavailable(_("The original changed while a picture was made of it."))
        self.keeper.add(asset.pk, rendition, **facts)

    def _fetch(self, asset: StoredAsset, rendition: Rendition) -> None:
        data = self.fetcher.picture(asset.pk, SIZES[rendition])
        try:
            self._write(asset, rendition, fitted(data, rendition))
        except NoPicture as exc:
            said = _("Immich sent no picture, or not all of it: %(why)s")
            raise LibraryUnavailable(said % {"why": exc}) from exc

    def _draw(self, asset: StoredAsset, rendition: Rendition) -> None:
        preview = self.get(asset, Rendition.PREVIEW)
        try:
            self._write(asset, rendition, drawn(preview.path.read_bytes(), rendition))
        except NoPicture as exc:
            preview.path.unlink(missing_ok=True)  # a disk's fault: it was one when it came
            raise LibraryUnavailable(str(exc)) from exc

    def _write(self, asset: StoredAsset, rendition: Rendition, data: bytes) -> None:
        write_atomically(self.store.path(asset.pk, rendition), lambda part: write_whole(data, part))

    def _make_large(self, asset: StoredAsset) -> bool:
        """From the original, or where no browser shows it from Immich's own full-size picture."""
        if asset.kind != AssetKind.IMAGE:
            raise ContentUnreadable(_("This form cannot be made of this kind of file."))
        is_shown = asset.media_type in SHOWN_BY_BROWSERS
        try:
            self._render(asset, asset, "original" if is_shown else "fullsize", Rendition.LARGE)
        except (ContentUnreadable, NotMadeYet, PermissionLacking) as exc:
            logger.info("Asset %s is shown by its preview: %s", asset.pk, exc)
            return False
        return True

    def _make_film(self, asset: StoredAsset, rendition: Rendition) -> None:
        source = asset
        if rendition is Rendition.MOTION:
            if asset.live_video is None:
                raise ContentUnreadable(_("There is no moving picture in this file."))
            source = asset.live_video
        elif asset.kind != AssetKind.VIDEO:
            raise ContentUnreadable(_("This form cannot be made of this kind of file."))
        if source.has_size and source.size > self.keeper.quota:
            raise ContentUnreadable(_("This video is larger than LOGGIA_CACHE_SIZE."))
        self._render(asset, source, "original", rendition)

    def _render(
        self, asset: StoredAsset, source: StoredAsset, what: str, rendition: Rendition
    ) -> None:
        """Fetch a file and make one rendition of it; what gave none is left alone for a while."""
        key = (asset.pk, str(rendition), asset.version)
        until, why = self._given_up.get(key, (0.0, ""))
        if time.monotonic() < until:
            raise ContentUnreadable(why)
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f"{token_hex(8)}.part"
        try:
            most = source.size if source.has_size and what == "original" else None
            sha1 = self.fetcher.file(source.pk, what, part, self.keeper.prepare, most)
            if what == "original" and source.sha1 and bytes(source.sha1) != sha1:
                raise self.fetcher.broken()
            self._attempt(asset, source, part, rendition)
        except ContentUnreadable as exc:
            self._give_up(key, str(exc))
            raise
        finally:
            part.unlink(missing_ok=True)

    def _attempt(
        self, asset: StoredAsset, source: StoredAsset, part: Path, rendition: Rendition
    ) -> None:
        """Unless opening this file has ended a few processes already."""
        name = attempts.making(asset.pk, str(rendition))
        if attempts.deaths([name])[name] >= attempts.MOST:
            raise ContentUnreadable(attempts.in_words())
        film = rendition in {Rendition.CLEAN, Rendition.MOTION}
        kind = AssetKind.VIDEO if film else AssetKind.IMAGE
        made = Rendition.CLEAN if film else rendition
        if film:  # it is about as large as what it is made of, which still lies there
            self.keeper.prepare(part.stat().st_size)
        attempts.begin([name])
        try:
            media_type = source.media_type if film else _media_type(part)
            render(part, kind, media_type, {made: self.store.path(asset.pk, rendition)})
        finally:
            attempts.survived([name])

    def _give_up(self, key: tuple[UUID, str, str], why: str) -> None:
        if len(self._given_up) >= MOST_GIVEN_UP:
            self._given_up.clear()
        self._given_up[key] = (time.monotonic() + GIVEN_UP_FOR, why)


@contextmanager
def _disk_trouble() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        if exc.errno in NO_SPACE:
            raise LibraryUnavailable(_("The server’s disk is full.")) from exc
        why = _("The picture cannot be made right now (%(why)s).")
        raise LibraryUnavailable(why % {"why": exc.strerror}) from exc


def _media_type(path: Path) -> str:
    """What a still is: by its bytes, of which raw files need more than the first."""
    with path.open("rb") as file:
        found = recognize(file.read(HEAD_BYTES)).media_type
    return kind_of_tiff(read_still(path)) if found == "image/tiff" else found
