"""A guest's own photos: the page to add them, and the questions that its queue asks."""

import json
from collections.abc import Iterable
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from sharing.contributions.duplicates import shown
from sharing.contributions.receipt import Sent, sent_by, states_of, words_of
from sharing.showing.collection import title_of
from sharing.showing.preview import Preview, absolute
from sharing.showing.sending import facts_of, invitation_of
from sharing.views.door import GuestRequest, guest_view, not_here
from sharing.views.newcomers import Welcome
from sharing.views.visits import answer_counted

OWN_SHOWN = 12  # on the page where guests add; the rest is on a page of their own
ASKED_AT_ONCE = 500


class NotAsked(Exception):
    """A question that is not put as the queue puts it."""


@require_safe
@gzip_page
@guest_view
def add(request: GuestRequest) -> HttpResponse:
    """The page with the form, for those without scripts; with them, the queue is on it."""
    if not request.access.link.allow_upload:
        return not_here(request)
    return HttpResponse(collecting_page(request))


def collect(request: GuestRequest) -> HttpResponse:
    """The page of a link that hides its album: the title, the form, and one's own files."""
    if request.welcome is Welcome.PREVIEW:
        title = title_of(request.access.link)
        context = {"title": title, "preview": _preview(request, title), "is_collecting": True}
        return render(request, "guest/sent.html", context)
    return answer_counted(request, collecting_page(request))


def collecting_page(request: GuestRequest) -> str:
    link = request.access.link
    title = title_of(link)
    own = sent_by(link, request.visitor)
    context = {
        "title": title,
        "base": request.base,
        "link": link,
        "rights": request.access.rights,
        "preview": _preview(request, title),
        "invitation": invitation_of(link, request.visitor),
        "own": [Sent(upload, words_of(upload)) for upload in own[:OWN_SHOWN]],
        "own_count": own.count(),
    }
    return render_to_string("guest/add.html", context, request)


def _preview(request: GuestRequest, title: str) -> Preview | None:
    """What chat apps show: never more than the title."""
    if request.access.link.password:
        return None
    return Preview(title=title, summary="", url=absolute(request, request.base), picture=None)


@require_safe
@guest_view
def sending(request: GuestRequest) -> HttpResponse:
    """What the queue must know of this link, as JSON. A link that takes nothing says so."""
    link = request.access.link
    if not link.allow_upload:
        return not_here(request)
    return JsonResponse(facts_of(link, request.base, title_of(link)))


# Both only look something up, so they ask for no token: pages from elsewhere cannot read the answer.
@csrf_exempt
@require_POST
@guest_view
def known(request: GuestRequest) -> HttpResponse:
    """Which of these SHA-1 the guest can see in the album, or has sent."""
    if not request.access.rights.upload:
        return not_here(request)
    try:
        asked = {bytes.fromhex(text) for text in _strings(request, "sha1")}
    except (NotAsked, ValueError):
        return HttpResponse(status=400)
    sha1s = {sha1 for sha1 in asked if len(sha1) == 20}
    own = sent_by(request.access.link, request.visitor).counted().filter(sha1__in=sha1s)
    before = {bytes(sha1) for sha1 in own.values_list("sha1", flat=True) if sha1}
    found = shown(request.access.link, sha1s)
    return JsonResponse({"known": _hexes(found | before), "sent": _hexes(before)})


@csrf_exempt
@require_POST
@guest_view
def states(request: GuestRequest) -> HttpResponse:
    """What became of the guest's own uploads: ``{"<id>": {"state": "held", "words": "…"}}``."""
    try:
        asked = [UUID(text) for text in _strings(request, "ids")]
    except (NotAsked, ValueError):
        return HttpResponse(status=400)
    found = states_of(request.access.link, request.visitor, asked)
    return JsonResponse(
        {
            str(pk): {"state": upload.state, "words": words_of(upload)}
            for pk, upload in found.items()
        }
    )


def _hexes(sha1s: Iterable[bytes]) -> list[str]:
    return sorted(sha1.hex() for sha1 in sha1s)


def _strings(request: GuestRequest, name: str) -> list[str]:
    """A list of strings from a JSON body; raises ``NotAsked``."""
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as exc:
        raise NotAsked from exc
    found = body.get(name) if isinstance(body, dict) else None
    if not isinstance(found, list) or len(found) > ASKED_AT_ONCE:
        raise NotAsked
    if not all(isinstance(text, str) for text in found):
        raise NotAsked
    return found
