"""What is kept of an album made in the portal: its name, its order, and which photos are in it."""

from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from portal.library.types import Album, Page, Totals

LONGEST_NAME = 200
LONGEST_DESCRIPTION = 2_000


class PortalAlbumQuerySet(models.QuerySet["PortalAlbum"]):
    def alive(self) -> "PortalAlbumQuerySet":
        return self.filter(deleted_at=None)

    def owned_by(self, user: AbstractBaseUser | AnonymousUser) -> "PortalAlbumQuerySet":
        return self.filter(owner_id=user.pk)

    def with_covers(self) -> "PortalAlbumQuerySet":
        """Adds ``shown_cover``: the chosen cover while it is there, else the album's first photo."""
        items = PortalAlbumItem.objects.filter(album=OuterRef("pk"), is_there=True)
        chosen = items.filter(asset_id=OuterRef("cover_id"))
        firsts = (
            When(order=order, then=Subquery(items.order_by(*by).values("asset_id")[:1]))
            for order, by in SORTED_BY.items()
        )
        cover = Case(When(Exists(chosen), then=F("cover_id")))
        return self.annotate(shown_cover=Coalesce(cover, Case(*firsts)))


class PortalAlbum(models.Model):
    """An album put together here. The library knows nothing of it.

    ``images`` to ``last`` are what the library shows of it now, counted again whenever the album or
    the library changes, so that no page needs to; ``revision`` moves with what guests see.
    """

    class Order(models.TextChoices):
        OLDEST = "oldest", _("By date, oldest first")
        NEWEST = "newest", _("By date, newest first")
        HAND = "hand", _("By hand")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="albums")
    name = models.CharField(max_length=LONGEST_NAME)
    description = models.CharField(max_length=LONGEST_DESCRIPTION, blank=True)
    order = models.CharField(max_length=6, choices=Order, default=Order.OLDEST)
    is_arranged = models.BooleanField(default=False)  # positions say what the owner wanted
    cover_id = models.UUIDField(null=True, blank=True)
    images = models.PositiveIntegerField(default=0, editable=False)
    videos = models.PositiveIntegerField(default=0, editable=False)
    size = models.PositiveBigIntegerField(default=0, editable=False)
    first = models.DateField(null=True, editable=False)
    last = models.DateField(null=True, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PortalAlbumQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_by_hand(self) -> bool:
        return self.order == self.Order.HAND

    @property
    def totals(self) -> Totals:
        return Totals(self.images, self.videos, self.size)

    @property
    def count(self) -> int:
        return self.images + self.videos

    def as_album(self) -> Album:
        """The same as the library tells of its own; its cover only after ``with_covers``."""
        return Album(
            id=self.pk,
            name=self.name,
            images=self.images,
            videos=self.videos,
            size=self.size,
            first=self.first,
            last=self.last,
            cover_id=getattr(self, "shown_cover", None),
            version=str(self.revision),
        )


class ItemQuerySet(models.QuerySet["PortalAlbumItem"]):
    def there(self) -> "ItemQuerySet":
        return self.filter(is_there=True)

    def arranged(self, order: str) -> "ItemQuerySet":
        return self.order_by(*SORTED_BY[order])

    def asset_ids(self, page: Page | None = None) -> list[UUID]:
        ids = self.values_list("asset_id", flat=True)
        return list(ids if page is None else ids[page.offset : page.offset + page.limit])


class PortalAlbumItem(models.Model):
    """A photo of an album. One that left the library is not there, and keeps its place.

    ``taken_at`` is the library's (local time, kept as if it were UTC), so that a page of the album
    is one look at an index; ``position`` leaves room between neighbours.
    """

    album = models.ForeignKey(PortalAlbum, models.CASCADE, related_name="items")
    asset_id = models.UUIDField()
    position = models.BigIntegerField()
    taken_at = models.DateTimeField()
    is_there = models.BooleanField(default=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["album", "asset_id"], name="photo_once_per_portal_album"
            )
        ]
        indexes = [
            models.Index(fields=["album", "position"], name="album_by_hand"),
            models.Index(fields=["album", "taken_at", "asset_id"], name="album_by_date"),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} in {self.album_id}"


SORTED_BY = {
    PortalAlbum.Order.OLDEST.value: ("taken_at", "asset_id"),
    PortalAlbum.Order.NEWEST.value: ("-taken_at", "-asset_id"),
    PortalAlbum.Order.HAND.value: ("position", "pk"),
}


def shown_items(album_id: UUID, order: str) -> ItemQuerySet:
    """What guests see of an album, in order."""
    return PortalAlbum(pk=album_id).items.there().arranged(order)
