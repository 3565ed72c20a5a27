"""What the byte path may know of links: the ``Grants`` port of ``portal.media``."""

from datetime import datetime
from uuid import UUID

from portal.media.grants import Grant
from sharing.models import LinkQuerySet, SharedLink


class LinkGrants:
    """Answers from the table of links, one query a question. Calls block."""

    def find(self, scope: UUID) -> Grant | None:
        return next(iter(_grants(SharedLink.objects.filter(pk=scope))), None)

    def revised_since(self, moment: datetime) -> list[Grant]:
        return _grants(SharedLink.objects.revised_since(moment))


def _grants(links: LinkQuerySet) -> list[Grant]:
    columns = ("pk", "epoch", "is_paused", "deleted_at", "expires_at")
    return [
        Grant(
            scope=pk,
            epoch=epoch,
            is_open=not is_paused and deleted_at is None,
            expires_at=expires_at.timestamp() if expires_at else None,
        )
        for pk, epoch, is_paused, deleted_at, expires_at in links.values_list(*columns)
    ]
