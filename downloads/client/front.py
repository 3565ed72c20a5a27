"""The client: one server, by one key or link, on one event loop."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID

import anyio
import httpx

from downloads.digests import content_sha1
from downloads.engine import Limits

from .access import Access, access_to
from .archives import UNTESTED, DownloadInfo, parts_in, settle
from .connection import Connection
from .errors import NotAllowed, NotThere
from .fetching import Fetcher, Wanted, make_folder
from .naming import name_of
from .results import UploadResult
from .server import Version, unlocked, version_of
from .server_target import ServerTarget
from .showing import Display
from .transports import Lasting, Posting
from .uploading import Options, Upload

ARCHIVE_RETRIES = 20  # a server that prepares an archive asks to come back
LARGEST_SIZE = 2**62


class Size(StrEnum):
    """Which rendition ``view_asset_to_file`` brings."""

    THUMBNAIL = "thumbnail"
    PREVIEW = "preview"
    FULLSIZE = "fullsize"
    ORIGINAL = "original"


class Client:
    """An Immich (2.7 or newer, 3.x) or a Loggia server. A context: ``async with Client(…)``.

    Give one of ``api_key``, ``key`` and ``slug`` (of a guest's link, with its ``password`` where
    it has one). Downloads take another link's ``key`` or ``slug`` for one call. Every method
    raises ``ClientError``, or one of its kinds. ``transport`` stands in for the network.
    """

    def __init__(  # noqa: PLR0913 - each has a name and a default
        self,
        url: str,
        api_key: str | None = None,
        *,
        key: str | None = None,
        slug: str | None = None,
        password: str | None = None,
        limits: Limits | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._access = access_to(url, api_key=api_key, key=key, slug=slug)
        self._password = password
        self._limits = limits or Limits()
        self._connection = Connection(transport)
        self._transport = Lasting(self._limits.total, transport)
        self._display = Display()
        self._fetcher = Fetcher(self._limits, self._display)
        patient = replace(self._limits, retries=ARCHIVE_RETRIES)
        self._archives = Fetcher(patient, self._display)
        self._unlocking = anyio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._transport.end()
        await self._connection.aclose()

    @property
    def site(self) -> str:
        """``https://photos.example.org``"""
        return self._access.site

    async def version(self) -> Version:
        return await version_of(self._connection, self._access)

    async def download_asset_to_file(  # noqa: PLR0913 - each has a name and a default
        self, id: UUID | str, out_dir: Path, *,  # noqa: A002 - as users of immichpy know it
        key: str | None = None, slug: str | None = None,
        filename: str | None = None, show_progress: bool = False,
    ) -> Path:  # fmt: skip
        """Bring an original; where it is in the end: under its name, or the next free number.

        Its size and SHA-1 are checked as far as the server tells them.
        """
        access = await self._by(key, slug)
        asset = await self._asset(access, id)
        name = filename or str(asset.get("originalFileName") or "") or None
        sha1 = content_sha1(asset)
        path = f"/assets/{UUID(str(id))}/original"
        headers = httpx.Headers() if name and sha1 else await self._connection.head(access, path)
        wanted = Wanted(
            access.url(path), access.headers, name_of(name, headers, f"orig-{id}"),
            _size(asset) if sha1 else None, sha1,
        )  # fmt: skip
        return await self._fetch(wanted, out_dir, show_progress=show_progress)

    async def play_asset_video_to_file(  # noqa: PLR0913 - each has a name and a default
        self, id: UUID | str, out_dir: Path, *,  # noqa: A002 - as users of immichpy know it
        key: str | None = None, slug: str | None = None,
        filename: str | None = None, show_progress: bool = False,
    ) -> Path:  # fmt: skip
        """Bring a video as browsers play it."""
        access = await self._by(key, slug)
        path = f"/assets/{UUID(str(id))}/video/playback"
        return await self._as_announced(
            access, path, out_dir, filename, f"video-{id}", show_progress=show_progress
        )

    async def view_asset_to_file(  # noqa: PLR0913 - each has a name and a default
        self, id: UUID | str, out_dir: Path, *,  # noqa: A002 - as users of immichpy know it
        size: Size | str | None = None,
        key: str | None = None, slug: str | None = None, filename: str | None = None,
        show_progress: bool = False,
    ) -> Path:  # fmt: skip
        """Bring a picture of the asset; without ``size`` the server's usual one."""
        access = await self._by(key, slug)
        query = f"?{urlencode({'size': Size(size).value})}" if size else ""
        path = f"/assets/{UUID(str(id))}/thumbnail{query}"
        return await self._as_announced(
            access, path, out_dir, filename, f"thumb-{id}", show_progress=show_progress
        )

    async def download_archive_to_file(
        self, download_info: DownloadInfo, out_dir: Path, *, key: str | None = None,
        slug: str | None = None, show_progress: bool = False,
    ) -> list[Path]:  # fmt: skip
        """Bring the assets as archives, one after another: a server builds each while it comes.

        Each is read once it is here, and has its name only if every file in it is whole. An
        archive of Loggia's that breaks off goes on where it stopped; Immich begins again.
        """
        access = await self._by(key, slug)
        said = await self._connection.ask(access, "POST", "/download/info", download_info.as_json())
        paths = []
        for part in parts_in(said):
            await anyio.to_thread.run_sync(make_folder, out_dir)
            name = part.name + UNTESTED
            (out_dir / name).unlink(missing_ok=True)  # what a kill left before the test
            wanted = Wanted(access.url("/download/archive"), access.headers, name)
            posting = Posting(self._transport, {"assetIds": list(part.asset_ids)})
            untested = await self._archives.bring(
                wanted, out_dir, posting, show_progress=show_progress
            )
            paths.append(await anyio.to_thread.run_sync(settle, untested))
        return paths

    async def upload(  # noqa: PLR0913 - each has a name and a default
        self, paths: Path | str | Sequence[Path | str], *,
        ignore_pattern: str | Sequence[str] | None = None, include_hidden: bool = False,
        skip_duplicates: bool = False, concurrency: int = 5, show_progress: bool = False,
        album_name: str | None = None, delete_uploads: bool = False,
        delete_duplicates: bool = False, dry_run: bool = False, retries: int = 3,
    ) -> UploadResult:  # fmt: skip
        """Send files, and all files in folders, that the server takes; see ``uploading``."""
        given = [paths] if isinstance(paths, str | Path) else list(paths)
        ignored = [ignore_pattern] if isinstance(ignore_pattern, str) else ignore_pattern or ()
        options = Options(
            [Path(each) for each in given], tuple(ignored), include_hidden, skip_duplicates,
            concurrency, album_name, delete_uploads, delete_duplicates, dry_run,
        )  # fmt: skip
        target = await self.target(retries)
        if not show_progress:
            return await Upload(target, options).run()
        with self._display.opened(0, 0) as show:
            return await Upload(target, options, show).run()

    async def target(self, retries: int = 3) -> ServerTarget:
        """This server as a place that uploads go to."""
        return ServerTarget(self._connection, await self._by(None, None), retries)

    async def _by(self, key: str | None, slug: str | None) -> Access:
        if key or slug:
            return self._access.as_guest(key, slug)
        async with self._unlocking:
            if self._password:
                self._access = await unlocked(self._connection, self._access, self._password)
                self._password = None
        return self._access

    async def _asset(self, access: Access, asset_id: UUID | str) -> Mapping[str, Any]:
        """What the server tells of it; nothing to those who may download it and not look."""
        try:
            asset = await self._connection.ask(access, "GET", f"/assets/{UUID(str(asset_id))}")
        except (NotAllowed, NotThere):
            return {}
        return asset if isinstance(asset, dict) else {}

    async def _as_announced(  # noqa: PLR0913 - one call for two methods
        self, access: Access, path: str, out_dir: Path, filename: str | None, fallback: str, *,
        show_progress: bool,
    ) -> Path:  # fmt: skip
        headers = await self._connection.head(access, path)
        name = name_of(filename, headers, fallback)
        wanted = Wanted(access.url(path), access.headers, name)
        return await self._fetch(wanted, out_dir, show_progress=show_progress)

    async def _fetch(self, wanted: Wanted, out_dir: Path, *, show_progress: bool) -> Path:
        return await self._fetcher.bring(
            wanted, Path(out_dir), self._transport, show_progress=show_progress
        )


def _size(asset: Mapping[str, Any]) -> int | None:
    exif = asset.get("exifInfo")
    size = exif.get("fileSizeInByte") if isinstance(exif, dict) else None
    return size if isinstance(size, int) and 0 <= size < LARGEST_SIZE else None
