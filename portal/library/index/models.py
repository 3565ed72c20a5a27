"""What every index of photos keeps, whatever their home: assets, albums, and which show which."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.library.types import AssetKind

KINDS = [(kind.value, kind.value) for kind in AssetKind]


class IndexedAsset(models.Model):
    """One photo or video. ``taken_at`` is a local wall-clock time, stored as if it were UTC.

    A home adds its own columns, among them ``live_video``, the moving half of a live photo, and
    says by ``is_listed`` what is shown at all.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    size = models.BigIntegerField()
    kind = models.CharField(max_length=5, choices=KINDS)
    media_type = models.CharField(max_length=80)
    filename = models.TextField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    taken_at = models.DateTimeField()
    moment_at = models.DateTimeField()  # ``Asset.moment``, by which searches are ordered
    utc_offset = models.DurationField(null=True)
    duration = models.DurationField(null=True)
    thumbhash = models.BinaryField(max_length=40)
    has_motion = models.BooleanField(default=False)
    shown_side = models.PositiveIntegerField(null=True)  # pixels; see ``Asset``

    make = models.TextField(blank=True)
    model = models.TextField(blank=True)
    lens = models.TextField(blank=True)
    exposure_time = models.FloatField(null=True)
    f_number = models.FloatField(null=True)
    iso = models.PositiveIntegerField(null=True)
    focal_length = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    description = models.TextField(blank=True)
    rating = models.SmallIntegerField(null=True)
    city = models.TextField(blank=True)
    state = models.TextField(blank=True)
    country = models.TextField(blank=True)

    is_listed = models.BooleanField(default=False)
    is_favorite = models.BooleanField(default=False)
    is_archived = models.BooleanField(default=False)
    added_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    is_lost = models.BooleanField(default=False, editable=False)  # and nobody acknowledged it

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.filename


class IndexedAlbum(models.Model):
    """What one album shows; its counts are brought up to date with every change of its members.

    A home adds ``cover``, one of its assets. ``has_lost`` stays true until the loss is
    acknowledged, whatever is killed before.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.TextField()
    images = models.PositiveIntegerField(default=0)
    videos = models.PositiveIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    first = models.DateField(null=True)
    last = models.DateField(null=True)
    version = models.CharField(max_length=16, blank=True)
    is_sample = models.BooleanField(default=False)
    has_lost = models.BooleanField(default=False)
    emptied_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class IndexedMember(models.Model):
    """An asset that an album shows: a home adds both. ``taken_at`` repeats the asset's."""

    taken_at = models.DateTimeField()

    class Meta:
        abstract = True


class IndexedArrival(models.Model):
    """What one ``Incoming`` has brought, by its key, written down before it is brought.

    ``was_there``: the library had this content before, without us. ``has_joined``: the album got it
    by this key. Whoever leaves hands over what others have sent as well: see ``leaving``.
    """

    key = models.UUIDField(primary_key=True, editable=False)
    sha1 = models.BinaryField(max_length=20)
    asset_id = models.UUIDField(null=True, db_index=True)  # once the library has it
    album_id = models.UUIDField(null=True)
    was_there = models.BooleanField(default=False)
    has_joined = models.BooleanField(default=False)
    begun_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)
    leaving_at = models.DateTimeField(null=True)  # to be taken out; nothing is handed over to it
    out_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.key)


SEARCHED = Q(is_listed=True, is_archived=False)  # where a search does not say otherwise
SHOWING = Q(images__gt=0) | Q(videos__gt=0)  # albums that show something
