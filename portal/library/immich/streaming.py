"""Originals and videos of Immich's as they lie there, a slice at a time, at their reader's pace."""

import re
from collections import OrderedDict
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from http import HTTPStatus
from uuid import UUID

import httpx
from django.utils.translation import gettext as _

from portal.library.immich.client import ImmichClient
from portal.library.interface import LibraryUnavailable
from portal.library.types import RemoteFile

_RANGE = re.compile(r"bytes ([0-9]{1,19})-([0-9]{1,19})/([0-9]{1,19})")
PIECE = 128 * 1024  # bytes
MOST_TAGS = 5_000
FARTHEST_SKIP = 8 * 2**20  # bytes that are thrown away where Immich does not know ranges


class Changed(LibraryUnavailable):
    """The bytes are not those that the mirror knows; it will have noticed in a minute."""


@dataclass
class Streams:
    """Usable from any thread and any event loop."""

    client: ImmichClient
    _tags: OrderedDict[tuple[str, str], str] = field(default_factory=OrderedDict)
    _doubted: set[UUID] = field(default_factory=set)

    def sized(self, remote: RemoteFile) -> RemoteFile:
        """Measured where the mirror does not know the size, or was wrong a moment ago."""
        if remote.size is not None and remote.asset_id not in self._doubted:
            return remote
        self._doubted.discard(remote.asset_id)
        return self.measured(remote)

    def measured(self, remote: RemoteFile) -> RemoteFile:
        """The same with its size and type as Immich tells them now; raises ``LibraryUnavailable``.

        The version then follows from Immich's tag, too: a video may be transcoded anew.
        """
        wanted = {"range": "bytes=0-0"}
        with self.client.stream(self._path(remote), headers=wanted) as got:
            return self._of_answer(remote, got)

    async def read(
        self, remote: RemoteFile, offset: int, length: int
    ) -> AsyncGenerator[bytes, None]:
        """As ``Library.read``."""
        wanted = {"range": f"bytes={offset}-{offset + length - 1}"}
        async with self.client.stream_async(self._path(remote), headers=wanted) as got:
            skip = self._begins(remote, got, offset)
            left = length
            async for piece in got.aiter_bytes(PIECE):
                part = piece[skip : skip + left]
                skip = max(0, skip - len(piece))
                left -= len(part)
                if part:
                    yield part
                if not left:
                    return
        raise LibraryUnavailable(
            _("%(site)s broke off its answer.") % {"site": self.client.server.site}
        )

    def _path(self, remote: RemoteFile) -> str:
        return remote.url.removeprefix(self.client.server.url(""))

    def _begins(self, remote: RemoteFile, got: httpx.Response, offset: int) -> int:
        """See whether these are the bytes meant; return how many come before them."""
        first, size = _placed(got)
        if size != remote.size or first not in {0, offset} or offset - first > FARTHEST_SKIP:
            raise self._changed(remote)
        self._compare(remote, got)
        return offset - first

    def _compare(self, remote: RemoteFile, got: httpx.Response) -> None:
        """Slices of one version must be of one file, also when it has no checksum."""
        key, tag = (remote.url, remote.version), got.headers.get("etag", "")
        known = self._tags.setdefault(key, tag)
        self._tags.move_to_end(key)
        if len(self._tags) > MOST_TAGS:
            self._tags.popitem(last=False)
        if known != tag:
            self._tags[key] = tag
            raise self._changed(remote)

    def _changed(self, remote: RemoteFile) -> Changed:
        if len(self._doubted) < MOST_TAGS:
            self._doubted.add(remote.asset_id)
        return Changed(_("The original is not what it was a moment ago."))

    def _of_answer(self, remote: RemoteFile, got: httpx.Response) -> RemoteFile:
        _first, size = _placed(got)
        kind = got.headers.get("content-type", "").partition(";")[0].strip().lower()
        if size is None or not kind.startswith(("video/", "image/", "application/octet-stream")):
            site = self.client.server.site
            raise LibraryUnavailable(_("%(site)s does not answer as Immich does.") % {"site": site})
        digest = blake2b(got.headers.get("etag", "").encode(), digest_size=6).hexdigest()
        version = f"{remote.version}-{digest}"
        return replace(remote, size=size, media_type=kind, version=version)


def _placed(got: httpx.Response) -> tuple[int, int | None]:
    """Where an answer begins in its file, and how large that is."""
    if got.status_code == HTTPStatus.PARTIAL_CONTENT:
        match = _RANGE.fullmatch(got.headers.get("content-range", ""))
        return (int(match[1]), int(match[3])) if match else (0, None)
    length = got.headers.get("content-length", "")
    return 0, int(length) if length.isdigit() else None
