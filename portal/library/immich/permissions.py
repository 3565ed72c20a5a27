"""Whether a server and a key are such that we can work with them."""

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
    if missing := [name for name in NEEDED if not told.may(name)]:
        said = _("The key for %(site)s lacks the permissions %(names)s: make one that has them.")
        names = ", ".join(missing)
        raise PermissionLacking(said % {"site": client.server.site, "names": names}, missing[0])
    return told


def too_old(site: str, version: tuple[int, int, int]) -> NotImmich:
    said = _("%(site)s runs Immich %(version)s; Loggia needs 2.7 or newer. Please update Immich.")
    return NotImmich(said % {"site": site, "version": ".".join(map(str, version))})
