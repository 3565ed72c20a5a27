"""Making tags, and putting them on photos."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from sharing.tags.models import LONGEST_TAG, Tag, TaggedAsset

MOST_TAGS = 10_000  # of one owner


@transaction.atomic
def make_tag(owner: User, value: str) -> Tag:
    """The tag of this name, made with those above it if need be; raises ``ValidationError``."""
    words = [word for part in value.split("/") if (word := part.strip())]
    value = "/".join(words)
    if not words or len(value) > LONGEST_TAG:
        raise ValidationError(f"A tag has 1 to {LONGEST_TAG} characters.")
    if Tag.objects.owned_by(owner).count() + len(words) > MOST_TAGS:
        raise ValidationError("There are too many tags. Please delete some first.")
    tag = None
    for depth in range(1, len(words) + 1):
        above = "/".join(words[:depth])
        tag, _is_new = Tag.objects.get_or_create(owner=owner, value=above, defaults={"parent": tag})
    assert tag is not None  # noqa: S101 - there is a word
    return tag


def put_on(tag: Tag, asset_ids: Collection[UUID]) -> set[UUID]:
    """Give photos a tag; returns those that had it not."""
    wanted = set(asset_ids)
    had = set(tag.items.filter(asset_id__in=wanted).values_list("asset_id", flat=True))
    rows = [TaggedAsset(tag=tag, asset_id=asset_id) for asset_id in wanted - had]
    TaggedAsset.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return wanted - had


def tags_on(owner: User, asset_id: UUID) -> Iterable[Tag]:
    return Tag.objects.owned_by(owner).filter(items__asset_id=asset_id)
