"""Changing many links at once, and taking that back."""

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from sharing.links import restore_link
from sharing.models import Happening, LinkQuerySet, SharedLink

MOST_AT_ONCE = 6_000


@transaction.atomic
def pause_links(links: LinkQuerySet, *, paused: bool) -> list[UUID]:
    """Turn links off, or on again; returns which were not so before."""
    kind = Happening.Kind.PAUSED if paused else Happening.Kind.RESUMED
    changed = _change(links.alive().filter(is_paused=not paused), kind, is_paused=paused)
    if paused:
        SharedLink.objects.filter(pk__in=changed).raise_epoch()
    return changed


@transaction.atomic
def delete_links(links: LinkQuerySet) -> list[UUID]:
    """Take links away; returns which were there."""
    deleted = _change(links.alive(), Happening.Kind.DELETED, deleted_at=timezone.now())
    SharedLink.objects.filter(pk__in=deleted).raise_epoch()
    return deleted


def restore_links(links: Iterable[SharedLink]) -> list[SharedLink]:
    """Bring deleted links back; returns those that stay away, for their address is in use."""
    refused = []
    for link in links:
        try:
            restore_link(link)
        except ValidationError:
            refused.append(link)
    return refused


def _change(links: LinkQuerySet, kind: Happening.Kind, **changes: object) -> list[UUID]:
    chosen = list(links.order_by().select_for_update().values_list("pk", flat=True)[:MOST_AT_ONCE])
    now = timezone.now()
    SharedLink.objects.filter(pk__in=chosen).update(**changes, revised_at=now, updated_at=now)
    Happening.objects.bulk_create(Happening(link_id=pk, kind=kind, at=now) for pk in chosen)
    return chosen
