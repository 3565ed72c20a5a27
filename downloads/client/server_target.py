"""An Immich or Loggia server as the place that uploads go to."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID

from downloads.digests import content_sha1

from .access import Access
from .connection import Connection, Json, patiently
from .errors import NotAllowed, NotThere, Refused
from .forms import Attached, Form, sendable
from .results import Status
from .server import Kinds, Version, kinds_of, not_as_expected, version_of
from .target import Known, LocalFile, Sent, Told

T = TypeVar("T")
AT_ONCE = 1000  # checksums or ids in one question
DEVICE = "loggia"


class ServerTarget:
    """A ``Target``."""

    def __init__(self, connection: Connection, access: Access, retries: int = 3) -> None:
        self._connection = connection
        self._access = access
        self._retries = retries
        self._version: Version | None = None
        self._album_name = self._album = ""
        self._is_asked = True
        self.tells_all = not access.is_guest

    async def kinds(self) -> Kinds:
        self._version = await version_of(self._connection, self._access)
        return await kinds_of(self._connection, self._access)

    async def reach(self) -> None:
        await self._connection.ask(self._access, "GET", "/server/ping", retries=0)

    async def choose_album(self, name: str) -> None:
        if self._access.is_guest:
            raise Refused("A link's files go into the link's album: leave out the album")
        albums = await self._ask("GET", "/albums")
        try:
            named = [each["id"] for each in albums if each["albumName"] == name]
            self._album_name, self._album = name, str(UUID(named[0])) if named else ""
        except (TypeError, KeyError, ValueError) as exc:
            raise not_as_expected() from exc
        if len(named) > 1:
            raise Refused(f"There are {len(named)} albums named {name}: rename all but one first")

    async def known(self, sha1s: Collection[bytes]) -> Mapping[bytes, Known]:
        found: dict[bytes, Known] = {}
        for some in _chunks(sorted(set(sha1s))) if self._is_asked else ():
            body = {"assets": [{"id": each.hex(), "checksum": each.hex()} for each in some]}
            try:
                said = await self._ask("POST", "/assets/bulk-upload-check", body)
            except NotAllowed:
                if self.tells_all:
                    raise
                self._is_asked = False  # Immich tells guests nothing of what its owner has
                break
            found |= _known_in(said)
        return found

    async def send(
        self, file: LocalFile, half: UUID | None, sidecar: LocalFile | None, told: Told
    ) -> Sent:
        tries = 0

        async def once() -> tuple[int, Json]:
            nonlocal tries
            tries += 1
            form = self._form(file, half, sidecar, told)
            headers = {**form.headers, "x-immich-checksum": file.sha1.hex()}
            return await self._connection.send(self._access, "/assets", form.body, headers)

        status, said = await patiently(once, self._retries)
        try:
            asset_id = UUID(said["id"])
        except (TypeError, KeyError, ValueError) as exc:
            raise not_as_expected() from exc
        is_new = status == HTTPStatus.CREATED
        return Sent(asset_id, Status.CREATED if is_new else Status.DUPLICATE, tries > 1)

    async def put(self, asset_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        failed: dict[UUID, str] = {}
        if not self._album:
            self._album = await self._make_album()
        for some in _chunks(list(dict.fromkeys(asset_ids))):
            body = {"ids": [str(each) for each in some]}
            failed |= _failed_in(await self._ask("PUT", f"/albums/{self._album}/assets", body))
        return failed

    async def confirms(self, asset_id: UUID, sha1: bytes) -> bool:
        try:
            asset = await self._ask("GET", f"/assets/{asset_id}")
        except NotThere:
            return False
        except NotAllowed:  # a key that may upload, and not look
            known = (await self.known([sha1])).get(sha1)
            return known == Known(asset_id)
        if not isinstance(asset, dict) or asset.get("isTrashed") or asset.get("isOffline"):
            return False
        return content_sha1(asset) == sha1

    async def _make_album(self) -> str:
        said, _headers = await self._connection.ask_once(
            self._access, "POST", "/albums", {"albumName": self._album_name}
        )
        try:
            return str(UUID(said["id"]))
        except (TypeError, KeyError, ValueError) as exc:
            raise not_as_expected() from exc

    async def _ask(self, method: str, path: str, body: Json = None) -> Json:
        return await self._connection.ask(self._access, method, path, body, retries=self._retries)

    def _form(
        self, file: LocalFile, half: UUID | None, sidecar: LocalFile | None, told: Told
    ) -> Form:
        name = sendable(file.path.name)
        fields = {
            "fileCreatedAt": _written(file.created_ns),
            "fileModifiedAt": _written(file.mtime_ns),
            "filename": name,
        }
        if self._version and self._version.names_devices:
            fields |= {"deviceAssetId": f"{name}-{file.size}", "deviceId": DEVICE}
        if half:
            fields["livePhotoVideoId"] = str(half)
        files = [Attached("assetData", file.path, file.path.name, file.size, told)]
        if sidecar:
            attached = Attached("sidecarData", sidecar.path, sidecar.path.name, sidecar.size)
            files.insert(0, attached)
        return Form(fields, files)


def _known_in(said: Any) -> dict[bytes, Known]:
    found: dict[bytes, Known] = {}
    try:
        for each in said["results"]:
            if each["action"] == "reject" and each.get("assetId"):
                sha1 = bytes.fromhex(each["id"])
                found[sha1] = Known(UUID(each["assetId"]), each.get("isTrashed") is True)
    except (TypeError, KeyError, ValueError, AttributeError) as exc:
        raise not_as_expected() from exc
    return found


def _failed_in(said: Any) -> dict[UUID, str]:
    try:
        return {
            UUID(each["id"]): str(each.get("error") or "the server does not say why")
            for each in said
            if each["success"] is not True and each.get("error") != "duplicate"
        }
    except (TypeError, KeyError, ValueError, AttributeError) as exc:
        raise not_as_expected() from exc


def _written(ns: int) -> str:
    """With its offset, as 3.x wants it: ``2024-05-01T10:00:00.000Z``."""
    try:
        moment = datetime.fromtimestamp(ns // 1_000_000 / 1000, UTC)
    except (ValueError, OverflowError, OSError):  # a clock that was never set
        moment = datetime.fromtimestamp(0, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]
