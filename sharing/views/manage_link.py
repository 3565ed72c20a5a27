"""Making a link, and looking after one."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import push_url

from portal.library import get_library
from portal.library.interface import LibraryError
from portal.pages import render_page
from sharing.forms import PRESETS, LinkForm
from sharing.links import change_link, is_taken
from sharing.managing.cards import guest_url, make_cards
from sharing.managing.made import made_albums
from sharing.managing.parameters import uuid_from
from sharing.managing.subjects import Subject, subject_of
from sharing.models import SharedLink, validate_slug
from sharing.views.owner import own_link_or_404, owner_view


@require_http_methods(["GET", "HEAD", "POST"])
@owner_view
def create(request: HttpRequest) -> HttpResponse:
    subject = subject_of(request)
    if subject is None:
        messages.info(request, _("Choose an album, or photos in it, to share."))
        return redirect("sharing:albums")
    preset = request.GET.get("preset", "take")
    form = LinkForm(request.POST if request.method == "POST" else None, preset=preset)
    if form.is_valid() and (link := _make(request, subject, form)):
        messages.success(request, _("Your link is ready."))
        return redirect("sharing:link", link.pk)
    return _form_page(request, form, "manage/create.html", {"subject": subject, "preset": preset})


def _make(request: HttpRequest, subject: Subject, form: LinkForm) -> SharedLink | None:
    try:
        return subject.share(request, form.wanted())
    except ValidationError as exc:
        form.add_error(None, exc)
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@owner_view
def link(request: HttpRequest, link_id: UUID) -> HttpResponse:
    found = own_link_or_404(request, link_id)
    form = LinkForm(request.POST if request.method == "POST" else None, link=found)
    if form.is_valid() and _change(found, form):
        messages.success(request, _("Saved."))
        return redirect("sharing:link", found.pk)
    (card,) = make_cards(request, [found], album_of(found))
    return _form_page(request, form, "manage/link.html", {"card": card, "link": found})


def _change(found: SharedLink, form: LinkForm) -> bool:
    try:
        change_link(found, form.wanted())
    except ValidationError as exc:
        form.add_error(None, exc)
        return False
    return True


def album_of(found: SharedLink) -> dict[UUID, Any]:
    if found.portal_album_id:
        return made_albums(found.owner)
    if found.album_id is None:
        return {}
    try:
        return {found.album_id: get_library().album(found.album_id)}
    except LibraryError:  # its link can be looked after all the same
        return {}


def _form_page(
    request: HttpRequest, form: LinkForm, template: str, context: dict[str, Any]
) -> HttpResponse:
    also = {
        "form": form,
        "presets": [(name, label, " ".join(on)) for name, (label, on) in PRESETS.items()],
        "takes_uploads": _takes_uploads(context),
        "address_start": guest_url(request, SharedLink(slug="-")).removesuffix("-"),
        "time_zone": settings.TIME_ZONE,
        "here": "links",
    }
    response = render_page(request, template, context | also, partial="page")
    return push_url(response, False) if form.errors else response


def _takes_uploads(context: dict[str, Any]) -> bool:
    subject: Subject | None = context.get("subject")
    if subject:
        return subject.is_album
    is_album: bool = context["link"].kind == SharedLink.Kind.ALBUM
    return is_album


@require_safe
@owner_view
def address(request: HttpRequest) -> HttpResponse:
    """Say while it is typed whether a slug may be used, and what the address will be."""
    slug = request.GET.get("slug", "").strip()
    link_id = uuid_from(request.GET.get("link"))
    own = SharedLink.objects.owned_by(request.user)
    but_by = own.filter(pk=link_id).first() if link_id else None
    context = {
        "slug_errors": _slug_errors(slug, but_by),
        "slug": slug,
        "address_start": guest_url(request, SharedLink(slug="-")).removesuffix("-"),
    }
    return render_page(request, "manage/address.html", context, partial="address")


def _slug_errors(slug: str, but_by: SharedLink | None) -> list[str]:
    if not slug:
        return []
    try:
        validate_slug(slug)
    except ValidationError as exc:
        return list(exc.messages)
    return [_("This address is taken.")] if is_taken(slug, but_by=but_by) else []
