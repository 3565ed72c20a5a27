"""What the byte path may know of links: the ``Grants`` port of ``portal.media``."""

from datetime import datetime
from uuid import UUID

from django.http import parse_cookie

from portal.media.grants import Grant, Taking
from sharing.limits import claim_file, weigh_file
from sharing.models import LinkQuerySet, SharedLink
from sharing.views.door import VISITOR_COOKIE


class LinkGrants:
    """Answers from the table of links, one query a question. Calls block."""

    def find(self, scope: UUID) -> Grant | None:
        return next(iter(_grants(SharedLink.objects.filter(pk=scope))), None)

    def revised_since(self, moment: datetime) -> list[Grant]:
        return _grants(SharedLink.objects.revised_since(moment))


class LinkTakes:
    """Counts single files that guests get: the ``Takes`` port of ``portal.media``. Calls block."""

    def claim(self, taking: Taking) -> bool:
        return claim_file(taking.scope, _visitor(taking), taking.file, taking.size, taking.address)

    def weigh(self, taking: Taking, *, must_fit: bool) -> bool:
        return weigh_file(
            taking.scope, _visitor(taking), taking.file, taking.size, must_fit=must_fit
        )


def _visitor(taking: Taking) -> str:
    return parse_cookie(taking.cookies).get(VISITOR_COOKIE, "") or taking.address


def _grants(links: LinkQuerySet) -> list[Grant]:
    return [
        Grant(
            scope=link.pk,
            epoch=link.epoch,
            is_open=not link.is_paused and link.deleted_at is None,
            expires_at=link.closes_at.timestamp() if link.closes_at else None,
            is_metered=link.is_metered,
            is_weighed=link.is_weighed,
        )
        for link in links
    ]
