"""How the library is doing, told anew whenever it changes."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_q.tasks import async_task

from portal.library import get_library
from portal.library.types import LibraryStatus, Page
from portal.pages import render_page
from sharing.asgi import STATUS_EVENTS
from sharing.managing.condition import condition
from sharing.managing.parameters import number_from
from sharing.managing.permissions import lacking_now
from sharing.managing.reasons import in_this_language
from sharing.views.owner import owner_view

STEP = 50  # problem files a page
ASKED = "scan_asked_at"
PATIENCE = timedelta(minutes=2)  # how long an asked-for scan is awaited


@require_safe
@owner_view
def status(request: HttpRequest) -> HttpResponse:
    # Read before the problems: what changes in between is noticed, and shown once more.
    now = condition()
    context = _problems(request) | {
        "library": now.library,
        "lacking": lacking_now(now.library),
        "is_fresh": _is_fresh(now.library),
        "is_asked": _is_asked(request, now.library),
        "lanes": now.lanes,
        "space": now.space,
        "sent": now.sent,
        "events": STATUS_EVENTS,
        "version": now.version,
        "here": "status",
    }
    return render_page(request, "manage/status.html", context, partial="status")


def _problems(request: HttpRequest) -> dict[str, Any]:
    offset = number_from(request.GET.get("problems"), least=0, most=10_000_000)
    found = get_library().problems(Page(offset, STEP + 1))
    return {
        "problems": [
            replace(problem, reason=in_this_language(problem.reason)) for problem in found[:STEP]
        ],
        "offset": offset,
        "earlier": max(0, offset - STEP),
        "later": offset + STEP if len(found) > STEP else 0,
    }


def _is_fresh(library: LibraryStatus) -> bool:
    seen = library.last_refresh
    return seen is not None and timezone.now() - seen < timedelta(minutes=1)


def _is_asked(request: HttpRequest, library: LibraryStatus) -> bool:
    """Whether a scan this owner asked for has yet to begin."""
    text = request.session.get(ASKED)
    if not text or library.is_refreshing:
        return False
    asked = datetime.fromisoformat(text)
    is_done = library.last_refresh is not None and library.last_refresh >= asked
    return not is_done and timezone.now() - asked < PATIENCE


@require_POST
@owner_view
def scan(request: HttpRequest) -> HttpResponse:
    # One that was asked for and has ended does not count: its end would be waited for in vain.
    if not _is_asked(request, get_library().status()):
        request.session[ASKED] = timezone.now().isoformat()
        async_task("sharing.tasks.rescan_quietly", cluster="long")
    return redirect("sharing:status")
