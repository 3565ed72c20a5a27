"""What a new link is to share, as its form's address says: an album, or chosen photos."""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.library import get_library
from sharing.albums.models import PortalAlbum
from sharing.links import LinkSettings, share_album, share_assets, share_portal_album
from sharing.managing.cards import Picture, owner_signer, thumbnail
from sharing.managing.choices import forget, recall
from sharing.managing.parameters import uuid_from
from sharing.managing.wording import grouped
from sharing.models import SharedLink


@dataclass(frozen=True, slots=True)
class Subject:
    words: str
    title: str  # what guests see when there is no description
    cover: Picture | None
    album_id: UUID | None = None
    made: PortalAlbum | None = None
    chosen: tuple[UUID, ...] = ()
    token: str = ""

    @property
    def is_album(self) -> bool:
        return not self.token

    @property
    def query(self) -> str:
        """The address line's end that names this subject."""
        if self.made:
            return f"made={self.made.pk}"
        return f"album={self.album_id}" if self.album_id else f"chosen={self.token}"

    @property
    def page(self) -> str:
        """Where the owner came from."""
        if self.made:
            return reverse("sharing:made", args=[self.made.pk])
        if self.album_id:
            return reverse("sharing:album", args=[self.album_id])
        return reverse("sharing:albums")

    def share(self, request: HttpRequest, wanted: LinkSettings) -> SharedLink:
        """Make the link; raises ``ValidationError``."""
        owner = cast("User", request.user)  # nobody else comes past the portal's door
        if self.album_id:
            return share_album(owner, self.album_id, wanted)
        if self.made:
            return share_portal_album(owner, self.made, wanted)
        link = share_assets(owner, self.chosen, wanted)
        forget(request.session, self.token)
        return link


def subject_of(request: HttpRequest) -> Subject | None:
    """The subject, or ``None`` when the address names none; raises ``NotInLibrary``."""
    signer = owner_signer(request)
    if album_id := uuid_from(request.GET.get("album")):
        album = get_library().album(album_id)
        cover = thumbnail(signer, album.cover_id) if album.cover_id else None
        return Subject(_("Album %(name)s") % {"name": album.name}, album.name, cover, album.id)
    if made_id := uuid_from(request.GET.get("made")):
        return _made(request, made_id)
    token = request.GET.get("chosen", "")
    chosen = recall(request.session, token)
    if not chosen:
        return None
    count = len(chosen)
    words = ngettext("%(n)s chosen photo", "%(n)s chosen photos", count) % {"n": grouped(count)}
    cover = thumbnail(signer, chosen[0])
    return Subject(words, words, cover, chosen=tuple(chosen), token=token)


def _made(request: HttpRequest, made_id: UUID) -> Subject | None:
    own = PortalAlbum.objects.alive().owned_by(request.user).with_covers()
    made = own.filter(pk=made_id).first()
    if made is None:
        return None
    cover_id = made.as_album().cover_id
    cover = thumbnail(owner_signer(request), cover_id) if cover_id else None
    return Subject(_("Album %(name)s") % {"name": made.name}, made.name, cover, made=made)
