"""The review: what guests sent, and what becomes of it."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.pages import render_page
from sharing.asgi import REVIEW_EVENTS
from sharing.bulk import MOST_AT_ONCE
from sharing.contributions.models import UploadQuerySet
from sharing.links import open_album
from sharing.managing import undoing
from sharing.managing.cards import owner_signer
from sharing.managing.live import read_review_versions
from sharing.managing.parameters import number_from, uuid_from
from sharing.managing.review_page import PILES, STEP, Glance, make_review
from sharing.managing.reviewing import DECISIONS, decide, uploads_of
from sharing.models import SharedLink
from sharing.views.owner import own_link_or_404, owner_view

LOOK_KEPT_FOR = 600  # seconds in the owner's own browser: pages are drawn anew as files come


@require_safe
@owner_view
def review(request: HttpRequest) -> HttpResponse:
    # Read before the files: what changes in between is noticed, and shown once more.
    owner_id = cast("User", request.user).pk  # nobody else comes past the portal's door
    version = read_review_versions([owner_id]).get(owner_id, "")
    glance = Glance.read(request.GET)
    shown = make_review(uploads_of(request.user), glance, owner_signer(request))
    own = SharedLink.objects.owned_by(request.user)
    link = own.filter(pk=glance.link_id).first() if glance.link_id else None
    context = {
        "review": shown,
        "glance": glance,
        "pile": PILES[glance.pile],
        "link": link,
        "earlier": glance.query(offset=str(shown.offset - STEP or "")),
        "later": glance.query(offset=str(shown.next_offset)),
        "done": undoing.recall(request.session, request.GET.get("done", ""), kind=undoing.REVIEW),
        "has_any": any(count for _name, _label, count in shown.counts),
        "events": REVIEW_EVENTS,
        "version": version,
        "here": "review",
    }
    return render_page(request, "manage/review.html", context, partial="review")


@require_POST
@owner_view
def decision(request: HttpRequest) -> HttpResponse:
    """A button was pressed, or a key: for one file, for all of a sender, or for the chosen."""
    action, chosen = _asked(request)
    if action not in DECISIONS:
        return _back(request)
    ids = list(chosen.order_by().values_list("pk", flat=True)[:MOST_AT_ONCE])
    changed = decide(uploads_of(request.user).filter(pk__in=ids), action)
    if not changed:
        messages.info(request, _("Nothing was changed."))
        return _back(request)
    kept = ids if action == "reject" else []
    done = undoing.remember(request.session, action, kept, kind=undoing.REVIEW, count=changed)
    return _back(request, done=done)


def _asked(request: HttpRequest) -> tuple[str, UploadQuerySet]:
    """What to do, and to which; a file's or a sender's own button says both in one."""
    sent, form = uploads_of(request.user), request.POST
    glance = Glance.read(form)
    here = sent.filter(state__in=PILES[glance.pile].states)
    if one := form.get("one"):
        action, _blank, text = one.partition(" ")
        pk = uuid_from(text)
        return action, here.filter(pk=pk) if pk else here.none()
    if sender := form.get("sender"):
        action, _blank, text = sender.partition(" ")
        return action, here.filter(contributor_id=number_from(text, least=0, most=999_999_999))
    if form.get("action") == "empty":
        everything = here.filter(link_id=glance.link_id) if glance.link_id else here
        return "empty", everything if glance.pile == "bin" else sent.none()
    # One field for all by comma, since a form may not have thousands of fields.
    texts = [*form.getlist("upload"), *form.get("uploads", "").split(",")]
    ids = [pk for pk in map(uuid_from, texts[:MOST_AT_ONCE]) if pk]
    return form.get("action", ""), sent.filter(pk__in=ids)


@require_POST
@owner_view
def undo(request: HttpRequest) -> HttpResponse:
    token = request.POST.get("token", "")
    deed = undoing.recall(request.session, token, kind=undoing.REVIEW)
    if deed is None or deed.action != "reject":
        messages.error(request, _("This cannot be undone any more."))
        return _back(request)
    undoing.forget(request.session, kind=undoing.REVIEW)
    if not decide(uploads_of(request.user).filter(pk__in=deed.ids), "restore"):
        messages.error(request, _("This cannot be undone any more."))
    return _back(request)


def _back(request: HttpRequest, **also: str) -> HttpResponse:
    """To the pile as it was looked at."""
    query = Glance.read(request.POST).query(**also)
    return HttpResponseRedirect(f"{reverse('sharing:review')}?{query}".rstrip("?"))


@require_safe
@owner_view
def look(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """The small picture of what was sent, for its owner alone."""
    upload = get_object_or_404(uploads_of(request.user), pk=upload_id)
    try:
        picture = upload.look.read_bytes()
    except FileNotFoundError as exc:
        raise Http404("There is no picture of it.") from exc
    response = HttpResponse(picture, content_type="image/webp")
    response["Cache-Control"] = f"private, max-age={LOOK_KEPT_FOR}"
    return response


@require_POST
@owner_view
def show_album(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """Open a hidden album to those who sent."""
    link = own_link_or_404(request, link_id)
    if open_album(link):
        messages.success(request, _("Guests of this link see the album now."))
    return redirect("sharing:link", link_id)
