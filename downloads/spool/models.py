"""The files of the spool. A row without ``stored_at`` is a file that is wanted, or on its way."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Sum, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from portal.leases.models import Lease
from portal.library.types import StoredFile

SENDING = "sending:"  # a post, see portal.leases: somebody is being sent this download
SENDING_FOR = 180.0  # seconds that it is believed without being said again


class SpoolQuerySet(models.QuerySet["SpoolFile"]):
    def complete(self) -> "SpoolQuerySet":
        return self.exclude(stored_at=None)

    def used(self) -> "SpoolQuerySet":
        """What a living download needs: one that is made, ready, or being sent."""
        return self.filter(_is_used())

    def used_by_others(self, download_id: UUID) -> "SpoolQuerySet":
        return self.filter(_is_used(~Q(download_id=download_id)))

    def unused(self) -> "SpoolQuerySet":
        return self.exclude(_is_used()).order_by("used_at", "pk")

    def older_than(self, age: timedelta) -> "SpoolQuerySet":
        return self.filter(used_at__lt=timezone.now() - age)

    def bytes(self) -> int:
        """What they take on the disk, or will once they are here."""
        taken = Case(When(stored_at=None, then=Coalesce("size", 0)), default=F("length"))
        total: int = self.order_by().aggregate(total=Sum(taken, default=0))["total"]
        return total


class SpoolFile(models.Model):
    """One original, shared by all downloads of all links.

    ``server``, ``asset_id``, ``checksum`` and ``size`` are those of ``keys.Identity``, and ``key``
    is made of them. ``length``, ``crc32`` and ``mtime_ns`` are of the file as it was stored.
    """

    key = models.CharField(max_length=32, unique=True)
    server = models.CharField(max_length=255)
    asset_id = models.UUIDField()
    checksum = models.CharField(max_length=40)
    size = models.PositiveBigIntegerField(null=True)
    length = models.PositiveBigIntegerField(default=0)
    crc32 = models.PositiveBigIntegerField(null=True)
    mtime_ns = models.BigIntegerField(default=0)
    stored_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = SpoolQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stored_at=None) | Q(crc32__isnull=False),
                name="stored_with_a_checksum",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Where it lies below the spool's folder. The row's number makes it a name used once."""
        return f"{self.key[:2]}/{self.pk}-{self.key}"

    @property
    def path(self) -> Path:
        return Path(settings.SPOOL_DIR) / self.name

    @property
    def stored(self) -> StoredFile:
        return StoredFile(self.path, self.length, self.mtime_ns, "", crc32=self.crc32)


def being_sent() -> Sequence[str]:
    """The ids of downloads that somebody is being sent right now."""
    posts = Lease.objects.filter(name__startswith=SENDING, expires_at__gt=timezone.now())
    return [name.removeprefix(SENDING) for name in posts.values_list("name", flat=True)]


def _is_used(*also: Q) -> Exists:
    from downloads.models import ACTIVE, OPEN, DownloadItem, ItemState

    needed = DownloadItem.objects.filter(
        Q(download__state__in=ACTIVE) | Q(download_id__in=being_sent()),
        *also,
        spool_file=OuterRef("pk"),
        state__in=[*OPEN, ItemState.READY],
    )
    return Exists(needed.order_by())
