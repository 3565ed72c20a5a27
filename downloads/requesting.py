"""Asking for a download: for what a link gives, or as an owner for anything."""

from collections.abc import Iterable
from hashlib import blake2b
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from downloads.fitting import used_up
from downloads.models import ACTIVE, Download, DownloadState, Size
from downloads.names import archive_name
from downloads.preparing import queue_preparation
from downloads.spool.claiming import fits_the_spool
from downloads.terms import Terms
from sharing.access import Access
from sharing.contents import Contents
from sharing.showing.collection import title_of


class DownloadRefused(Exception):
    """No download for this request; the message is fit for the guest."""


class NotGranted(DownloadRefused):
    """The link does not allow downloads, or does not show what was asked for."""


class UsedUp(DownloadRefused):
    """A limit of the link is reached."""


class TooMany(DownloadRefused):
    """As many downloads are there as may be; that passes."""


def request_download(
    access: Access,
    visitor: str,
    address: str,
    asset_ids: Iterable[UUID] | None = None,
    size: Size = Size.ORIGINAL,
) -> Download:
    """Queue a download of these assets, or of all the link shows; or return the one there is.

    What was fetched already is returned though the link's downloads are used up meanwhile.
    Raises ``NotGranted``, and ``DownloadRefused`` with words for the guest when a limit is reached.
    """
    link, rights = access.link, access.rights
    if not (rights.download or rights.is_used_up):
        raise NotGranted(_("This link does not allow downloads."))
    selection = _choose(Terms.of_link(link).contents, asset_ids)
    wanted = _wish(selection, size, link.epoch, visitor, address)
    wanted.link, wanted.name = link, archive_name(title_of(link))
    if rights.is_used_up:
        return _fetched_before(wanted)
    if size == Size.ORIGINAL and rights.originals:
        _check_room(selection)
    return _ask(wanted)


def request_own_download(
    owner: User, address: str, asset_ids: Iterable[UUID], size: Size, title: str
) -> Download:
    """Queue a download of any photos of the library for an owner; raises ``DownloadRefused``."""
    terms = Terms.of_owner()
    selection = selection_of(asset_ids)
    if not selection:
        raise DownloadRefused(_("There is nothing to download here."))
    wanted = _wish(selection, size, terms.epoch, visitor_of_owner(owner), address)
    wanted.owner, wanted.name = owner, archive_name(title)
    if size == Size.ORIGINAL:
        _check_room(selection)
    return _ask(wanted)


def visitor_of_owner(owner: User) -> str:
    return f"owner-{owner.pk}"


def selection_of(asset_ids: Iterable[UUID]) -> bytes:
    """The same for the same photos, in whatever order they are named."""
    return b"".join(sorted(asset_id.bytes for asset_id in set(asset_ids)))


def hash_address(address: str) -> str:
    """Tell addresses apart without keeping any."""
    key = blake2b(b"loggia.address" + settings.SECRET_KEY.encode(), digest_size=32).digest()
    return blake2b(address.encode(), digest_size=16, key=key).hexdigest()


def _wish(selection: bytes, size: Size, epoch: int, visitor: str, address: str) -> Download:
    return Download(
        visitor=visitor,
        address=hash_address(address),
        selection=selection,
        fingerprint=_fingerprint(selection, size, epoch),
        size=size,
        language=get_language() or settings.LANGUAGE_CODE,
        epoch=epoch,
        count=len(selection) // 16,
        expires_at=timezone.now() + settings.LOGGIA_DOWNLOAD_LIFETIME,
    )


def _choose(contents: Contents, asset_ids: Iterable[UUID] | None) -> bytes:
    granted = set(contents.ids())
    chosen = granted if asset_ids is None else set(asset_ids)
    if not chosen <= granted:
        raise NotGranted(_("Some of these photos are not part of this album (any more)."))
    if not chosen:
        raise DownloadRefused(_("There is nothing to download here."))
    return selection_of(chosen)


def _check_room(selection: bytes) -> None:
    ids = [UUID(bytes=selection[at : at + 16]) for at in range(0, len(selection), 16)]
    if fits_the_spool(ids):
        return
    words = _(
        "These photos together are larger than this portal can fetch for one download "
        "(%(size)s). Choose fewer photos, or the smaller size."
    )
    raise DownloadRefused(words % {"size": filesizeformat(settings.LOGGIA_SPOOL_SIZE)})


def _fingerprint(selection: bytes, size: Size, epoch: int) -> str:
    return blake2b(selection + f"{size}.{epoch}".encode(), digest_size=16).hexdigest()


def _fetched_before(wanted: Download) -> Download:
    same = Download.objects.of_visitor(wanted.link_id, wanted.visitor).ready()
    if known := same.filter(fingerprint=wanted.fingerprint).exclude(fetched_at=None).first():
        return known
    raise UsedUp(used_up())


def _ask(wanted: Download) -> Download:
    try:
        return _find_or_create(wanted)
    except IntegrityError:  # the same request came twice at once, and the other was first
        return _find_or_create(wanted)


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
        raise TooMany(
            ngettext(
                "You have %(n)s download already. Close it first, then try again.",
                "You have %(n)s downloads already. Close one of them first, then try again.",
                limit,
            )
            % {"n": limit}
        )
    if wanted.link_id is None:  # an owner is bound by their own number alone
        return
    if kept.filter(address=wanted.address).count() >= settings.LOGGIA_DOWNLOADS_PER_ADDRESS:
        raise TooMany(
            _("There are many downloads from your network right now. Please try again later.")
        )
    if kept.filter(link_id=wanted.link_id).count() >= settings.LOGGIA_DOWNLOADS_PER_LINK:
        raise TooMany(
            _("There are many downloads of this album right now. Please try again later.")
        )
