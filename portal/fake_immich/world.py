"""All that the stand-in knows, and who may see what of it."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from uuid import UUID

from portal.fake_immich.assets import Album, ApiKey, Asset, Person, SharedLink, User

OLDEST = (2, 7, 5)


@dataclass
class World:
    """Changed only while ``lock`` is held; ``revision`` counts the changes."""

    owner: User
    version: tuple[int, int, int] = OLDEST
    seed: int = 1
    users: dict[str, User] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    assets: dict[str, Asset] = field(default_factory=dict)
    albums: dict[str, Album] = field(default_factory=dict)
    keys: dict[str, ApiKey] = field(default_factory=dict)  # by secret
    sessions: dict[str, str] = field(default_factory=dict)  # token: user id
    links: dict[str, SharedLink] = field(default_factory=dict)
    partners: set[str] = field(default_factory=set)  # users whose timeline the owner sees too
    revision: int = 0
    in_maintenance: bool = False
    quota: int | None = None  # bytes that each user's files may have
    unread: list[str] = field(default_factory=list)  # uploads whose contents wait to be read
    uploads: Path | None = None  # where those lie that were read
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    random: Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 - the same world for the same seed
        self.users[self.owner.id] = self.owner

    @property
    def is_next(self) -> bool:
        """Whether it answers as 3.x does."""
        return self.version[0] >= 3

    def new_id(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def take(self, *assets: Asset) -> None:
        self.assets.update((asset.id, asset) for asset in assets)
        self.revision += 1

    def shown(self, album: Album) -> list[Asset]:
        """An album's assets that are neither in the trash nor hidden, newest first."""
        found = (self.assets.get(asset_id) for asset_id in album.asset_ids)
        assets = [
            asset for asset in found
            if asset and asset.deleted_at is None and asset.visibility in {"timeline", "archive"}
        ]  # fmt: skip
        return sorted(assets, key=lambda asset: asset.taken_at, reverse=album.order == "desc")

    def albums_of(self, user: User) -> Iterator[Album]:
        """Albums that this user may open."""
        for album in self.albums.values():
            if album.owner_id == user.id or user.id in album.users:
                yield album

    def links_of(self, album: Album) -> list[SharedLink]:
        return [link for link in self.links.values() if link.album_id == album.id]

    def may_see(self, user: User, asset: Asset) -> bool:
        if asset.owner_id == user.id:
            return True
        return any(holds(album, self, asset) for album in self.albums_of(user))

    def link_shows(self, link: SharedLink, asset: Asset) -> bool:
        if asset.deleted_at is not None:
            return False
        album = self.albums.get(link.album_id or "")
        return holds(album, self, asset) if album else _among(link.asset_ids, self, asset)


def holds(album: Album, world: World, asset: Asset) -> bool:
    return _among(album.asset_ids, world, asset)


def _among(ids: Iterable[str], world: World, asset: Asset) -> bool:
    """The moving half of a live photo is where its still is."""
    if asset.id in ids:
        return True
    if asset.visibility != "hidden":
        return False
    stills = (world.assets.get(asset_id) for asset_id in ids)
    return any(still.live_video_id == asset.id for still in stills if still)
