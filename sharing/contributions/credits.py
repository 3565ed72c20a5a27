"""Whose photos they are, for all guests of a link that says so."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from sharing.contributions.models import State, Upload
from sharing.models import SharedLink


def credited(link: SharedLink, asset_ids: Collection[UUID]) -> dict[UUID, str]:
    """The names to be shown beside these assets; empty where the link names nobody.

    Named are those who sent by this link, or by one into the same album that credits its senders
    too: whoever was told that only the owner sees their name is named to nobody else.
    """
    if not link.credits_senders or not asset_ids:
        return {}
    rows = Upload.objects.filter(
        _told_so(link), state=State.DONE, asset_id__in=asset_ids, contributor__name__gt=""
    )
    newest_first = rows.order_by("-created_at", "-pk")  # so that of several the first one stays
    pairs = newest_first.values_list("asset_id", "contributor__name")
    return {asset_id: name for asset_id, name in pairs if asset_id}


def _told_so(link: SharedLink) -> Q:
    by_this = Q(link=link)
    if link.portal_album_id:
        return by_this | Q(link__credits_senders=True, portal_album=link.portal_album_id)
    if link.album_id:
        return by_this | Q(link__credits_senders=True, album_id=link.album_id, portal_album=None)
    return by_this
