"""A link as a card on the owner's list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.library.types import Album, Rendition
from portal.media.grants import OWNER_EPOCH, OWNER_SCOPE
from portal.media.tickets import MediaSigner
from sharing.access import rights_of, standing_of
from sharing.managing.waiting import waiting_by_link
from sharing.managing.wording import Allowance, State, allowances, grouped, limits_of, state_of
from sharing.models import LinkQuerySet, SharedAsset, SharedLink


@dataclass(frozen=True, slots=True)
class Picture:
    url: str
    url_2x: str


@dataclass(frozen=True, slots=True)
class LinkCard:
    link: SharedLink
    title: str
    subject: str  # what it shares, in words
    url: str
    cover: Picture | None
    state: State
    allows: list[Allowance]
    limits: list[str]
    waiting: int  # photos and videos sent by it that nobody has decided about


def owner_signer(request: HttpRequest) -> MediaSigner:
    """Signs media URLs that only this browser's session can use."""
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return MediaSigner(OWNER_SCOPE, OWNER_EPOCH, session)


def thumbnail(signer: MediaSigner, asset_id: UUID) -> Picture:
    return Picture(
        signer.url(asset_id, Rendition.THUMBNAIL), signer.url(asset_id, Rendition.THUMBNAIL_2X)
    )


def guest_url(request: HttpRequest, link: SharedLink) -> str:
    if settings.LOGGIA_PUBLIC_URL:
        return f"{settings.LOGGIA_PUBLIC_URL}{link.path}"
    return request.build_absolute_uri(link.path)


def with_photos(links: LinkQuerySet) -> LinkQuerySet:
    """Adds how many chosen photos a link has, and the first of them; newest links first."""
    items = SharedAsset.objects.filter(link=OuterRef("pk")).order_by("pk")
    counted = links.annotate(
        chosen=Count("items"), first_chosen=Subquery(items.values("asset_id")[:1])
    )
    return counted.order_by("-created_at", "pk")  # a grouped query forgets the model's own order


def albums_of(links: Iterable[SharedLink]) -> frozenset[UUID]:
    """The albums that these links show."""
    return frozenset(link.shown_album_id for link in links if link.shown_album_id)


def make_cards(
    request: HttpRequest, links: Sequence[SharedLink], albums: Mapping[UUID, Album]
) -> list[LinkCard]:
    """Cards of links that came through ``with_photos``."""
    signer, now = owner_signer(request), timezone.now()
    waiting = waiting_by_link([link.pk for link in links])
    cards = []
    for link in links:
        album = albums.get(link.shown_album_id) if link.shown_album_id else None
        cover_id = album.cover_id if album else getattr(link, "first_chosen", None)
        cards.append(
            LinkCard(
                link=link,
                title=title_of(link, albums),
                subject=subject_in_words(link, album),
                url=guest_url(request, link),
                cover=thumbnail(signer, cover_id) if cover_id else None,
                state=state_of(link, standing_of(link, ""), now),
                allows=allowances(rights_of(link)),
                limits=limits_of(link),
                waiting=waiting.get(link.pk, 0),
            )
        )
    return cards


def title_of(link: SharedLink, albums: Mapping[UUID, Album]) -> str:
    """What the owner knows a link by: its own words, or what it shares."""
    album = albums.get(link.shown_album_id) if link.shown_album_id else None
    return link.description or (album.name if album else subject_in_words(link, None))


def subject_in_words(link: SharedLink, album: Album | None) -> str:
    if album:
        return _("Album %(name)s") % {"name": album.name}
    if link.kind == SharedLink.Kind.ALBUM:
        return _("An album that is not in the library now")
    count = getattr(link, "chosen", 0)
    return ngettext("%(n)s chosen photo", "%(n)s chosen photos", count) % {"n": grouped(count)}
