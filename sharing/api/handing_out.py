"""Which file of an asset a caller of ``/api`` gets, and under which name."""

import re
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import PurePath
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from portal.api_errors import ApiRefused
from portal.library.renditions import MEDIA_TYPES
from portal.library.types import Asset, AssetKind, Rendition
from portal.media.disposition import inline
from portal.media.sending import Scope
from sharing.access import Access, Rights
from sharing.api.callers import Caller, GuestCaller, check_may, credentials_in, find_caller
from sharing.api.seeing import find_asset, number_of
from sharing.showing.delivery import SHOWN_AS_THEY_ARE, name_for_guests

ADDRESS = re.compile(r"/api/assets/([^/]+)/(original|thumbnail|video/playback)/?")
PERMISSIONS = {
    "original": "asset.download",
    "thumbnail": "asset.view",
    "video/playback": "asset.view",
}
SIZES = ("original", "fullsize", "preview", "thumbnail")
_ENDINGS = {"image/webp": ".webp", "image/jpeg": ".jpeg"}


@dataclass(frozen=True, slots=True)
class Handed:
    """What a caller gets: a form of an asset, or another address to ask.

    With ``counts`` it is saved, and takes of a link's limits as a file saved on its page does.
    """

    caller: Caller
    asset_id: UUID
    rendition: Rendition = Rendition.ORIGINAL
    filename: str = ""
    counts: bool = False
    elsewhere: str = ""

    @property
    def disposition(self) -> str:
        return inline(self.filename) if self.filename else ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for bytes: the parts of its address."""

    asset: str
    what: str
    query: dict[str, str]

    @classmethod
    def of(cls, scope: Scope) -> "Asked":
        """Of an address that ``ADDRESS`` matches."""
        match = ADDRESS.fullmatch(scope["path"])
        assert match  # noqa: S101 - it was mounted there
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        return cls(match[1], match[2], query)

    def beside(self, asset_id: UUID, what: str, **changes: str | None) -> str:
        """The address of another form of the same asset, with the same credentials."""
        query = {name: value for name, value in {**self.query, **changes}.items() if value}
        return f"/api/assets/{asset_id}/{what}" + (f"?{urlencode(query)}" if query else "")


def hand_out(scope: Scope) -> Handed:
    """Decide what this request gets; blocks. Raises ``ApiRefused``, ``LibraryError``."""
    asked = Asked.of(scope)
    permission = PERMISSIONS[asked.what]
    caller = find_caller(credentials_in(scope))
    check_may(caller, permission, guests=True)
    asset_id = _asset_id(asked.asset)
    if asked.what == "thumbnail":
        return _picture(caller, asked, asset_id)
    asset = find_asset(caller, asset_id, permission)
    if asked.what == "original":
        return _original(caller, asset)
    if asset.kind is not AssetKind.VIDEO:
        message = "Asset not found or asset is not a video"
        raise ApiRefused(HTTPStatus.NOT_FOUND, message)
    is_clean = isinstance(caller, GuestCaller) and not caller.access.rights.location
    return Handed(caller, asset.id, Rendition.CLEAN if is_clean else Rendition.PLAYBACK)


def _asset_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as exc:
        raise ApiRefused(HTTPStatus.BAD_REQUEST, ["id must be a UUID"]) from exc


def _original(caller: Caller, asset: Asset) -> Handed:
    """The file itself; of a link that withholds something, the cleaned one in its place."""
    if not isinstance(caller, GuestCaller):
        return Handed(caller, asset.id, Rendition.ORIGINAL, asset.filename)
    rights = _rights_to_save(caller.access)
    if not rights.download:
        message = "Not found or no asset.download access"
        raise ApiRefused(HTTPStatus.BAD_REQUEST, message)
    name = name_for_guests(asset, rights, number_of(caller, asset))
    return Handed(caller, asset.id, _saved_as(asset, rights), name, counts=True)


def _rights_to_save(access: Access) -> Rights:
    """What a link lets save, its limits aside: those are asked per file, for what was begun may go on."""
    if not access.rights.is_used_up:
        return access.rights
    return replace(access.rights, download=True, originals=access.link.gives_originals)


def _saved_as(asset: Asset, rights: Rights) -> Rendition:
    if rights.originals:
        return Rendition.ORIGINAL
    return Rendition.CLEAN if asset.kind is AssetKind.VIDEO else Rendition.LARGE


def _picture(caller: Caller, asked: Asked, asset_id: UUID) -> Handed:
    size = asked.query.get("size") or "thumbnail"
    if size not in SIZES:
        message = f"size must be one of the following values: {', '.join(SIZES)}"
        raise ApiRefused(HTTPStatus.BAD_REQUEST, [message])
    if size == "original":
        raise ApiRefused(HTTPStatus.BAD_REQUEST, "May not request original file")
    asset = find_asset(caller, asset_id, "asset.view")
    if size == "fullsize":
        return _full_size(caller, asked, asset)
    rendition = Rendition.PREVIEW if size == "preview" else Rendition.THUMBNAIL
    return Handed(caller, asset.id, rendition, _picture_name(caller, asset, rendition))


def _full_size(caller: Caller, asked: Asked, asset: Asset) -> Handed:
    """Elsewhere for what browsers show as it is, and for guests; else the largest picture made."""
    if isinstance(caller, GuestCaller) or asset.kind is AssetKind.VIDEO:
        preview = asked.beside(asset.id, "thumbnail", size="preview")
        return Handed(caller, asset.id, elsewhere=preview)
    if asset.media_type in SHOWN_AS_THEY_ARE:
        return Handed(caller, asset.id, elsewhere=asked.beside(asset.id, "original", size=None))
    name = _picture_name(caller, asset, Rendition.LARGE)
    return Handed(caller, asset.id, Rendition.LARGE, name)


def _picture_name(caller: Caller, asset: Asset, rendition: Rendition) -> str:
    """``IMG_1_preview.jpeg``; cameras put times into names, so without metadata the id names it."""
    is_bare = isinstance(caller, GuestCaller) and not caller.access.rights.metadata
    stem = str(asset.id) if is_bare else PurePath(asset.filename).stem
    kind = "fullsize" if rendition is Rendition.LARGE else rendition
    return f"{stem}_{kind}{_ENDINGS[MEDIA_TYPES[rendition]]}"
