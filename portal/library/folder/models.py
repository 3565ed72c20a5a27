"""The index of the folder library: which content lies where, and which album shows it.

An asset is its content, a place is a path where that content lies. Which assets an album shows is
worked out from the places by ``settling`` and written down as members, so that a page of an album
is one indexed query. Paths are bytes below a root: not every file name is Unicode.
"""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from portal.library.index.models import (
    SEARCHED,
    SHOWING,
    IndexedAlbum,
    IndexedArrival,
    IndexedAsset,
    IndexedMember,
)
from portal.library.types import Rendition

RENDITIONS = [
    (rendition.value, rendition.value)
    for rendition in Rendition
    if rendition is not Rendition.PLAYBACK  # of which none is kept
]


class AssetQuerySet(models.QuerySet["StoredAsset"]):
    def present(self) -> "AssetQuerySet":
        """Assets that lie somewhere, the moving halves of live photos included."""
        return self.filter(removed_at=None)

    def listed(self) -> "AssetQuerySet":
        return self.filter(is_listed=True)

    def in_timeline(self) -> "AssetQuerySet":
        return self.listed().filter(is_archived=False)

    def in_order(self) -> "AssetQuerySet":
        return self.order_by("taken_at", "pk")

    def awaiting_renditions(self) -> "AssetQuerySet":
        return self.listed().filter(renditions=StoredAsset.Renditions.WAITING)


class StoredAsset(IndexedAsset):
    """One content."""

    class Renditions(models.TextChoices):
        WAITING = "waiting"
        READY = "ready"
        FAILED = "failed"

    sha1 = models.BinaryField(max_length=20, unique=True)
    crc32 = models.BigIntegerField()
    content_id = models.CharField(max_length=200, blank=True)
    live_video = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="stills"
    )
    read_by = models.PositiveSmallIntegerField(default=0)  # ``reading.READER`` of its time
    renditions = models.CharField(
        max_length=7, choices=Renditions, default=Renditions.WAITING, editable=False
    )

    objects = AssetQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["taken_at", "id"], condition=Q(is_listed=True), name="listed_in_order"
            ),
            models.Index(fields=["moment_at", "id"], condition=SEARCHED, name="searched_in_order"),
            models.Index(
                fields=["-taken_at"],
                condition=Q(is_listed=True, renditions="waiting"),
                name="renditions_to_make",
            ),
            models.Index(fields=["content_id"], condition=~Q(content_id=""), name="by_content_id"),
            models.Index(fields=["is_lost"], condition=Q(is_lost=True), name="lost_assets"),
            models.Index(
                fields=["removed_at"], condition=Q(removed_at__isnull=False), name="removed_assets"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_listed=False) | Q(removed_at=None), name="removed_is_not_listed"
            ),
        ]


class AlbumQuerySet(models.QuerySet["StoredAlbum"]):
    def showing(self) -> "AlbumQuerySet":
        """Albums that show something."""
        return self.filter(SHOWING)


class StoredAlbum(IndexedAlbum):
    """What one folder shows."""

    cover = models.ForeignKey(StoredAsset, models.SET_NULL, null=True, related_name="+")

    objects = AlbumQuerySet.as_manager()


class Member(IndexedMember):
    """An asset that an album shows."""

    album = models.ForeignKey(StoredAlbum, models.CASCADE, related_name="members", db_index=False)
    asset = models.ForeignKey(StoredAsset, models.CASCADE, related_name="members")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["album", "asset"], name="asset_once_per_album")
        ]
        indexes = [models.Index(fields=["album", "taken_at", "asset"], name="album_in_order")]

    def __str__(self) -> str:
        return f"{self.asset_id} in {self.album_id}"


class FolderQuerySet(models.QuerySet["Folder"]):
    def deserted(self) -> "FolderQuerySet":
        """Folders in which nothing lies any more."""
        present = Place.objects.filter(folder=OuterRef("pk"), missing_since=None)
        return self.filter(~Exists(present))


class Folder(models.Model):
    """A folder below a root. ``is_new`` until the first look that saw it has come to its end."""

    root = models.PositiveSmallIntegerField()
    path = models.BinaryField(max_length=4096)
    album = models.ForeignKey(StoredAlbum, models.CASCADE, related_name="folders")
    is_sample = models.BooleanField(default=False)
    is_new = models.BooleanField(default=True)

    objects = FolderQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["root", "path"], name="folder_once")]

    def __str__(self) -> str:
        return f"{self.root}:{bytes(self.path)!r}"


class PlaceQuerySet(models.QuerySet["Place"]):
    def present(self) -> "PlaceQuerySet":
        return self.filter(missing_since=None)


class Place(models.Model):
    """A file as it was when it was last looked at. One that is gone is remembered for 30 days."""

    folder = models.ForeignKey(Folder, models.CASCADE, related_name="places", db_index=False)
    name = models.BinaryField(max_length=255)
    asset = models.ForeignKey(StoredAsset, models.CASCADE, related_name="places")
    size = models.BigIntegerField()
    mtime_ns = models.BigIntegerField()
    inode = models.BigIntegerField()
    missing_since = models.DateTimeField(null=True, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["folder", "name"], name="place_once")]

    def __str__(self) -> str:
        return f"{self.folder_id}:{bytes(self.name)!r}"


class Arrival(IndexedArrival):
    """``path`` is its file below the incoming root, claimed before it is written."""

    path = models.BinaryField(max_length=2000, null=True, unique=True)


class Correction(models.Model):
    """What owners said of a photo, as JSON; it outlives every new reading of the file."""

    asset = models.OneToOneField(StoredAsset, models.CASCADE, related_name="correction")
    said = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.asset_id)


class LeftOut(models.Model):
    """A file or (with an empty name) a folder that could not be taken in, and why.

    ``is_final`` ones are tried again only when their size or time changes, the others each time.
    """

    root = models.PositiveSmallIntegerField()
    folder = models.BinaryField(max_length=4096)
    name = models.BinaryField(max_length=255)
    size = models.BigIntegerField()
    mtime_ns = models.BigIntegerField()
    is_final = models.BooleanField()
    reason = models.TextField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["root", "folder", "name"], name="left_out_once")
        ]

    def __str__(self) -> str:
        return self.reason


class Attempt(models.Model):
    """Something that a process has open, or had when it ended; see ``attempts``."""

    name = models.CharField(max_length=32, db_index=True)
    process = models.CharField(max_length=120)
    begun_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.name


class UnmadeRendition(models.Model):
    """A rendition that cannot be made, so that it is not tried at each request."""

    asset = models.ForeignKey(StoredAsset, models.CASCADE, related_name="unmade", db_index=False)
    rendition = models.CharField(max_length=12, choices=RENDITIONS)
    reason = models.TextField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "rendition"], name="unmade_once")]

    def __str__(self) -> str:
        return self.reason


class CachedRendition(models.Model):
    """A rendition made on demand, which may be deleted when the cache is full."""

    asset = models.ForeignKey(StoredAsset, models.CASCADE, related_name="cached", db_index=False)
    rendition = models.CharField(max_length=12, choices=RENDITIONS)
    size = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "rendition"], name="cached_once")]

    def __str__(self) -> str:
        return f"{self.rendition} of {self.asset_id}"


class LibraryState(models.Model):
    """The one row that says how the library is."""

    trouble = models.TextField(blank=True)
    last_refresh = models.DateTimeField(null=True)
    images = models.PositiveIntegerField(default=0)
    videos = models.PositiveIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    accepts_losses = models.BooleanField(default=False)
    is_unsettled = models.BooleanField(default=False)  # a look is, or was killed, in its last steps
    files_found = models.PositiveIntegerField(default=0)
    files_read = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.trouble or "well"

    @classmethod
    def load(cls) -> "LibraryState":
        return cls.objects.get_or_create(pk=1)[0]

    @classmethod
    def change(cls, **values: object) -> None:
        cls.load()
        cls.objects.filter(pk=1).update(**values)
