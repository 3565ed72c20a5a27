"""What guests sent, in albums made here: these are rows of ours, which the library knows nothing of."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.core.exceptions import ValidationError

from portal.library.types import TakenIn
from sharing.albums.editing import add_photos, remove_photos
from sharing.albums.models import PortalAlbum
from sharing.contributions.models import State, Upload
from sharing.models import SharedLink


def put_into_albums(taken: Iterable[tuple[Upload, TakenIn]]) -> dict[UUID, str]:
    """Put assets into the albums their senders sent them to; returns what could not be, and why.

    Which upload brought an asset into an album is noted, since taking it back takes it out again.
    """
    by_album: dict[PortalAlbum, list[tuple[Upload, UUID]]] = defaultdict(list)
    for upload, answer in taken:
        if upload.portal_album:
            by_album[upload.portal_album].append((upload, answer.asset_id))
    told: dict[UUID, str] = {}
    for album, brought in by_album.items():
        told |= _put(album, brought)
    return told


def take_out_of_album(upload: Upload) -> None:
    """Take out what this upload brought into an album, unless somebody else sent it there too."""
    album, asset_id = upload.portal_album, upload.asset_id
    if not (upload.joined_album and album and asset_id):
        return
    others = Upload.objects.filter(state=State.DONE, portal_album=album, asset_id=asset_id)
    if other := others.exclude(pk=upload.pk).first():
        Upload.objects.filter(pk=other.pk).update(joined_album=True)
    else:
        remove_photos(album, [asset_id])


def _put(album: PortalAlbum, brought: Sequence[tuple[Upload, UUID]]) -> dict[UUID, str]:
    wanted = {asset_id for _upload, asset_id in brought}
    present = set(album.items.filter(asset_id__in=wanted).asset_ids())
    try:
        add_photos(album, wanted)
    except ValidationError as exc:
        return {upload.pk: " ".join(exc.messages) for upload, _asset_id in brought}
    joined = {asset_id: upload.pk for upload, asset_id in brought if asset_id not in present}
    Upload.objects.filter(pk__in=joined.values()).update(joined_album=True)
    SharedLink.objects.of_portal_album(album).touch()
    return {}
