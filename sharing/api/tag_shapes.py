"""Tags as the JSON of Immich."""

from typing import Any

from sharing.api.moments import stamp
from sharing.tags.models import Tag


def tag_dict(tag: Tag) -> dict[str, Any]:
    """TagResponseDto."""
    above = {"parentId": str(tag.parent_id)} if tag.parent_id else {}
    return {
        "id": str(tag.pk),
        "name": tag.name,
        "value": tag.value,
        "createdAt": stamp(tag.created_at),
        "updatedAt": stamp(tag.updated_at),
        **above,
    }
