"""What an owner decides about what was sent, noted as activity of the links it came by."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from sharing.activity import record_files
from sharing.contributions import deciding
from sharing.contributions.models import Upload, UploadQuerySet
from sharing.models import Happening

Decide = Callable[[QuerySet[Upload]], int]
DECISIONS: Mapping[str, Decide] = {
    "accept": deciding.accept,
    "reject": deciding.reject,
    "restore": deciding.restore,
    "empty": deciding.empty,
}
NOTED = {"accept": Happening.Kind.ACCEPTED, "reject": Happening.Kind.REJECTED}


def uploads_of(owner: AbstractBaseUser | AnonymousUser) -> UploadQuerySet:
    """What was sent to this owner, the moving halves of live photos included."""
    return Upload.objects.filter(owner_id=owner.pk)


def decide(uploads: UploadQuerySet, action: str) -> int:
    """Do one of ``DECISIONS`` to these; returns how many photos and videos it changed."""
    changed = 0
    for link_id in _links_of(uploads):
        moved = DECISIONS[action](uploads.filter(link_id=link_id))
        changed += moved
        if kind := NOTED.get(action):
            record_files(link_id, kind, count=moved)
    return changed


def _links_of(uploads: UploadQuerySet) -> set[UUID | None]:
    return set(uploads.order_by().values_list("link_id", flat=True))
