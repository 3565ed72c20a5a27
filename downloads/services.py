"""What a guest can ask for: a download, its end, another try."""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from downloads.fitting import fitting_assets, used_up
from downloads.models import (
    ACTIVE,
    LEFT_OUT,
    OPEN,
    UNFINISHED,
    Download,
    DownloadQuerySet,
    DownloadState,
    ItemState,
    Reason,
    Size,
    Waiting,
)
from downloads.names import archive_name
from downloads.preparing import queue_preparation
from downloads.spool.claiming import fits_the_spool, forget
from sharing.access import Access
from sharing.contents import contents_of
from sharing.models import SharedLink
from sharing.showing.collection import title_of


class DownloadRefused(Exception):
    """No download for this request; the message is fit for the guest."""


class NotGranted(DownloadRefused):
    """The link does not allow downloads, or does not show what was asked for."""


def request_download(
    access: Access,
    visitor: str,
    address: str,
    asset_ids: Iterable[UUID] | None = None,
    size: Size = Size.ORIGINAL,
) -> Download:
    """Queue a download of these assets, or of all the link shows; or return the one there is.

    Raises ``NotGranted``, and ``DownloadRefused`` with words for the guest when a limit is reached.
    """
    link = access.link
    if access.rights.is_used_up:
        raise DownloadRefused(used_up())
    if not access.rights.download:
        raise NotGranted(_("This link does not allow downloads."))
    selection = _choose(link, asset_ids)
    if size == Size.ORIGINAL and access.rights.originals and not fits_the_spool(_ids(selection)):
        raise DownloadRefused(_too_large())
    fingerprint = _fingerprint(selection, size, link.epoch)
    name = archive_name(title_of(link))
    wanted = Download(
        link=link,
        visitor=visitor,
        address=hash_address(address),
        selection=selection,
        fingerprint=fingerprint,
        size=size,
        language=get_language() or settings.LANGUAGE_CODE,
        epoch=link.epoch,
        count=len(selection) // 16,
        name=name,
        expires_at=timezone.now() + settings.LOGGIA_DOWNLOAD_LIFETIME,
    )
    try:
        return _find_or_create(wanted)
    except IntegrityError:  # the same request came twice at once, and the other was first
        return _find_or_create(wanted)


def request_what_fits(access: Access, download: Download, address: str) -> Download:
    """Ask for as much of a download that is too large as the link still gives, in its place.

    Raises as ``request_download`` does.
    """
    room = access.link.bytes_left
    chosen = fitting_assets(download, download.archive_size if room is None else room)
    if not chosen:
        raise DownloadRefused(_("There is nothing to download here."))
    smaller = request_download(access, download.visitor, address, chosen, Size(download.size))
    if smaller.pk != download.pk:
        dismiss(download)
    return smaller


def cancel_download(download: Download) -> bool:
    """Stop preparing it; whether there was anything to stop."""
    with transaction.atomic():
        mine = Download.objects.filter(pk=download.pk)
        if not mine.move(DownloadState.CANCELED, origin=UNFINISHED):
            return False
        download.items.filter(state__in=OPEN).update(state=ItemState.CANCELED)
    return True


def cancel_all(link: SharedLink, visitor: str) -> int:
    unfinished = Download.objects.of_visitor(link.pk, visitor).unfinished()
    return sum(cancel_download(download) for download in unfinished)


def cancel_item(download: Download, position: int) -> bool:
    """Leave one file out; the rest goes on. False when it is too late, or no such file."""
    with transaction.atomic():
        item = download.items.filter(position=position, state__in=OPEN)
        if not item.update(state=ItemState.CANCELED):
            return False
        download.count_up()
    if download.is_unfinished and not download.items.exclude(state=ItemState.CANCELED).exists():
        cancel_download(download)
    return True


def retry_failed(download: Download) -> bool:
    """Try the files that were left out once more; false when there is nothing to try."""
    with transaction.atomic():
        lacking = Q(count_left_out__gt=0) | Q(state=DownloadState.FAILED)
        mine = Download.objects.filter(lacking, pk=download.pk)
        if not _queue_again(mine, (DownloadState.READY, DownloadState.FAILED)):
            return False
        # What the link no longer shows is not the guest's to have, however often they try.
        download.items.filter(state__in=LEFT_OUT).exclude(reason=Reason.WITHDRAWN).update(
            state=ItemState.WAITING, reason=Reason.NONE, attempts=0, done=0
        )
        download.count_up()
        queue_preparation(download)
    return True


def take_out(download_id: UUID, position: int, reason: Reason) -> bool:
    """Take a file that turned out different out of a ready archive, and look at all the others.

    Returns whether this call was the first to notice.
    """
    download = Download.objects.filter(pk=download_id).first()
    if download is None:
        return False
    with transaction.atomic():
        gone = reason == Reason.GONE
        marked = download.items.filter(position=position, state=ItemState.READY).update(
            state=ItemState.MISSING if gone else ItemState.FAILED, reason=reason, done=0
        )
        if marked:
            _queue_again(Download.objects.filter(pk=download_id), [DownloadState.READY])
            download.count_up()
            queue_preparation(download)
    return bool(marked)


def fetch_again(download_id: UUID, files: Mapping[int, int]) -> None:
    """Files of the spool are not what they were: have them once more, in the same archive.

    ``files`` maps a file's id to the time that it should have, in nanoseconds.
    """
    for file_id, mtime_ns in files.items():
        forget(file_id, mtime_ns)
    with transaction.atomic():
        mine = Download.objects.filter(pk=download_id)
        if _queue_again(mine, [DownloadState.READY]):
            queue_preparation(mine.get())


def dismiss(download: Download) -> None:
    """Take it off the dock. What is being saved right now can still be resumed for an hour."""
    if cancel_download(download):
        return
    Download.objects.filter(pk=download.pk).update(
        dismissed_at=timezone.now(),
        expires_at=download.dismissed_until(),
        revision=F("revision") + 1,
    )


def renew_stale(access: Access, visitor: str) -> None:
    """Plan again what was planned before the link changed: it may grant less by now."""
    stale = (
        Download.objects.of_visitor(access.link.pk, visitor)
        .filter(state=DownloadState.READY, expires_at__gt=timezone.now())
        .exclude(epoch=access.link.epoch)
    )
    for download in stale:
        with transaction.atomic():
            if _queue_again(Download.objects.filter(pk=download.pk), [DownloadState.READY]):
                queue_preparation(download)


def hash_address(address: str) -> str:
    """Tell addresses apart without keeping any."""
    key = blake2b(b"loggia.address" + settings.SECRET_KEY.encode(), digest_size=32).digest()
    return blake2b(address.encode(), digest_size=16, key=key).hexdigest()


def _choose(link: SharedLink, asset_ids: Iterable[UUID] | None) -> bytes:
    granted = set(contents_of(link).ids())
    chosen = granted if asset_ids is None else set(asset_ids)
    if not chosen <= granted:
        raise NotGranted(_("Some of these photos are not part of this album (any more)."))
    if not chosen:
        raise DownloadRefused(_("There is nothing to download here."))
    return b"".join(sorted(asset_id.bytes for asset_id in chosen))


def _ids(selection: bytes) -> list[UUID]:
    return [UUID(bytes=selection[at : at + 16]) for at in range(0, len(selection), 16)]


def _too_large() -> str:
    words = _(
        "These photos together are larger than this portal can fetch for one download "
        "(%(size)s). Choose fewer photos, or the smaller size."
    )
    return words % {"size": filesizeformat(settings.LOGGIA_SPOOL_SIZE)}


def _fingerprint(selection: bytes, size: Size, epoch: int) -> str:
    return blake2b(selection + f"{size}.{epoch}".encode(), digest_size=16).hexdigest()


@transaction.atomic
def _find_or_create(wanted: Download) -> Download:
    same = Download.objects.of_visitor(wanted.link_id, wanted.visitor).filter(
        fingerprint=wanted.fingerprint, state__in=ACTIVE
    )
    known = same.filter(expires_at__gt=timezone.now()).first()
    if known:
        known.requested_at, known.dismissed_at = timezone.now(), None
        known.expires_at = wanted.expires_at
        known.save(update_fields=["requested_at", "dismissed_at", "expires_at"])
        Download.objects.filter(pk=known.pk).touch()
        return known
    same.move(DownloadState.EXPIRED, origin=ACTIVE)
    _check_limits(wanted)
    wanted.save(force_insert=True)
    queue_preparation(wanted)
    return wanted


def _check_limits(wanted: Download) -> None:
    kept = Download.objects.kept()
    mine = kept.of_visitor(wanted.link_id, wanted.visitor).filter(dismissed_at=None)
    limit = settings.LOGGIA_DOWNLOADS_PER_VISITOR
    if mine.count() >= limit:
        raise DownloadRefused(
            ngettext(
                "You have %(n)s download already. Close it first, then try again.",
                "You have %(n)s downloads already. Close one of them first, then try again.",
                limit,
            )
            % {"n": limit}
        )
    if kept.filter(address=wanted.address).count() >= settings.LOGGIA_DOWNLOADS_PER_ADDRESS:
        raise DownloadRefused(
            _("There are many downloads from your network right now. Please try again later.")
        )
    if kept.filter(link_id=wanted.link_id).count() >= settings.LOGGIA_DOWNLOADS_PER_LINK:
        raise DownloadRefused(
            _("There are many downloads of this album right now. Please try again later.")
        )


def _queue_again(downloads: DownloadQuerySet, origin: Iterable[DownloadState]) -> int:
    """Back to the start of preparation. What is finished stays finished unless it has changed."""
    return downloads.move(
        DownloadState.QUEUED,
        origin=origin,
        version=F("version") + 1,
        queued_at=timezone.now(),
        dismissed_at=None,
        requested_at=timezone.now(),
        waiting_for=Waiting.NOTHING,
    )
