"""The strings a test pulls while the stand-in runs; each is locked, and takes and gives JSON.

The same by HTTP: ``POST /control/<name>`` with the arguments as a JSON object answers
``{"done": …}``.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict

from portal.fake_immich.assets import ApiKey
from portal.fake_immich.changing import changing
from portal.fake_immich.changing_albums import ChangesAlbums
from portal.fake_immich.faults import Faults
from portal.fake_immich.finishing import read_uploads
from portal.fake_immich.traffic import Traffic
from portal.fake_immich.wire import Json
from portal.fake_immich.world import World


class Control(ChangesAlbums):
    def __init__(self, world: World, faults: Faults, traffic: Traffic) -> None:
        super().__init__(world)
        self._faults = faults
        self._traffic = traffic
        self._down_until = 0.0

    def obey(self, name: str, arguments: dict[str, Json]) -> Json:
        """Raises ``KeyError``, ``TypeError`` or ``ValueError`` for what makes no sense."""
        if name.startswith("_") or name in {"obey", "is_down", "world"} or not hasattr(self, name):
            raise KeyError(name)
        return getattr(self, name)(**arguments)

    # What goes wrong

    def fault(
        self, name: str, times: int | None = 1, path: str | None = None,
        value: float | None = None, chance: float = 1.0,
    ) -> None:  # fmt: skip
        """As ``Faults.order``."""
        self._faults.order(name, times=times, path=path, value=value, chance=chance)

    def faults(self, spec: str) -> None:
        """As ``--faults``."""
        self._faults.order_all(spec)

    def clear_faults(self) -> None:
        self._faults.clear()

    @property
    def is_down(self) -> bool:
        return time.monotonic() < self._down_until

    def down(self, seconds: float) -> None:
        """Reset every connection for so long, as while a server restarts; 0 ends it."""
        self._down_until = time.monotonic() + seconds

    # What was asked

    def requests(self, pattern: str = "") -> list[Json]:
        return [asdict(seen) for seen in self._traffic.seen(pattern)]

    def most_at_once(self, pattern: str = "") -> int:
        return self._traffic.most_at_once(pattern)

    def clear_requests(self) -> None:
        self._traffic.clear()

    # The server and its keys

    @changing
    def set_version(self, version: str) -> None:
        major, minor, patch = map(int, version.split("."))
        self.world.version = (major, minor, patch)

    @changing
    def set_quota(self, size: int | None) -> None:
        """Bytes that a user's files may have; none is no limit."""
        self.world.quota = size

    @changing
    def read_uploads(self) -> None:
        """Do at once what a server does some moments after an upload."""
        read_uploads(self.world)

    @changing
    def add_key(self, permissions: Sequence[str] = ("all",), secret: str = "") -> str:
        """A key of the owner's; answers its secret."""
        secret = secret or f"key-{self.world.new_id()}"
        key = ApiKey(self.world.new_id(), secret, "made", self.world.owner.id, list(permissions))
        self.world.keys[secret] = key
        return secret

    @changing
    def revoke_key(self, secret: str) -> None:
        del self.world.keys[secret]

    @changing
    def set_permissions(self, secret: str, permissions: Sequence[str]) -> None:
        self.world.keys[secret].permissions = list(permissions)
