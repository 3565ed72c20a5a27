from collections.abc import Mapping
from uuid import UUID

from django import template

from sharing.managing.provenance import Provenance

register = template.Library()


@register.filter
def sent_by(senders: Mapping[UUID, Provenance], asset_id: UUID) -> Provenance | None:
    """Who sent this photo, of those known."""
    return senders.get(asset_id)
