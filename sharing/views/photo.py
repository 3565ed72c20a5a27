"""One photo: its own page, and what the info panel says of it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from portal.library import get_library
from sharing.contents import contents_of
from sharing.contributions.credits import credited
from sharing.contributions.names import as_sent
from sharing.showing.collection import collection_of
from sharing.showing.delivery import Delivery
from sharing.showing.facts import facts_of, place_of
from sharing.showing.preview import preview_of
from sharing.showing.tiles import TileMaker
from sharing.views.door import GuestRequest, guest_view, not_here
from sharing.views.guest import PAGE_SIZE
from sharing.views.newcomers import Welcome


@require_safe
@gzip_page
@guest_view
def photo(request: GuestRequest, asset_id: UUID) -> HttpResponse:
    access = request.access
    collection = collection_of(access.link)
    grid = collection.grid
    position = grid.position(asset_id)
    asset = collection.contents.asset(asset_id)
    if position is None or asset is None:
        return not_here(request)
    senders = credited(access.link, [asset_id])
    tile = TileMaker(Delivery.of(access), grid.count, senders).tile(asset, position + 1)
    preview = preview_of(request, access.link, collection, (asset, tile.alt))
    if request.welcome is Welcome.PREVIEW:
        return render(request, "guest/sent.html", {"collection": collection, "preview": preview})
    context = {
        "collection": collection,
        "tile": tile,
        "preview": preview,
        "total": grid.count,
        "previous": grid.id_at(position - 1),
        "next": grid.id_at(position + 1),
        "page_number": position // PAGE_SIZE + 1,
        "base": request.base,
        "rights": access.rights,
    }
    if access.rights.metadata:
        context |= {
            "facts": facts_of(asset, access.rights, senders.get(asset_id, "")),
            "place": place_of(asset, access.rights),
        }
    return render(request, "guest/photo.html", context)


@require_safe
@guest_view
def info(request: GuestRequest, asset_id: UUID) -> HttpResponse:
    access = request.access
    if not access.rights.metadata or not contents_of(access.link).contains(asset_id):
        return not_here(request)
    (asset,) = as_sent(access.link.shown_album_id, [get_library().asset(asset_id)])
    context = {
        "caption": asset.exif.description.strip(),
        "facts": facts_of(
            asset, access.rights, credited(access.link, [asset_id]).get(asset_id, "")
        ),
        "place": place_of(asset, access.rights),
    }
    return render(request, "guest/photo.html#info", context)
