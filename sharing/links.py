"""Making and changing links. What takes something away raises the link's epoch."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.library import get_library
from portal.library.interface import NotInLibrary
from portal.library.types import AssetFilter
from sharing.activity import record
from sharing.albums.models import PortalAlbum
from sharing.models import Happening, LinkQuerySet, SharedAsset, SharedLink, UploadKinds

LOSSES = ("allow_download", "allow_upload", "show_metadata", "show_location")
LIMITS = ("max_visitors", "max_downloads", "max_bytes", "idle_days")
UPLOAD_RULES = (
    "hides_album",
    "holds_uploads",
    "credits_senders",
    "upload_kinds",
    "max_upload_size",
    "max_upload_bytes",
    "max_upload_files",
    "uploads_until",
)
LAST_YEAR = 2200  # further on, a time zone can move a moment out of what a calendar holds


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """All that an owner decides about a link. ``password=None`` keeps the present one.

    Sizes are in bytes: ``max_upload_size`` of one file, ``max_upload_bytes`` of all together.
    """

    description: str = ""
    slug: str = ""
    password: str | None = None
    expires_at: datetime | None = None
    allow_download: bool = True
    allow_upload: bool = False
    show_metadata: bool = True
    show_location: bool = True
    max_visitors: int | None = None
    max_downloads: int | None = None
    max_bytes: int | None = None
    idle_days: int | None = None
    hides_album: bool = False
    holds_uploads: bool = True
    credits_senders: bool = False
    upload_kinds: str = UploadKinds.ALL
    max_upload_size: int | None = None
    max_upload_bytes: int | None = None
    max_upload_files: int | None = None
    uploads_until: datetime | None = None


@transaction.atomic
def share_album(owner: User, album_id: UUID, wanted: LinkSettings) -> SharedLink:
    """Make a link to an album, which stays live; raises ``ValidationError``."""
    try:
        get_library().album(album_id)
    except NotInLibrary as exc:
        raise ValidationError(_("This album does not exist (any more)."), code="album") from exc
    link = _save(SharedLink(owner=owner, kind=SharedLink.Kind.ALBUM, album_id=album_id), wanted)
    record(link, Happening.Kind.MADE)
    return link


@transaction.atomic
def share_portal_album(owner: User, album: PortalAlbum, wanted: LinkSettings) -> SharedLink:
    """Make a link to an album made in the portal; raises ``ValidationError``."""
    if album.deleted_at is not None or album.owner_id != owner.pk:
        raise ValidationError(_("This album does not exist (any more)."), code="album")
    link = _save(SharedLink(owner=owner, kind=SharedLink.Kind.ALBUM, portal_album=album), wanted)
    record(link, Happening.Kind.MADE)
    return link


@transaction.atomic
def share_assets(owner: User, asset_ids: Iterable[UUID], wanted: LinkSettings) -> SharedLink:
    """Make a link to chosen photos; raises ``ValidationError``."""
    found = get_library().assets(AssetFilter(ids=frozenset(asset_ids)))
    if not found:
        raise ValidationError(_("Choose at least one photo."), code="assets")
    link = _save(SharedLink(owner=owner, kind=SharedLink.Kind.INDIVIDUAL), wanted)
    SharedAsset.objects.bulk_create(SharedAsset(link=link, asset_id=a.id) for a in found)
    record(link, Happening.Kind.MADE)
    return link


@transaction.atomic
def change_link(link: SharedLink, wanted: LinkSettings) -> SharedLink:
    """Return the link with new settings; raises ``ValidationError`` and then changes nothing."""
    # As it is now, not as it was when a page was shown: a lost epoch would revive old URLs.
    current = SharedLink.objects.select_for_update().get(pk=link.pk)
    takes_away = any(getattr(current, name) and not getattr(wanted, name) for name in LOSSES)
    hides = wanted.hides_album and not current.hides_album
    current = _save(current, wanted)
    if takes_away or hides or wanted.password:
        _raise_epoch(current)
    record(current, Happening.Kind.CHANGED)
    return current


@transaction.atomic
def open_album(link: SharedLink) -> bool:
    """Let those who only sent so far see the album; whether it was hidden."""
    if not _revise(SharedLink.objects.filter(pk=link.pk, hides_album=True), hides_album=False):
        return False
    link.hides_album = False
    record(link, Happening.Kind.CHANGED)
    return True


@transaction.atomic
def pause_link(link: SharedLink, *, paused: bool) -> None:
    """Turn a link off, or on again: its address stays, and answers 410 meanwhile."""
    unlike = SharedLink.objects.filter(pk=link.pk, is_paused=not paused)
    link.is_paused = paused
    if not _revise(unlike, is_paused=paused):
        return
    if paused:
        _raise_epoch(link)
    record(link, Happening.Kind.PAUSED if paused else Happening.Kind.RESUMED)


@transaction.atomic
def delete_link(link: SharedLink) -> None:
    """Take a link away. Its key answers 410 for 30 days, and it can be brought back."""
    link.deleted_at = timezone.now()
    if _revise(SharedLink.objects.alive().filter(pk=link.pk), deleted_at=link.deleted_at):
        _raise_epoch(link)
        record(link, Happening.Kind.DELETED)


def restore_link(link: SharedLink) -> None:
    """Undo a deletion; raises ``ValidationError`` when its slug is in use by now."""
    try:
        with transaction.atomic():
            gone = SharedLink.objects.exclude(deleted_at=None).filter(pk=link.pk)
            if _revise(gone, deleted_at=None):
                record(link, Happening.Kind.RESTORED)
    except IntegrityError as exc:
        raise _taken() from exc
    link.deleted_at = None


@transaction.atomic
def add_assets(link: SharedLink, asset_ids: Iterable[UUID]) -> tuple[set[UUID], set[UUID]]:
    """Add photos to a link of chosen photos; returns those that are new, and those not there."""
    SharedLink.objects.select_for_update().get(pk=link.pk)
    wanted = frozenset(asset_ids) - set(link.items.values_list("asset_id", flat=True))
    found = {asset.id for asset in get_library().named(AssetFilter(ids=wanted))}
    SharedAsset.objects.bulk_create(SharedAsset(link=link, asset_id=pk) for pk in found)
    if found:
        _revise(SharedLink.objects.filter(pk=link.pk))
        record(link, Happening.Kind.CHANGED)
    return found, set(wanted - found)


@transaction.atomic
def remove_assets(link: SharedLink, asset_ids: Iterable[UUID]) -> int:
    """Take photos out of a link of chosen photos; returns how many it had."""
    removed, _per_model = link.items.filter(asset_id__in=list(asset_ids)).delete()
    if removed:
        _raise_epoch(link)
    return removed


def is_taken(slug: str, *, but_by: SharedLink | None = None) -> bool:
    """Whether a living link other than ``but_by`` has this slug, in whatever case."""
    others = SharedLink.objects.alive().with_slug(slug)
    return (others.exclude(pk=but_by.pk) if but_by else others).exists()


def _save(link: SharedLink, wanted: LinkSettings) -> SharedLink:
    _check(link, wanted)
    if wanted.idle_days and wanted.idle_days != link.idle_days:
        link.used_at = timezone.now()  # the days are counted from now on
    for name in ("description", "slug", "expires_at", *LOSSES, *LIMITS, *UPLOAD_RULES):
        setattr(link, name, getattr(wanted, name))
    if wanted.password is not None:
        link.set_password(wanted.password)
    link.revised_at = timezone.now()
    link.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            link.save()
    except IntegrityError as exc:
        if is_taken(link.slug, but_by=link):
            raise _taken() from exc
        raise
    return link


def _check(link: SharedLink, wanted: LinkSettings) -> None:
    if wanted.allow_upload and link.kind != SharedLink.Kind.ALBUM:
        message = _("Only a link to an album can take uploads.")
        raise ValidationError({"allow_upload": message}, code="upload")
    if wanted.hides_album and not wanted.allow_upload:
        message = _("Guests would see nothing: let them add photos, or show the album.")
        raise ValidationError({"hides_album": message}, code="hides_album")
    for name in ("expires_at", "uploads_until"):
        moment: datetime | None = getattr(wanted, name)
        if moment and moment.year > LAST_YEAR:
            message = _("Please choose an earlier date, or none.")
            raise ValidationError({name: message}, code=name)


def _revise(rows: LinkQuerySet, **changes: bool | datetime | None) -> int:
    now = timezone.now()
    return rows.update(**changes, revised_at=now, updated_at=now)


def _raise_epoch(link: SharedLink) -> None:
    SharedLink.objects.filter(pk=link.pk).raise_epoch()
    link.refresh_from_db(fields=["epoch", "revised_at"])


def _taken() -> ValidationError:
    return ValidationError({"slug": _("This address is taken.")}, code="taken")
