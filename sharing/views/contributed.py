"""A guest's receipt: what they sent, with a caption, and the way to take it back."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from sharing.contributions import withdrawing
from sharing.contributions.receipt import Sent, one_sent_by, sent_by, words_of
from sharing.showing.collection import title_of
from sharing.views.door import GuestRequest, guest_view, not_here

PAGE_SIZE = 60
LONGEST_CAPTION = 500  # characters
LOOK_FRESH_FOR = 3600  # seconds


@require_safe
@guest_view
def sent(request: GuestRequest) -> HttpResponse:
    link = request.access.link
    pages = Paginator(sent_by(link, request.visitor), PAGE_SIZE)
    if not pages.count and not link.allow_upload:
        return not_here(request)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "title": title_of(link),
        "base": request.base,
        "link": link,
        "rights": request.access.rights,
        "page": page,
        "rows": [Sent(upload, words_of(upload)) for upload in page],
    }
    return render(request, "guest/mine.html", context)


@require_safe
@guest_view
def look(request: GuestRequest, upload_id: UUID) -> HttpResponse:
    """The small picture of an own file, as long as it is kept."""
    upload = one_sent_by(request.access.link, request.visitor, upload_id)
    try:
        picture = upload.look.read_bytes() if upload else None
    except OSError:
        picture = None
    if picture is None:
        return not_here(request)
    response = HttpResponse(picture, content_type="image/webp")
    response["Cache-Control"] = f"private, max-age={LOOK_FRESH_FOR}"
    return response


@require_POST
@guest_view
def caption(request: GuestRequest, upload_id: UUID) -> HttpResponse:
    upload = one_sent_by(request.access.link, request.visitor, upload_id)
    if upload is None:
        return not_here(request)
    withdrawing.caption(upload, request.POST.get("caption", "")[:LONGEST_CAPTION])
    return _back(request, upload_id)


@require_POST
@guest_view
def take_back(request: GuestRequest, upload_id: UUID) -> HttpResponse:
    upload = one_sent_by(request.access.link, request.visitor, upload_id)
    if upload is None:
        return not_here(request)
    withdrawing.withdraw(upload)
    return _back(request)


def _back(request: GuestRequest, upload_id: UUID | None = None) -> HttpResponse:
    number = request.POST.get("page", "")
    page = f"?page={number}" if number.isascii() and number.isdigit() else ""
    place = f"#upload-{upload_id}" if upload_id else ""
    return HttpResponseRedirect(f"{request.base}/sent{page}{place}")
