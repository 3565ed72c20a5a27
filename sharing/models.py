"""Links, and what each one grants."""

import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.library.types import AssetFilter
from sharing.albums.models import PortalAlbum
from sharing.happenings import Happening, Take
from sharing.tags.models import Tag, TaggedAsset

__all__ = [
    "Happening",
    "LinkQuerySet",
    "SharedAsset",
    "SharedLink",
    "Tag",
    "TaggedAsset",
    "Take",
    "UploadKinds",
]
GONE_FOR = timedelta(days=30)  # how long a deleted link still answers 410, and can be undone
MOST_COUNTED, MOST_IDLE_DAYS = 1_000_000, 3_650
COUNT = [MinValueValidator(1), MaxValueValidator(MOST_COUNTED)]
DAYS = [MinValueValidator(1), MaxValueValidator(MOST_IDLE_DAYS)]
RESERVED_SLUGS = frozenset(
    "admin albums api assets download downloads events healthz link links login logout media "
    "metrics new portal readyz s share static status upload uploads".split()
)


def make_key() -> str:
    return secrets.token_urlsafe(50)


def validate_slug(slug: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_-]{3,64}", slug):
        raise ValidationError(_("Use 3 to 64 letters, digits, “-” or “_”."), code="slug")
    if slug.lower() in RESERVED_SLUGS:
        raise ValidationError(_("This address is reserved. Please choose another."), code="slug")


class UploadKinds(models.TextChoices):
    ALL = "all", _("Photos and videos")
    PHOTOS = "photos", _("Photos only")
    VIDEOS = "videos", _("Videos only")


class LinkQuerySet(models.QuerySet["SharedLink"]):
    def alive(self) -> "LinkQuerySet":
        """Not deleted; paused and expired ones included."""
        return self.filter(deleted_at=None)

    def of_albums(self, album_ids: frozenset[UUID]) -> "LinkQuerySet":
        return self.filter(kind=SharedLink.Kind.ALBUM, album_id__in=album_ids)

    def of_album(self, album_id: UUID) -> "LinkQuerySet":
        """Of an album, wherever that was made."""
        return self.filter(Q(album_id=album_id) | Q(portal_album_id=album_id))

    def of_portal_album(self, album: PortalAlbum) -> "LinkQuerySet":
        return self.filter(portal_album=album)

    def given(self) -> "LinkQuerySet":
        """Those for guests: not the ones by which owners themselves send."""
        return self.filter(is_for_owner=False)

    def owned_by(self, user: AbstractBaseUser | AnonymousUser) -> "LinkQuerySet":
        """Those that this owner gives to guests."""
        return self.given().filter(owner_id=user.pk)

    def with_slug(self, slug: str) -> "LinkQuerySet":
        """Case-blind; deleted ones included."""
        return self.alias(lowered=Lower("slug")).exclude(slug="").filter(lowered=slug.lower())

    def of_assets(self, asset_ids: Collection[UUID]) -> "LinkQuerySet":
        return self.filter(items__asset_id__in=asset_ids).distinct()

    def raise_epoch(self) -> int:
        """Void every media URL handed out so far; returns the number of links."""
        return self.update(epoch=F("epoch") + 1, revised_at=timezone.now())

    def touch(self) -> int:
        """Let owners' lists notice that what these links share looks different now."""
        return self.update(updated_at=timezone.now())

    def revised_since(self, moment: datetime) -> "LinkQuerySet":
        return self.filter(revised_at__gt=moment)

    def not_full(self) -> "LinkQuerySet":
        return self.filter(Q(max_visitors=None) | Q(visitors__lt=F("max_visitors")))

    def with_download_left(self) -> "LinkQuerySet":
        return self.filter(Q(max_downloads=None) | Q(times_taken__lt=F("max_downloads")))

    def with_room_for(self, size: int) -> "LinkQuerySet":
        """Of which so many bytes more may be had."""
        return self.filter(Q(max_bytes=None) | Q(max_bytes__gte=F("bytes_taken") + size))

    def long_gone(self) -> "LinkQuerySet":
        return self.filter(deleted_at__lt=timezone.now() - GONE_FOR)


class SharedLink(models.Model):
    """A link by which guests come in.

    ``epoch`` is part of every media URL's signature: what takes something away raises it
    (see ``sharing.links``). ``revised_at`` moves with everything that matters to the byte path.
    """

    class Kind(models.TextChoices):
        ALBUM = "ALBUM", _("Album")
        INDIVIDUAL = "INDIVIDUAL", _("Chosen photos")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="links")
    key = models.CharField(max_length=80, unique=True, default=make_key, editable=False)
    slug = models.CharField(max_length=64, blank=True, validators=[validate_slug])
    kind = models.CharField(max_length=10, choices=Kind)
    album_id = models.UUIDField(null=True, blank=True)  # in the library
    portal_album = models.ForeignKey(
        PortalAlbum, models.RESTRICT, null=True, blank=True, related_name="links"
    )
    description = models.CharField(max_length=200, blank=True)
    password = models.CharField(max_length=200, blank=True, editable=False)  # Argon2 hash
    expires_at = models.DateTimeField(null=True, blank=True)
    allow_download = models.BooleanField(default=True)
    allow_upload = models.BooleanField(default=False)
    show_metadata = models.BooleanField(default=True)
    show_location = models.BooleanField(default=True)
    hides_album = models.BooleanField(default=False)  # guests send, and see what they sent
    holds_uploads = models.BooleanField(default=True)  # until the owner has looked at them
    credits_senders = models.BooleanField(default=False)  # “from Anna”, for all guests
    upload_kinds = models.CharField(max_length=6, choices=UploadKinds, default=UploadKinds.ALL)
    max_upload_size = models.PositiveBigIntegerField(null=True, blank=True)  # bytes, of one file
    max_upload_bytes = models.PositiveBigIntegerField(null=True, blank=True)  # of all together
    max_upload_files = models.PositiveIntegerField(null=True, blank=True, validators=COUNT)
    uploads_until = models.DateTimeField(null=True, blank=True)
    is_for_owner = models.BooleanField(default=False, editable=False)  # who sends by it, signed in
    is_paused = models.BooleanField(default=False)
    epoch = models.PositiveIntegerField(default=1, editable=False)
    visits = models.PositiveIntegerField(default=0, editable=False)
    visitors = models.PositiveIntegerField(default=0, editable=False)
    max_visitors = models.PositiveIntegerField(null=True, blank=True, validators=COUNT)
    times_taken = models.PositiveIntegerField(default=0, editable=False)
    max_downloads = models.PositiveIntegerField(null=True, blank=True, validators=COUNT)
    bytes_taken = models.PositiveBigIntegerField(default=0, editable=False)
    max_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    idle_days = models.PositiveSmallIntegerField(null=True, blank=True, validators=DAYS)
    used_at = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    revised_at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = LinkQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                Lower("slug"),
                condition=Q(deleted_at=None) & ~Q(slug=""),
                name="slug_is_unique_among_the_living",
            ),
            models.CheckConstraint(
                condition=Q(kind="ALBUM", album_id__isnull=False, portal_album=None)
                | Q(kind="ALBUM", album_id=None, portal_album__isnull=False)
                | Q(kind="INDIVIDUAL", album_id=None, portal_album=None, allow_upload=False),
                name="kind_fits_what_is_shared",
            ),
            *(
                models.UniqueConstraint(
                    fields=["owner", album],
                    condition=Q(is_for_owner=True, deleted_at=None),
                    name=f"one_own_link_per_{name}",
                )
                for album, name in (("album_id", "album"), ("portal_album", "portal_album"))
            ),
        ]

    def __str__(self) -> str:
        return self.description or self.slug or str(self.id)

    @property
    def closes_at(self) -> datetime | None:
        """When it closes if nobody uses it any more: its date, or its days without use."""
        idle = self.used_at + timedelta(days=self.idle_days) if self.idle_days else None
        return min((end for end in (self.expires_at, idle) if end), default=None)

    @property
    def is_expired(self) -> bool:
        return self.closes_at is not None and self.closes_at <= timezone.now()

    @property
    def takes_uploads(self) -> bool:
        if not self.allow_upload or (self.portal_album and self.portal_album.deleted_at):
            return False
        return self.uploads_until is None or self.uploads_until > timezone.now()

    @property
    def is_full(self) -> bool:
        """Whether as many visitors came as may; those who came may come again."""
        return self.max_visitors is not None and self.visitors >= self.max_visitors

    @property
    def is_used_up(self) -> bool:
        """Whether as much was downloaded as may be; looking goes on."""
        by_count = self.max_downloads is not None and self.times_taken >= self.max_downloads
        return by_count or self.bytes_left == 0

    @property
    def bytes_left(self) -> int | None:
        """What may still be downloaded; ``None`` without a limit."""
        return None if self.max_bytes is None else max(self.max_bytes - self.bytes_taken, 0)

    @property
    def is_metered(self) -> bool:
        return self.max_downloads is not None or self.max_bytes is not None

    @property
    def is_weighed(self) -> bool:
        """Whether bytes are limited: then originals count that are only looked at, too."""
        return self.max_bytes is not None

    @property
    def path(self) -> str:
        """The address guests are given, below the public URL."""
        return f"/s/{self.slug}" if self.slug else f"/share/{self.key}"

    @property
    def gives_originals(self) -> bool:
        """Originals carry metadata, so they go only where all of it may be seen."""
        return self.allow_download and self.show_metadata and self.show_location

    def set_password(self, password: str) -> None:
        self.password = make_password(password) if password else ""

    def check_password(self, password: str) -> bool:
        return check_password(password, self.password)

    @property
    def shown_album_id(self) -> UUID | None:
        """The album it shares, wherever that was made."""
        return self.portal_album_id or self.album_id

    def assets(self) -> AssetFilter:
        """What this link shows, as the library's filter; in which order, ``contents`` knows."""
        if self.hides_album:
            return AssetFilter(ids=frozenset())
        if self.portal_album is not None:
            there = self.portal_album.items.there()
            is_gone = self.portal_album.deleted_at is not None
            return AssetFilter(ids=frozenset() if is_gone else frozenset(there.asset_ids()))
        if self.kind == self.Kind.ALBUM:
            return AssetFilter(album_id=self.album_id)
        return AssetFilter(ids=frozenset(self.items.values_list("asset_id", flat=True)))


class SharedAsset(models.Model):
    """One chosen photo of a link of kind INDIVIDUAL."""

    link = models.ForeignKey(SharedLink, models.CASCADE, related_name="items")
    asset_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "asset_id"], name="asset_once_per_link")
        ]

    def __str__(self) -> str:
        return str(self.asset_id)
