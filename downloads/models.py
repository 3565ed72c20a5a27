"""Downloads and their files. These rows are the truth; the task queue only wakes somebody up."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from downloads.spool.models import SpoolFile, being_sent
from downloads.states import DownloadState, ItemState, Reason, Size, Waiting
from portal.library.types import Rendition
from sharing.models import SharedLink

__all__ = [
    "ACTIVE", "FETCHING", "LEFT_OUT", "OPEN", "SAVING_TIME", "UNFINISHED", "Download",
    "DownloadItem", "DownloadQuerySet", "DownloadState", "ItemState", "Reason", "Size", "Waiting",
]  # fmt: skip
SAVING_TIME = timedelta(hours=1)  # a dismissed archive can still be resumed for this long


UNFINISHED = (DownloadState.QUEUED, DownloadState.PREPARING)
ACTIVE = (*UNFINISHED, DownloadState.READY)
LEFT_OUT = (ItemState.MISSING, ItemState.FAILED)
OPEN = (ItemState.WAITING, ItemState.RUNNING)
FETCHING = (Waiting.FILES, Waiting.DISK, Waiting.LIBRARY)  # the fetcher's concern


class DownloadQuerySet(models.QuerySet["Download"]):
    def of_visitor(self, link_id: UUID | None, visitor: str) -> "DownloadQuerySet":
        """Those of a guest of this link; of an owner, whose downloads have none."""
        return self.filter(link_id=link_id, visitor=visitor)

    def kept(self) -> "DownloadQuerySet":
        """Not over yet: what counts against the limits."""
        gone = (DownloadState.CANCELED, DownloadState.EXPIRED)
        return self.exclude(state__in=gone).filter(expires_at__gt=timezone.now())

    def in_dock(self) -> "DownloadQuerySet":
        return self.kept().filter(dismissed_at=None)

    def unfinished(self) -> "DownloadQuerySet":
        return self.filter(state__in=UNFINISHED)

    def ready(self) -> "DownloadQuerySet":
        return self.filter(state=DownloadState.READY, expires_at__gt=timezone.now())

    def over(self) -> "DownloadQuerySet":
        """What nobody can have any more; one that is being sent just now goes on to its end."""
        gone = Q(expires_at__lte=timezone.now()) | Q(state=DownloadState.CANCELED)
        return self.filter(gone).exclude(pk__in=being_sent())

    def move(self, to: DownloadState, *, origin: Iterable[DownloadState], **also: object) -> int:
        """Change state where it still is one of ``origin``; returns how many rows changed."""
        changes = {"state": to, "revision": F("revision") + 1, **also}
        return self.filter(state__in=list(origin)).update(**changes)

    def touch(self) -> int:
        """Let everyone who watches see the present state."""
        return self.update(revision=F("revision") + 1)


class Download(models.Model):
    """A request for files as one archive: a visitor's of a link, or an owner's.

    ``epoch`` is the link's epoch under which the items were chosen; when the link has moved on, the
    download is planned again. ``version`` differs whenever the archive's bytes may differ, and
    ``revision`` grows with every change that the dock shows. ``turn`` numbers the tasks queued for
    it: only the newest works, so that calling twice never makes two workers of one.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    link = models.ForeignKey(SharedLink, models.CASCADE, null=True, related_name="downloads")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    visitor = models.CharField(max_length=32)
    address = models.CharField(max_length=32)  # a keyed hash: no address is kept
    selection = models.BinaryField(default=b"")  # asset ids, 16 bytes each
    fingerprint = models.CharField(max_length=32)
    size = models.CharField(max_length=10, choices=Size, default=Size.ORIGINAL)
    language = models.CharField(max_length=16, default="en")
    epoch = models.PositiveIntegerField()
    state = models.CharField(
        max_length=10, choices=DownloadState, default=DownloadState.QUEUED, db_index=True
    )
    name = models.CharField(max_length=255)
    version = models.PositiveIntegerField(default=1)
    revision = models.PositiveIntegerField(default=1)
    turn = models.PositiveIntegerField(default=0)
    waiting_for = models.CharField(
        max_length=8, choices=Waiting, default=Waiting.NOTHING, blank=True
    )
    is_planned = models.BooleanField(default=False)
    count = models.PositiveIntegerField(default=0)
    count_done = models.PositiveIntegerField(default=0)
    count_left_out = models.PositiveIntegerField(default=0)
    bytes_total = models.PositiveBigIntegerField(default=0)
    bytes_done = models.PositiveBigIntegerField(default=0)
    archive_size = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    requested_at = models.DateTimeField(default=timezone.now)
    queued_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    objects = DownloadQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["visitor", "link"]), models.Index(fields=["address"])]
        constraints = [
            models.UniqueConstraint(
                fields=["link", "visitor", "fingerprint"],
                condition=Q(state__in=ACTIVE),
                name="one_active_download_per_selection",
            ),
            models.UniqueConstraint(
                fields=["visitor", "fingerprint"],
                condition=Q(state__in=ACTIVE, link=None),
                name="one_active_download_per_owner_and_selection",
            ),
            models.CheckConstraint(
                condition=Q(link__isnull=False, owner=None) | Q(link=None, owner__isnull=False),
                name="downloads_are_a_guests_or_an_owners",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"

    @property
    def lease(self) -> str:
        """Name of the lease that whoever prepares this holds."""
        return f"download:{self.pk}"

    @property
    def asset_ids(self) -> list[UUID]:
        raw = bytes(self.selection)
        return [UUID(bytes=raw[at : at + 16]) for at in range(0, len(raw), 16)]

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    @property
    def is_paused(self) -> bool:
        """Whether it waits for something that no worker can hurry."""
        return self.is_unfinished and self.waiting_for not in ("", Waiting.FILES)

    @property
    def is_ready(self) -> bool:
        return self.state == DownloadState.READY

    @property
    def is_failed(self) -> bool:
        return self.state == DownloadState.FAILED

    @property
    def start_key(self) -> str:
        """Tells the page's script which wish it has fulfilled already."""
        return f"{self.pk.hex}.{int(self.requested_at.timestamp() * 1000)}"

    @property
    def expires(self) -> int:
        return int(self.expires_at.timestamp())

    def is_stopped(self) -> bool:
        """Whether it was canceled, or expired, since this row was read."""
        return not Download.objects.unfinished().filter(pk=self.pk).exists()

    def dismissed_until(self) -> datetime:
        return min(self.expires_at, timezone.now() + SAVING_TIME)

    def count_up(self) -> None:
        """Sum up the items, for the dock: photos as guests count them, and files left out."""
        left_out, is_done = Q(state__in=LEFT_OUT), Q(state=ItemState.READY)
        is_counted = ~Q(part=DownloadItem.Part.LIVE)
        sums = self.items.exclude(state=ItemState.CANCELED).aggregate(
            count=Count("pk", filter=is_counted),
            count_done=Count("pk", filter=is_counted & is_done),
            count_left_out=Count("pk", filter=left_out),
            bytes_total=Sum("size", filter=~left_out, default=0),
            bytes_done=Sum("done", filter=~left_out, default=0),
        )
        Download.objects.filter(pk=self.pk).update(revision=F("revision") + 1, **sums)
        for name, value in sums.items():
            setattr(self, name, value)


class DownloadItemQuerySet(models.QuerySet["DownloadItem"]):
    def open(self) -> "DownloadItemQuerySet":
        return self.filter(state__in=OPEN)

    def to_make(self) -> "DownloadItemQuerySet":
        """Open ones that are made here: rendered, or read."""
        return self.open().filter(spool_file=None)

    def to_fetch(self) -> "DownloadItemQuerySet":
        """Open ones whose original is awaited from another server."""
        return self.open().exclude(spool_file=None)

    def left_out(self) -> "DownloadItemQuerySet":
        return self.filter(state__in=LEFT_OUT)

    def with_lone_halves(self) -> "DownloadItemQuerySet":
        """Fill in ``lone``: of half a live photo, the name of the other half that is there."""
        ready = DownloadItem.objects.filter(download_id=OuterRef("download_id")).in_archive()
        still = ready.filter(position=OuterRef("position") - 1)
        moving = ready.filter(position=OuterRef("position") + 1, part=DownloadItem.Part.LIVE)
        lone = Case(
            When(part=DownloadItem.Part.LIVE, then=Subquery(still.values("name")[:1])),
            When(part=DownloadItem.Part.STILL, then=Subquery(moving.values("name")[:1])),
        )
        return self.annotate(lone_half=Coalesce(lone, Value("")))

    def in_archive(self) -> "DownloadItemQuerySet":
        return self.filter(state=ItemState.READY)


class DownloadItem(models.Model):
    """One file of a download. A live photo is two: the still, and after it its moving half."""

    class Part(models.TextChoices):
        STILL = "still"
        VIDEO = "video"
        LIVE = "live"

    State = ItemState

    download = models.ForeignKey(Download, models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    asset_id = models.UUIDField()
    part = models.CharField(max_length=5, choices=Part)
    name = models.CharField(max_length=255)
    rendition = models.CharField(max_length=12, default=Rendition.ORIGINAL)
    size = models.PositiveBigIntegerField(default=0)  # of a rendition not made yet: unknown, 0
    crc32 = models.PositiveBigIntegerField(null=True)
    mtime_ns = models.BigIntegerField(default=0)
    modified = models.BigIntegerField(default=0)  # seconds since 1970, UTC, of the entry
    utc_offset = models.IntegerField(default=0)  # seconds
    state = models.CharField(max_length=8, choices=ItemState, default=ItemState.WAITING)
    reason = models.CharField(max_length=12, choices=Reason, default=Reason.NONE, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveBigIntegerField(default=0)  # bytes
    spool_file = models.ForeignKey(
        SpoolFile, models.SET_NULL, null=True, related_name="items"
    )  # of an original on another server

    objects = DownloadItemQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["download", "position"], name="one_item_per_position")
        ]
        indexes = [models.Index(fields=["download", "state", "position"])]

    def __str__(self) -> str:
        return self.name

    @property
    def lone(self) -> str:
        """The name of the other half that is there, where ``with_lone_halves`` looked for one."""
        return str(getattr(self, "lone_half", ""))
