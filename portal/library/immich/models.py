"""The mirror of an Immich server: what pages need of it, so that they never wait for it."""

from django.db import models
from django.db.models import F, Q

from portal.library.immich.kept import KeptPicture
from portal.library.index.models import (
    SEARCHED,
    SHOWING,
    IndexedAlbum,
    IndexedArrival,
    IndexedAsset,
    IndexedMember,
)

__all__ = [
    "Arrival",
    "KeptPicture",
    "Member",
    "MirrorState",
    "StoredAlbum",
    "StoredAsset",
    "StoredPerson",
]


class AssetQuerySet(models.QuerySet["StoredAsset"]):
    def present(self) -> "AssetQuerySet":
        """Assets that Immich has, the moving halves of live photos included."""
        return self.filter(removed_at=None)

    def listed(self) -> "AssetQuerySet":
        """What albums and links may show: archived photos too."""
        return self.filter(is_listed=True)

    def in_timeline(self) -> "AssetQuerySet":
        return self.listed().filter(is_archived=False)


class StoredAsset(IndexedAsset):
    """One asset of Immich, by its id there.

    A moving half is known by its id alone until it was asked for: then ``is_read``.
    """

    owner_id = models.UUIDField(null=True)
    sha1 = models.BinaryField(max_length=20, null=True)  # of the content, where it can be known
    version = models.CharField(max_length=40)  # differs whenever the content may differ
    has_size = models.BooleanField(default=True)
    is_read = models.BooleanField(default=True)
    sort_at = models.DateTimeField()  # what Immich's search sorts by
    seen_in = models.PositiveIntegerField(default=0)  # the full pass that saw it last
    live_video = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="stills"
    )

    objects = AssetQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["taken_at", "id"],
                condition=Q(is_listed=True, is_archived=False),
                name="immich_in_timeline",
            ),
            models.Index(
                fields=["moment_at", "id"], condition=SEARCHED, name="immich_searched_in_order"
            ),
            models.Index(fields=["is_lost"], condition=Q(is_lost=True), name="immich_lost_assets"),
            models.Index(
                fields=["removed_at"],
                condition=Q(removed_at__isnull=False),
                name="immich_removed_assets",
            ),
            models.Index(fields=["sha1"], name="immich_by_sha1"),
            models.Index(fields=["is_read"], condition=Q(is_read=False), name="immich_unread"),
            models.Index(fields=["seen_in"], condition=Q(is_listed=True), name="immich_seen_in"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_listed=False) | Q(removed_at=None),
                name="immich_removed_is_not_listed",
            )
        ]


class AlbumQuerySet(models.QuerySet["StoredAlbum"]):
    def showing(self) -> "AlbumQuerySet":
        return self.filter(SHOWING)

    def there(self) -> "AlbumQuerySet":
        """Albums that Immich has."""
        return self.filter(removed_at=None)

    def stale(self) -> "AlbumQuerySet":
        """Albums whose photos have to be asked for."""
        return self.there().exclude(stamp=F("listed"))


class StoredAlbum(IndexedAlbum):
    """An album of Immich's, by its id there.

    ``listed`` is what the list of albums says of it now, ``stamp`` what it said when its photos
    were last read.
    """

    cover = models.ForeignKey(StoredAsset, models.SET_NULL, null=True, related_name="+")
    chosen_cover = models.UUIDField(null=True)  # in Immich; it may be of what is not shown
    count = models.PositiveIntegerField(default=0)  # as Immich says
    listed = models.CharField(max_length=300)
    stamp = models.CharField(max_length=300, blank=True)
    read_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    objects = AlbumQuerySet.as_manager()


class Member(IndexedMember):
    """An asset that an album shows."""

    album = models.ForeignKey(StoredAlbum, models.CASCADE, related_name="members", db_index=False)
    asset = models.ForeignKey(StoredAsset, models.CASCADE, related_name="members")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["album", "asset"], name="immich_asset_once_per_album")
        ]
        indexes = [models.Index(fields=["album", "taken_at", "asset"], name="immich_album_order")]

    def __str__(self) -> str:
        return f"{self.asset_id} in {self.album_id}"


class Arrival(IndexedArrival):
    """``joined_at`` is when the album was last asked to show it."""

    joined_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["album_id", "joined_at"], name="immich_just_joined")]


class StoredPerson(models.Model):
    id = models.UUIDField(primary_key=True, editable=False)
    name = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class MirrorState(models.Model):
    """The one row that says how the mirror is."""

    user_id = models.UUIDField(null=True)  # whose photos these are
    server_version = models.CharField(max_length=20, blank=True)
    missing_permissions = models.TextField(blank=True)
    missing_for_uploads = models.TextField(blank=True)
    trouble = models.TextField(blank=True)
    last_refresh = models.DateTimeField(null=True)
    changes_until = models.DateTimeField(null=True)  # the server's changes are known up to here
    people_at = models.DateTimeField(null=True)
    pass_number = models.PositiveIntegerField(default=0)
    pass_stage = models.CharField(max_length=10, blank=True)  # empty: none is under way
    pass_from = models.DateTimeField(null=True)  # where it goes on
    pass_ended_at = models.DateTimeField(null=True)
    pass_difference = models.IntegerField(default=0)  # between its count and ours, at that end
    accepts_losses = models.BooleanField(default=False)
    images = models.PositiveIntegerField(default=0)
    videos = models.PositiveIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    files_found = models.PositiveIntegerField(default=0)
    files_read = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.trouble or "well"

    @classmethod
    def load(cls) -> "MirrorState":
        return cls.objects.get_or_create(pk=1)[0]

    @classmethod
    def change(cls, **values: object) -> None:
        cls.load()
        cls.objects.filter(pk=1).update(**values)
