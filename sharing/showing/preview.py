"""What a chat app shows of an address that somebody sent: a picture, a title, and how much there is."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from portal.library.types import Asset, Rendition
from portal.media.tickets import MediaSigner
from sharing.models import SharedLink
from sharing.showing.collection import Collection
from sharing.showing.delivery import LONGEST_SIDE, fitted

DAYS = 30  # chat apps ask again for a picture they dropped; the link's epoch ends it sooner


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG that is fetched without cookies, by its absolute address."""

    url: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The Open Graph data of one page (https://ogp.me); ``url`` is its address without a query."""

    title: str
    summary: str
    url: str
    picture: Picture | None


def preview_of(
    request: HttpRequest,
    link: SharedLink,
    collection: Collection,
    shown: tuple[Asset, str] | None,
) -> Preview | None:
    """What may be told without opening the page: nothing at all of a link with a password.

    ``shown`` is what the picture is of, and that in words; ``None`` for an empty album.
    """
    if link.password:
        return None
    return Preview(
        title=collection.title,
        summary=collection.summary,
        url=absolute(request, request.path),
        picture=_picture(request, link, *shown) if shown else None,
    )


def _picture(request: HttpRequest, link: SharedLink, asset: Asset, alt: str) -> Picture:
    # Not the visitor's own signer: whoever fetches this has no cookie of this visitor.
    signer = MediaSigner(link.pk, link.epoch)
    url = signer.url(asset.id, Rendition.PREVIEW, days=DAYS)
    return Picture(absolute(request, url), *fitted(asset, LONGEST_SIDE[Rendition.PREVIEW]), alt)


def absolute(request: HttpRequest, path: str) -> str:
    if settings.LOGGIA_PUBLIC_URL:
        return f"{settings.LOGGIA_PUBLIC_URL}{path}"
    return request.build_absolute_uri(path)
