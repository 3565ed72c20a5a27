"""One photo: its own page, and what the info panel says of it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from portal.library import get_library
from portal.library.types import AssetFilter
from sharing.showing.collection import collection_of
from sharing.showing.delivery import Delivery
from sharing.showing.facts import facts_of, place_of
from sharing.showing.preview import preview_of
from sharing.showing.tiles import TileMaker
from sharing.views.door import GuestRequest, guest_view, not_here
from sharing.views.guest import PAGE_SIZE


@require_safe
@gzip_page
@guest_view
def photo(request: GuestRequest, asset_id: UUID) -> HttpResponse:
    library, access = get_library(), request.access
    collection = collection_of(access.link)
    grid = collection.grid
    position = grid.position(asset_id)
    if position is None or not library.contains(collection.which, asset_id):
        return not_here(request)
    # As the album has it: the moving half may lie in another one.
    this = AssetFilter(album_id=collection.which.album_id, ids=frozenset({asset_id}))
    asset = next(iter(library.assets(this)), None)
    if asset is None:  # gone since
        return not_here(request)
    tile = TileMaker(Delivery.of(access), grid.count).tile(asset, position + 1)
    context = {
        "collection": collection,
        "tile": tile,
        "preview": preview_of(request, access.link, collection, (asset, tile)),
        "total": grid.count,
        "previous": grid.id_at(position - 1),
        "next": grid.id_at(position + 1),
        "page_number": position // PAGE_SIZE + 1,
        "base": request.base,
        "rights": access.rights,
    }
    if access.rights.metadata:
        context |= {
            "facts": facts_of(asset, access.rights),
            "place": place_of(asset, access.rights),
        }
    return render(request, "guest/photo.html", context)


@require_safe
@guest_view
def info(request: GuestRequest, asset_id: UUID) -> HttpResponse:
    access, library = request.access, get_library()
    if not access.rights.metadata or not library.contains(access.link.assets(), asset_id):
        return not_here(request)
    asset = library.asset(asset_id)
    context = {
        "caption": asset.exif.description.strip(),
        "facts": facts_of(asset, access.rights),
        "place": place_of(asset, access.rights),
    }
    return render(request, "guest/photo.html#info", context)
