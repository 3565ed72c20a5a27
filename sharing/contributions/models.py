"""Who sends, and what was sent. The file of an ``Upload`` lies in the staging folder.

A row is the truth about a file, its bytes the truth about its length: ``Upload.staged`` is written
by the intake alone, and deleted only after the state says that nobody needs it any more.
"""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sharing.albums.models import PortalAlbum
from sharing.models import SharedLink

TAKEN_BACK_WITHIN = timedelta(hours=24)  # of being accepted
PROMISED_FOR = timedelta(hours=1)  # after its last byte; for longer, room is not kept for a file


class Contributor(models.Model):
    """One browser that sends by one link. ``visitor`` is a keyed hash of its cookie."""

    link = models.ForeignKey(SharedLink, models.SET_NULL, null=True, related_name="contributors")
    visitor = models.CharField(max_length=32)
    name = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "visitor"], name="contributor_once_per_link")
        ]

    def __str__(self) -> str:
        return self.name or str(self.pk)


class State(models.TextChoices):
    ARRIVING = "arriving", _("Arriving")  # bytes are missing
    ARRIVED = "arrived", _("Being checked")  # all bytes are on the disk
    HELD = "held", _("Waiting for review")
    ACCEPTED = "accepted", _("On its way into the library")
    DONE = "done", _("In the library")
    DUPLICATE = "same", _("Already in the album")
    REFUSED = "refused", _("Refused")  # by a rule, or for what it is; ``reason`` says why
    REJECTED = "rejected", _("Rejected")  # by the owner; can be undone until it is emptied
    EMPTIED = "emptied", _("Rejected and deleted")
    WITHDRAWN = "withdrawn", _("Taken back")  # by the guest
    EXPIRED = "expired", _("Never completed")


STAGED = (State.ARRIVING, State.ARRIVED, State.HELD, State.ACCEPTED, State.REJECTED)


def _stands_still() -> Q:
    return Q(state=State.ARRIVING, touched_at__lte=timezone.now() - PROMISED_FOR)


class UploadQuerySet(models.QuerySet["Upload"]):
    def staged(self) -> "UploadQuerySet":
        """Those whose bytes lie in the staging folder."""
        return self.filter(state__in=STAGED)

    def held(self) -> "UploadQuerySet":
        return self.filter(state=State.HELD)

    def leaving(self) -> "UploadQuerySet":
        """Taken back, and perhaps still in the library."""
        return self.filter(state=State.WITHDRAWN, is_leaving=True)

    def lapsed(self) -> "UploadQuerySet":
        """Unfinished for so long that others may have their place: see ``PROMISED_FOR``."""
        return self.filter(_stands_still())

    def counted(self) -> "UploadQuerySet":
        """What takes room under a link's limits: all but what came to nothing, or stands still."""
        nothing = (State.REFUSED, State.DUPLICATE, State.EXPIRED, State.WITHDRAWN)
        return self.exclude(state__in=nothing).exclude(_stands_still())


class Upload(models.Model):
    """One file that a guest sends. What it is for is kept with it: its link may be deleted."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="uploads")
    link = models.ForeignKey(SharedLink, models.SET_NULL, null=True, related_name="uploads")
    link_name = models.CharField(max_length=200)
    album_id = models.UUIDField(null=True)  # in the library
    portal_album = models.ForeignKey(PortalAlbum, models.SET_NULL, null=True, related_name="+")
    contributor = models.ForeignKey(Contributor, models.PROTECT, related_name="uploads")

    filename = models.CharField(max_length=255)  # as sent, made safe: see ``naming``
    relative_path = models.CharField(max_length=1000, blank=True)  # as sent, for the owner's eyes
    declared_type = models.CharField(max_length=100, blank=True)
    modified_at = models.DateTimeField(null=True)  # the file's own time, as its sender says
    size = models.PositiveBigIntegerField()  # bytes, when it is complete
    caption = models.CharField(max_length=500, blank=True)

    state = models.CharField(max_length=9, choices=State, default=State.ARRIVING)
    reason = models.TextField(blank=True)  # of a refusal, or of waiting; for people
    sha1 = models.BinaryField(max_length=20, null=True)  # once it arrived
    kind = models.CharField(max_length=5, blank=True)  # ``AssetKind``, once it was looked into
    media_type = models.CharField(max_length=80, blank=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)  # local wall-clock time as if it were UTC
    duration = models.DurationField(null=True)  # of a video
    content_id = models.CharField(max_length=200, blank=True)  # of the halves of a live photo
    live_video = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="stills"
    )
    asset_id = models.UUIDField(null=True)  # in the library, once it is there
    was_there = models.BooleanField(default=False)  # before: then taking it back leaves it there
    joined_album = models.BooleanField(default=False)  # it brought the asset into ``portal_album``
    is_leaving = models.BooleanField(default=False)  # taken back, and the library must hear of it

    attempts = models.PositiveSmallIntegerField(default=0)  # begun on it, their ends never noted
    tries = models.PositiveSmallIntegerField(default=0)  # to hand it over, in vain
    retry_at = models.DateTimeField(null=True)

    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(default=timezone.now)  # bytes came, or somebody asked
    arrived_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)  # accepted, or rejected
    done_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)  # the owner was notified

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(fields=["state", "arrived_at"], name="uploads_by_state"),
            models.Index(fields=["link", "state"], name="uploads_of_link"),
            models.Index(fields=["contributor", "created_at"], name="uploads_of_contributor"),
            models.Index(
                fields=["asset_id"], condition=Q(asset_id__isnull=False), name="uploads_by_asset"
            ),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def staged(self) -> Path:
        """Where its bytes lie until the library has them."""
        return settings.STAGING_DIR / self.pk.hex

    @property
    def look(self) -> Path:
        """A small WebP of it, for its sender and the owner; made when it is checked."""
        return settings.STAGING_DIR / f"{self.pk.hex}.webp"

    @property
    def why(self) -> str:
        """Its reason, in the reader's language."""
        return gettext(self.reason) if self.reason else ""

    @property
    def can_be_taken_back(self) -> bool:
        """Whether its sender may still take it back."""
        if self.state in {State.ARRIVING, State.ARRIVED, State.HELD}:
            return True
        if self.state not in {State.ACCEPTED, State.DONE} or self.decided_at is None:
            return False
        return self.decided_at > timezone.now() - TAKEN_BACK_WITHIN
