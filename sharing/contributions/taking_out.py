"""Takes out of the library what its sender took back: into the home's bin, out of our albums."""

from collections.abc import Sequence

from django.db import transaction

from portal.library import get_library
from portal.library.interface import LibraryUnavailable
from portal.library.types import RefreshReport
from sharing.albums.models import PortalAlbum
from sharing.albums.settling import settle
from sharing.contributions.albums import take_out_of_album
from sharing.contributions.choosing import leaving
from sharing.contributions.handing import postpone
from sharing.contributions.leftovers import delete_files
from sharing.contributions.models import State, Upload
from sharing.tasks import void

AT_ONCE = 50


def take_out_due() -> bool:
    """Take out some of what is due; returns whether the library could be asked."""
    uploads = list(leaving().select_related("portal_album").order_by("pk")[:AT_ONCE])
    if not uploads:
        return True
    pks = [upload.pk for upload in uploads]
    try:
        report = get_library().take_out(pks)
    except LibraryUnavailable as exc:
        postpone(pks, str(exc), State.WITHDRAWN)
        return False
    _note(uploads, report)
    get_library().acknowledge(report)
    delete_files(pks)
    return True


@transaction.atomic
def _note(uploads: Sequence[Upload], report: RefreshReport) -> None:
    void(report)
    for upload in uploads:
        take_out_of_album(upload)
    holding = PortalAlbum.objects.filter(items__asset_id__in=report.lost_assets)
    for album in holding.distinct():
        settle(album)
    Upload.objects.filter(pk__in=[upload.pk for upload in uploads]).update(
        is_leaving=False, asset_id=None, joined_album=False, reason="", retry_at=None
    )
