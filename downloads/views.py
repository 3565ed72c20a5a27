"""The guest's downloads: the dock, and what its buttons do."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST

from downloads import services
from downloads.dock import dock_of
from downloads.models import Download, Size
from downloads.tickets import Viewpoint
from portal.accounts.address import client_address
from portal.pages import render_page
from sharing.views.door import GuestRequest, guest_view, not_here


@require_http_methods(["GET", "HEAD", "POST"])
@guest_view
def downloads(request: GuestRequest) -> HttpResponse:
    rights = request.access.rights
    if not (rights.download or rights.is_used_up):
        return not_here(request)
    if request.method == "POST":
        return _request(request)
    services.renew_stale(request.access, request.visitor)
    return _dock(request)


@require_POST
@guest_view
def cancel_all(request: GuestRequest) -> HttpResponse:
    services.cancel_all(request.access.link, request.visitor)
    return _back(request)


@require_POST
@guest_view
def cancel(request: GuestRequest, download_id: UUID) -> HttpResponse:
    services.cancel_download(_mine(request, download_id))
    return _back(request)


@require_POST
@guest_view
def retry(request: GuestRequest, download_id: UUID) -> HttpResponse:
    if not request.access.rights.download:
        return not_here(request)
    services.retry_failed(_mine(request, download_id))
    return _back(request)


@require_POST
@guest_view
def fit(request: GuestRequest, download_id: UUID) -> HttpResponse:
    """Have of a download what the link's limit still allows."""
    mine = _mine(request, download_id)
    try:
        services.request_what_fits(request.access, mine, client_address(request))
    except services.NotGranted:
        return not_here(request)
    except services.DownloadRefused as refused:
        return _dock(request, refusal=str(refused))
    return _back(request)


@require_POST
@guest_view
def dismiss(request: GuestRequest, download_id: UUID) -> HttpResponse:
    services.dismiss(_mine(request, download_id))
    return _back(request)


@require_POST
@guest_view
def cancel_item(request: GuestRequest, download_id: UUID, position: int) -> HttpResponse:
    services.cancel_item(_mine(request, download_id), position)
    return _back(request)


def _request(request: GuestRequest) -> HttpResponse:
    try:
        size = Size(request.POST.get("size") or Size.ORIGINAL)
        chosen = [UUID(text) for text in request.POST.get("assets", "").split(",") if text.strip()]
    except ValueError:
        return HttpResponseBadRequest()
    address = client_address(request)
    try:
        services.request_download(request.access, request.visitor, address, chosen or None, size)
    except services.NotGranted:
        return not_here(request)
    except services.DownloadRefused as refused:
        return _dock(request, refusal=str(refused))
    return _back(request)


def _dock(request: GuestRequest, refusal: str = "") -> HttpResponse:
    access = request.access
    view = Viewpoint(
        link_id=access.link.pk,
        epoch=access.link.epoch,
        binding=access.unlock,
        visitor=request.visitor,
        base=request.base,
        language=get_language() or "en",
    )
    context = {"dock": dock_of(view), "refusal": refusal}
    return render_page(request, "downloads/dock.html", context, partial="dock")


def _back(request: GuestRequest) -> HttpResponse:
    return redirect(f"{request.base}/downloads")


def _mine(request: GuestRequest, download_id: UUID) -> Download:
    """One of this visitor's own downloads; to everybody else it does not exist."""
    mine = Download.objects.of_visitor(request.access.link.pk, request.visitor)
    return get_object_or_404(mine, pk=download_id)
