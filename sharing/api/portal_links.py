"""``/api/portal/links``: what links have here beyond Immich's fields."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from ninja import Path, Query, Router
from pydantic.alias_generators import to_camel

from portal.api_answers import answer
from sharing.access import Standing, standing_of
from sharing.api.guarding import ApiRequest, needs, owner_of
from sharing.api.moments import stamp
from sharing.api.owned_links import own_link, own_links, refused
from sharing.api.portal_bodies import LimitsChange, LinkLimits, LinkLimitsPage, LinkPages
from sharing.links import change_link, pause_link, restore_link
from sharing.models import LinkQuerySet, SharedLink

router = Router(tags=["Links beyond Immich"])
PLAIN = (
    "is_paused show_location max_visitors max_downloads max_bytes idle_days hides_album "
    "holds_uploads credits_senders upload_kinds max_upload_size max_upload_bytes max_upload_files "
    "visits visitors times_taken bytes_taken"
).split()
MOMENTS = ("deleted_at", "closes_at", "uploads_until", "used_at")


@router.get(
    "", auth=needs("sharedLink.read"), response=LinkLimitsPage, summary="List links with limits"
)
def list_limits(request: ApiRequest, query: Query[LinkPages]) -> HttpResponse:
    """Newest first. With ``deleted`` those that can still be brought back, within 30 days."""
    links = _own(request).filter(deleted_at__isnull=not query.deleted)
    items = [limits_dict(link) for link in links[query.rows]]
    return answer(query.answer(items, links.count()))


@router.get("/{id}", auth=needs("sharedLink.read"), response=LinkLimits, summary="Limits of a link")
def limits(request: ApiRequest, id: Path[UUID]) -> HttpResponse:
    return answer(limits_dict(own_link(_own(request), id)))


@router.patch(
    "/{id}", auth=needs("sharedLink.update"), response=LinkLimits, summary="Change limits"
)
def change_limits(request: ApiRequest, id: Path[UUID], body: LimitsChange) -> HttpResponse:
    with transaction.atomic():  # what was not sent stays as it is now, whoever else changes it
        link = own_link(own_links(request).select_for_update(of=("self",)), id)
        if wanted := body.wanted(link):
            try:
                link = change_link(link, wanted)
            except ValidationError as exc:
                raise refused(exc) from exc
    return answer(limits_dict(link))


@router.post(
    "/{id}/pause", auth=needs("sharedLink.update"), response=LinkLimits, summary="Pause a link"
)
def pause(request: ApiRequest, id: Path[UUID]) -> HttpResponse:
    """Its address stays, and opens nothing until it is turned on again."""
    return _paused(request, id, is_paused=True)


@router.post(
    "/{id}/resume", auth=needs("sharedLink.update"), response=LinkLimits, summary="Turn it on"
)
def resume(request: ApiRequest, id: Path[UUID]) -> HttpResponse:
    return _paused(request, id, is_paused=False)


@router.post(
    "/{id}/restore", auth=needs("sharedLink.update"), response=LinkLimits, summary="Bring it back"
)
def restore(request: ApiRequest, id: Path[UUID]) -> HttpResponse:
    """Undo a deletion, within 30 days; a link that is there is left as it is."""
    link = own_link(_own(request), id)
    if link.deleted_at is not None:
        try:
            restore_link(link)
        except ValidationError as exc:
            raise refused(exc) from exc
    return answer(limits_dict(link))


def limits_dict(link: SharedLink) -> dict[str, object]:
    """``LinkLimits``."""
    standing = standing_of(link, "")
    facts: dict[str, object] = {
        "id": str(link.pk),
        "key": link.key,
        "slug": link.slug or None,
        "description": link.description or None,
        # To its owner a link with a password is as open as any.
        "state": (Standing.OPEN if standing is Standing.LOCKED else standing).value,
    }
    facts |= {to_camel(name): getattr(link, name) for name in PLAIN}
    for name in MOMENTS:
        moment = getattr(link, name)
        facts[to_camel(name)] = stamp(moment) if moment else None
    return facts


def _own(request: ApiRequest) -> LinkQuerySet:
    """Deleted ones included."""
    return SharedLink.objects.owned_by(owner_of(request))


def _paused(request: ApiRequest, link_id: UUID, *, is_paused: bool) -> HttpResponse:
    link = own_link(own_links(request), link_id)
    pause_link(link, paused=is_paused)
    return answer(limits_dict(link))
