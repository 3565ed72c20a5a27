"""An owner's own links, for the programs of that owner."""

from http import HTTPStatus
from uuid import UUID

from django.core.exceptions import ValidationError

from portal.api_errors import ApiRefused
from sharing.api.guarding import ApiRequest, owner_of
from sharing.links import is_taken
from sharing.models import LinkQuerySet, SharedLink


def own_links(request: ApiRequest) -> LinkQuerySet:
    """The owner's links, deleted ones left out."""
    return SharedLink.objects.owned_by(owner_of(request)).alive()


def own_link(links: LinkQuerySet, link_id: UUID) -> SharedLink:
    """One of these; raises ``ApiRefused`` as Immich does."""
    link = links.select_related("owner", "portal_album").filter(pk=link_id).first()
    if link is None:
        raise ApiRefused(HTTPStatus.BAD_REQUEST, "Shared link not found")
    return link


def refused(exc: ValidationError, slug: str = "", link: SharedLink | None = None) -> ApiRefused:
    """Why a link cannot be as it is wanted; of a ``slug`` that is in use, in Immich's words."""
    if slug and is_taken(slug, but_by=link):
        return ApiRefused(HTTPStatus.BAD_REQUEST, "Shared link with this slug already exists")
    return ApiRefused(HTTPStatus.BAD_REQUEST, [str(message) for message in exc.messages])
