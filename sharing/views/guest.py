"""The guest's page: the grid, and the parts of it that come as one scrolls."""

import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from portal.library.types import Asset, Page
from sharing.contributions.credits import credited
from sharing.showing.collection import Collection, collection_of
from sharing.showing.delivery import Delivery
from sharing.showing.grid import Grid, day_label
from sharing.showing.preview import preview_of
from sharing.showing.sending import Invitation, invitation_of
from sharing.showing.tiles import TileMaker
from sharing.views.contribute import collect
from sharing.views.door import GuestRequest, guest_view
from sharing.views.newcomers import Welcome
from sharing.views.visits import answer_counted

PAGE_SIZE = 60  # tiles of the first answer, and of each page without JavaScript
TILES_AT_ONCE = 120
IDS_AT_ONCE = 5_000
INLINE_TIMELINE = 1_000  # up to so many photos the timeline comes with the page


@require_safe
@gzip_page
@guest_view
def page(request: GuestRequest) -> HttpResponse:
    if not request.access.rights.look:
        return collect(request)
    collection = collection_of(request.access.link)
    pages = max(1, -(-collection.totals.count // PAGE_SIZE))
    number = min(_whole(request, "page", 1, least=1), pages)
    if request.welcome is Welcome.PREVIEW:  # of the album, not of each of its pages in turn
        number = 1
    offset = (number - 1) * PAGE_SIZE
    assets = collection.contents.assets(Page(offset, PAGE_SIZE))
    maker = _maker(request, collection, assets)
    days = maker.days(assets, offset, is_dated=collection.contents.is_dated)
    shown = collection.cover() or ((assets[0], days[0].tiles[0].alt) if assets else None)
    preview = preview_of(request, request.access.link, collection, shown)
    if request.welcome is Welcome.PREVIEW:
        return render(request, "guest/sent.html", {"collection": collection, "preview": preview})
    context = {
        "collection": collection,
        "days": days,
        "preview": preview,
        "eager": offset + 18,
        "previous": number - 1 if number > 1 else None,
        "next": number + 1 if number < pages else None,
        "timeline": _inline_timeline(request, collection),
        "invitation": _invitation(request),
        **_surroundings(request),
    }
    return answer_counted(request, render_to_string("guest/page.html", context, request))


@require_safe
@gzip_page
@guest_view
def tiles(request: GuestRequest) -> HttpResponse:
    offset = _whole(request, "offset", 0)
    limit = min(_whole(request, "limit", PAGE_SIZE, least=1), TILES_AT_ONCE)
    collection = collection_of(request.access.link)
    assets = collection.contents.assets(Page(offset, limit))
    maker = _maker(request, collection, assets)
    context = {"tiles": maker.tiles(assets, offset), **_surroundings(request)}
    response = render(request, "guest/page.html#tiles", context)
    response["X-Grid-Version"] = collection.grid.version
    return response


@require_safe
@gzip_page
@guest_view
def timeline(request: GuestRequest) -> HttpResponse:
    grid = collection_of(request.access.link).grid
    etag = f'"{grid.version}-{int(request.access.rights.metadata)}-{get_language()}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        shape = _timeline(request, grid)
        response = HttpResponse(
            json.dumps(shape, separators=(",", ":")), content_type="application/json"
        )
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


@require_safe
@gzip_page
@guest_view
def ids(request: GuestRequest) -> HttpResponse:
    """The ids of a run of photos, for a selection that reaches beyond what is loaded."""
    offset = _whole(request, "offset", 0)
    limit = min(_whole(request, "limit", IDS_AT_ONCE, least=1), IDS_AT_ONCE)
    grid = collection_of(request.access.link).grid
    found = [str(asset_id) for asset_id in grid.ids_between(offset, offset + limit)]
    return JsonResponse({"version": grid.version, "ids": found})


def _whole(request: GuestRequest, name: str, default: int, *, least: int = 0) -> int:
    """A whole number from the address; anything else there is the default."""
    text = request.GET.get(name, "")
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    return max(int(text) if is_number else default, least)


def _maker(request: GuestRequest, collection: Collection, assets: Sequence[Asset]) -> TileMaker:
    senders = credited(request.access.link, [asset.id for asset in assets])
    return TileMaker(Delivery.of(request.access), collection.totals.count, senders)


def _invitation(request: GuestRequest) -> Invitation | None:
    """What is said of adding photos, where guests may."""
    if not request.access.rights.upload:
        return None
    return invitation_of(request.access.link, request.visitor)


def _surroundings(request: GuestRequest) -> dict[str, Any]:
    access = request.access
    return {"base": request.base, "link": access.link, "rights": access.rights}


def _inline_timeline(request: GuestRequest, collection: Collection) -> dict[str, Any] | None:
    if not 0 < collection.totals.count <= INLINE_TIMELINE:
        return None
    return _timeline(request, collection.grid)


def _timeline(request: GuestRequest, grid: Grid) -> dict[str, Any]:
    """Shapes in hundredths, and of each run of one day: its date, its length, its header."""
    shape: dict[str, Any] = {"version": grid.version, "ratios": list(grid.ratios)}
    if request.access.rights.metadata and grid.days:
        shape["days"] = [[day.isoformat(), run, day_label(day)] for day, run in grid.days]
    return shape
