"""Whether a server and a key are such that we can work with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from portal.library.immich import failing
from portal.library.immich.client import TRIES, ImmichClient
from portal.library.immich.failing import NotImmich, PermissionLacking
from portal.library.immich.fields import Malformed
from portal.library.immich.schemas import (
    read_id,
    read_permissions,
    read_version,
)

OLDEST = (2, 7, 0)
ALL = "all"
# Without these nothing can be shown; without the others something is missing or less certain.
NEEDED = ("album.read", "asset.read", "asset.view", "asset.download")
USEFUL = ("user.read", "asset.statistics", "person.read")
# Only asked for where a link takes uploads; without the last two nothing can be taken back.
FOR_UPLOADS = ("asset.upload", "albumAsset.create", "asset.delete", "albumAsset.delete")
TO_TAKE_IN = FOR_UPLOADS[:2]


@dataclass(frozen=True)
class Introduction:
    """What a server and a key say of themselves."""

    version: str
    user_id: UUID | None  # None: the key may not tell
    permissions: frozenset[str]

    def may(self, permission: str) -> bool:
        return ALL in self.permissions or permission in self.permissions

    @property
    def lacking(self) -> list[str]:
        return [name for name in (*NEEDED, *USEFUL) if not self.may(name)]

    @property
    def lacking_for_uploads(self) -> list[str]:
        return [name for name in FOR_UPLOADS if not self.may(name)]


def introduce(client: ImmichClient, tries: int = TRIES) -> Introduction:
    """Ask who is there; raises a kind of ``LibraryUnavailable`` when we cannot work together."""
    try:
        version = read_version(client.get("/server/version", tries=tries))
        if version < OLDEST:
            raise too_old(client.server.site, version)
        permissions = read_permissions(client.get("/api-keys/me", tries=tries))
        told = Introduction(".".join(map(str, version)), None, permissions)
        if told.may("user.read"):
            user_id = read_id(client.get("/users/me", tries=tries))
            told = Introduction(told.version, user_id, permissions)
    except Malformed as exc:
        raise failing.other_than_expected(client.server.site) from exc
    demand(told, NEEDED, client.server.site)
    return told


def demand(told: Introduction, names: Sequence[str], site: str) -> None:
    """Raises ``PermissionLacking`` unless the key has these permissions."""
    if missing := [name for name in names if not told.may(name)]:
        said = _("The key for %(site)s lacks the permissions %(names)s: make one that has them.")
        raise PermissionLacking(said % {"site": site, "names": ", ".join(missing)}, missing[0])


def too_old(site: str, version: tuple[int, int, int]) -> NotImmich:
    said = _("%(site)s runs Immich %(version)s; Loggia needs 2.7 or newer. Please update Immich.")
    return NotImmich(said % {"site": site, "version": ".".join(map(str, version))})
