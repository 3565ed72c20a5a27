"""What happened to the owner's links."""

from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal.library import get_library
from portal.library.interface import LibraryUnavailable
from portal.pages import render_page
from sharing.managing.cards import albums_of, title_of, with_photos
from sharing.managing.made import made_albums
from sharing.managing.parameters import number_from, uuid_from
from sharing.models import Happening, LinkQuerySet, SharedLink
from sharing.views.owner import owner_view

STEP = 100  # happenings a page


@require_safe
@owner_view
def activity(request: HttpRequest) -> HttpResponse:
    link_id = uuid_from(request.GET.get("link"))
    offset = number_from(request.GET.get("offset"), least=0, most=1_000_000)
    own = SharedLink.objects.owned_by(request.user)
    happenings = Happening.objects.filter(link__owner_id=request.user.pk)
    if link_id:
        happenings = happenings.filter(link_id=link_id)
    page = list(happenings[offset : offset + STEP + 1])
    mentioned = [one.link_id for one in page]
    titles = _titles(request, [link_id, *mentioned] if link_id else mentioned, own)
    context = {
        "happenings": [(one, titles[one.link_id]) for one in page[:STEP]],
        "link_id": link_id if link_id in titles else None,
        "title": titles.get(link_id, "") if link_id else "",
        "earlier": max(0, offset - STEP),
        "later": offset + STEP if len(page) > STEP else 0,
        "offset": offset,
        "days": settings.LOGGIA_ACTIVITY_DAYS,
        "here": "activity",
    }
    return render_page(request, "manage/activity.html", context, partial="activity")


def _titles(request: HttpRequest, link_ids: Collection[UUID], own: LinkQuerySet) -> dict[UUID, str]:
    """What the owner knows these links by; an album that is away is one without a name."""
    links = with_photos(own).filter(pk__in=link_ids)
    try:
        albums = {album.id: album for album in get_library().albums(albums_of(links))}
    except LibraryUnavailable:
        albums = {}
    albums |= made_albums(request.user)
    return {link.pk: title_of(link, albums) for link in links}
