"""Counting what a link's limits are about: exactly, however many come at once."""

from datetime import timedelta
from hashlib import blake2b
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from sharing.activity import forget_beyond, record
from sharing.models import Happening, SharedLink, Take

NOTED_EVERY = timedelta(hours=1)  # a link in use is noted so often: a row need not change per visit
MOST_TAKES = 200_000  # rows: a visitor without cookies makes one with each request
COMING, LOOKING = "the link itself", "a look"  # what is taken so; no file is named like that
TAKES_KEPT = timedelta(days=1)  # a broken download can be resumed for that long without counting


def admit_visitor(link: SharedLink) -> bool:
    """Count somebody who comes for the first time; False when as many came as may."""
    mine = SharedLink.objects.filter(pk=link.pk)
    return bool(mine.not_full().update(visitors=F("visitors") + 1))


@transaction.atomic
def admit_address(link: SharedLink, address: str) -> bool:
    """Count whoever keeps no cookies, once a day per address; False when as many came as may."""
    take, is_new = Take.objects.get_or_create(link=link, fingerprint=_fingerprint(address, COMING))
    if is_new and not admit_visitor(link):
        take.delete()
        return False
    return True


def has_come(link: SharedLink, address: str) -> bool:
    """Whether somebody was counted by this address within the day."""
    return Take.objects.filter(link=link, fingerprint=_fingerprint(address, COMING)).exists()


def is_first_look(link: SharedLink, address: str) -> bool:
    """Whether nobody looked from this address within the day; from now on somebody did."""
    fingerprint = _fingerprint(address, LOOKING)
    return Take.objects.get_or_create(link=link, fingerprint=fingerprint)[1]


def count_visit(link: SharedLink, *, is_new: bool) -> None:
    """Count a visit, and its visitor where nothing hangs on the number."""
    also = {"visitors": F("visitors") + 1} if is_new else {}
    SharedLink.objects.filter(pk=link.pk).update(visits=F("visits") + 1, **also)


def note_use(link: SharedLink) -> None:
    """Remember that the link is in use; the byte path learns of it when its end depends on that."""
    now = timezone.now()
    if link.used_at > now - NOTED_EVERY:
        return
    also = {"revised_at": now} if link.idle_days else {}
    SharedLink.objects.filter(pk=link.pk).update(used_at=now, **also)


@transaction.atomic
def claim_download(link: SharedLink, size: int, address: str = "") -> bool:
    """Count a download of ``size`` bytes; False where so much may not be downloaded any more."""
    mine = SharedLink.objects.filter(pk=link.pk).with_download_left().with_room_for(size)
    if not mine.update(times_taken=F("times_taken") + 1, bytes_taken=F("bytes_taken") + size):
        return False
    note_use(link)
    record(link, Happening.Kind.DOWNLOADED, address=address, size=size)
    return True


@transaction.atomic
def claim_file(link_id: UUID, visitor: str, file: str, size: int, address: str) -> bool:
    """Count one file, once a day per visitor: ``file`` names it; False when the limit is reached.

    Whoever was given it may fetch it again, or the rest of it.
    """
    link = SharedLink.objects.filter(pk=link_id).first()
    if link is None:
        return False
    fingerprint = _fingerprint(visitor, file)
    if Take.objects.filter(link=link, fingerprint=fingerprint).exists():
        return True
    if not claim_download(link, size, address):
        return False
    Take.objects.create(link=link, fingerprint=fingerprint)
    return True


@transaction.atomic
def weigh_file(link_id: UUID, visitor: str, file: str, size: int, *, must_fit: bool) -> bool:
    """Count the bytes of an original that is looked at, once a day per visitor; it is no download.

    With ``must_fit`` False, and nothing counted, where there is no room for it any more.
    """
    links = SharedLink.objects.filter(pk=link_id)
    fingerprint = _fingerprint(visitor, f"seen {file}")
    if Take.objects.filter(link_id=link_id, fingerprint=fingerprint).exists():
        return True
    with_room = links.with_room_for(size) if must_fit else links
    if not with_room.update(bytes_taken=F("bytes_taken") + size):
        return False
    Take.objects.create(link_id=link_id, fingerprint=fingerprint)
    return True


def forget_takes() -> None:
    Take.objects.filter(at__lt=timezone.now() - TAKES_KEPT).delete()
    forget_beyond(Take.objects.all(), MOST_TAKES)


def _fingerprint(visitor: str, file: str) -> str:
    secret = blake2b(b"loggia.take" + settings.SECRET_KEY.encode(), digest_size=32).digest()
    message = f"{visitor}\0{file}".encode("utf-8", "replace")
    return blake2b(message, digest_size=16, key=secret).hexdigest()
