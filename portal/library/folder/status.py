"""The state of the library, for its owner."""

from collections.abc import Sequence

from django.db.models import QuerySet

from portal.leases.models import is_held
from portal.library.folder.models import (
    LeftOut,
    LibraryState,
    Place,
    StoredAlbum,
    StoredAsset,
    UnmadeRendition,
)
from portal.library.folder.roots import Spot
from portal.library.index.looking import LEASE
from portal.library.keeping import Keeper
from portal.library.types import LibraryStatus, Page, Problem, Rendition

NOTED_TOGETHER = (Rendition.THUMBNAIL_2X, Rendition.PREVIEW)  # with the thumbnail


def of_library(home: str, cache: Keeper) -> LibraryStatus:
    state = LibraryState.objects.filter(pk=1).first() or LibraryState()
    return LibraryStatus(
        home=home,
        trouble=state.trouble,
        last_refresh=state.last_refresh,
        is_refreshing=is_held(LEASE),
        images=state.images,
        videos=state.videos,
        albums=StoredAlbum.objects.showing().count(),
        size=state.size,
        renditions_waiting=StoredAsset.objects.awaiting_renditions().count(),
        problems=LeftOut.objects.count() + _failed().count(),
        files_found=state.files_found,
        files_read=state.files_read,
        cache_used=cache.used(),
        cache_limit=cache.quota,
    )


def problems(page: Page) -> Sequence[Problem]:
    """Files left out and pictures that could not be made, newest first."""
    until = page.offset + page.limit
    files = LeftOut.objects.order_by("-seen_at", "-pk")[:until]
    pictures = _failed().order_by("-seen_at", "-pk").select_related("asset")[:until]
    found = [_of_file(left) for left in files] + [_of_picture(failed) for failed in pictures]
    found.sort(key=lambda problem: problem.seen_at, reverse=True)
    return found[page.offset : until]


def _failed() -> QuerySet[UnmadeRendition]:
    present = UnmadeRendition.objects.filter(asset__removed_at=None)
    return present.exclude(rendition__in=NOTED_TOGETHER)


def _of_file(left: LeftOut) -> Problem:
    spot = Spot(left.root, bytes(left.folder), bytes(left.name))
    return Problem(str(spot) or "/", left.reason, left.seen_at)


def _of_picture(failed: UnmadeRendition) -> Problem:
    place = Place.objects.present().filter(asset=failed.asset).select_related("folder").first()
    if place is None:
        return Problem(failed.asset.filename, failed.reason, failed.seen_at)
    spot = Spot(place.folder.root, bytes(place.folder.path), bytes(place.name))
    return Problem(str(spot), failed.reason, failed.seen_at)
