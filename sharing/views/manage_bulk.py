"""What an owner does to many links at once, and its undoing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from sharing.bulk import MOST_AT_ONCE, delete_links, pause_links, restore_links
from sharing.managing import undoing
from sharing.managing.parameters import uuid_from
from sharing.models import LinkQuerySet, SharedLink
from sharing.views.manage_links import back_to_list
from sharing.views.owner import owner_view


@require_POST
@owner_view
def bulk(request: HttpRequest) -> HttpResponse:
    # ``link`` is one id each, ``links`` many by comma: a form may not have thousands of fields.
    texts = [*request.POST.getlist("link"), *request.POST.get("links", "").split(",")]
    wanted = [uuid_from(text) for text in texts[:MOST_AT_ONCE]]
    chosen = SharedLink.objects.owned_by(request.user).filter(pk__in=[pk for pk in wanted if pk])
    action = request.POST.get("action", "")
    if action == "delete":
        changed = delete_links(chosen)
    elif action in {"pause", "resume"}:
        changed = pause_links(chosen, paused=action == "pause")
    else:
        changed = []
    if not changed:
        messages.info(request, _("Nothing was changed."))
        return back_to_list(request)
    return back_to_list(request, done=undoing.remember(request.session, action, changed))


@require_POST
@owner_view
def undo(request: HttpRequest) -> HttpResponse:
    deed = undoing.recall(request.session, request.POST.get("token", ""))
    if deed is None:
        messages.error(request, _("This cannot be undone any more."))
        return back_to_list(request)
    undoing.forget(request.session)
    chosen = SharedLink.objects.owned_by(request.user).filter(pk__in=deed.ids)
    if deed.action == "delete":
        _restore(request, chosen.exclude(deleted_at=None))
    else:
        pause_links(chosen, paused=deed.action == "resume")
    return back_to_list(request)


def _restore(request: HttpRequest, deleted: LinkQuerySet) -> None:
    refused = restore_links(deleted)
    if refused:
        words = ngettext(
            "%(n)d link stays deleted: its address is in use by now.",
            "%(n)d links stay deleted: their addresses are in use by now.",
            len(refused),
        )
        messages.error(request, words % {"n": len(refused)})
