"""A link's address as a QR code: to show, to save, to print."""

from io import BytesIO
from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sharing.managing.cards import guest_url, make_cards
from sharing.views.manage_link import album_of
from sharing.views.owner import own_link_or_404, owner_view

QUIET_ZONE = 4  # modules of white around the code (ISO/IEC 18004, 6.3.8)


@require_safe
@owner_view
def qr(request: HttpRequest, link_id: UUID) -> HttpResponse:
    found = own_link_or_404(request, link_id)
    (card,) = make_cards(request, [found], album_of(found))
    return render(request, "manage/qr.html", {"card": card, "link": found, "here": "links"})


@require_safe
@owner_view
def qr_image(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """The code as SVG: black on white in either theme, for cameras read it best so."""
    url = guest_url(request, own_link_or_404(request, link_id))
    code = segno.make_qr(url, error="m")
    image = BytesIO()
    code.save(image, kind="svg", scale=10, border=QUIET_ZONE, light="#fff")
    return HttpResponse(image.getvalue(), content_type="image/svg+xml")
