"""An Immich asset's JSON as what we want of it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from downloads.digests import content_sha1
from portal.library.immich.client import Server

from .wanted import Address, BatchError, Kind, Missing, Photo, Wanted

Json = Mapping[str, Any]


class Translator:
    """Turns assets into photos; ``moving_of`` gives the moving half of a live photo by its id."""

    def __init__(self, server: Server, moving_of: Callable[[str], Json | None]) -> None:
        self._server = server
        self._moving_of = moving_of
        self.missing: list[Missing] = []

    def photo(self, asset: Json, album: str = "") -> Photo:
        """Raises ``BatchError`` for an answer of another form."""
        try:
            return self._photo(asset, album)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as exc:
            site = self._server.site
            raise BatchError(f"{site} does not describe assets as Immich does") from exc

    def _photo(self, asset: Json, album: str) -> Photo:
        files = [self._file(asset)]
        kind = Kind.VIDEO if asset["type"] == "VIDEO" else Kind.IMAGE
        if moving_id := asset.get("livePhotoVideoId"):
            kind = Kind.LIVEPHOTO
            if moving := self._moving_of(str(moving_id)):
                files.append(self._file(moving))
            else:
                name = f"the moving half of {asset['originalFileName']}"
                self.missing.append(Missing(name, "the server does not have it"))
        exif = asset.get("exifInfo") or {}
        make, model = str(exif.get("make") or ""), str(exif.get("model") or "")
        arrived = _moment(asset.get("createdAt") or asset["fileCreatedAt"])
        return Photo(
            id=uuid_in(asset["id"]), kind=kind, files=tuple(files),
            arrived=arrived.astimezone(UTC).isoformat(timespec="microseconds"),
            album=album, camera=camera_of(make, model), make=make, model=model,
        )  # fmt: skip

    def _file(self, asset: Json) -> Wanted:
        instant = _moment(asset["fileCreatedAt"])
        local = _moment(asset.get("localDateTime") or asset["fileCreatedAt"])
        size = (asset.get("exifInfo") or {}).get("fileSizeInByte")
        if size is not None and int(size) < 0:
            raise ValueError(size)
        asset_id = uuid_in(asset["id"])
        return Wanted(
            id=asset_id,
            filename=str(asset["originalFileName"]),
            origin=Address(
                self._server.url(f"/assets/{asset_id}/original"), self._server.credentials
            ),
            size=int(size) if size is not None else None,
            sha1=content_sha1(asset),
            taken_at=local.replace(tzinfo=None),
            instant=instant,
        )


def camera_of(make: str, model: str) -> str:
    """``Google Pixel 8``, and not ``NIKON CORPORATION NIKON Z 6``."""
    first = make.split(" ", maxsplit=1)[0].casefold()
    return model if first and model.casefold().startswith(first) else f"{make} {model}".strip()


def uuid_in(value: object) -> str:
    """An id as it may stand in addresses and names of files; raises ``ValueError``."""
    return str(UUID(str(value)))


def _moment(text: str) -> datetime:
    """What has no offset is UTC, as Immich means it."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
