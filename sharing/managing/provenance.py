"""From whom a photo came: shown to its owner, whatever guests are told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sharing.contributions.models import State, Upload


@dataclass(frozen=True, slots=True)
class Provenance:
    """``name`` is what they called themselves, or empty; ``link`` what the link was called."""

    name: str
    at: datetime
    link: str

    @property
    def in_words(self) -> str:
        day = date_format(timezone.localtime(self.at), "SHORT_DATETIME_FORMAT")
        words = (
            _("Sent by %(name)s by “%(link)s”, %(day)s")
            if self.name
            else _("Sent by “%(link)s”, %(day)s")
        )
        return words % {"name": self.name, "link": self.link, "day": day}


def provenance_of(
    owner: AbstractBaseUser | AnonymousUser, asset_ids: Collection[UUID]
) -> dict[UUID, Provenance]:
    """Who sent these to this owner; of several, who was first. Others are left out."""
    sent = Upload.objects.filter(owner_id=owner.pk, state=State.DONE, asset_id__in=asset_ids)
    rows = sent.order_by("-created_at", "-pk").values_list(
        "asset_id", "contributor__name", "created_at", "link_name"
    )
    return {asset_id: Provenance(name, at, link) for asset_id, name, at, link in rows if asset_id}
