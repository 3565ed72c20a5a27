"""Which original a file of the spool is: nothing else may ever be taken for it."""

from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import urlsplit
from uuid import UUID

from portal.library.types import RemoteFile


@dataclass(frozen=True, slots=True)
class Identity:
    """An original of one server.

    ``checksum`` is the content's SHA-1 where the library knows it. Of an external library's file it
    does not (Immich tells a checksum of its path there), so its version stands for it, and the
    size beside it.
    """

    server: str
    asset_id: UUID
    checksum: str
    size: int | None

    @property
    def key(self) -> str:
        text = f"{self.server}\0{self.asset_id.hex}\0{self.checksum}\0{self.size}"
        return blake2b(text.encode(), digest_size=16).hexdigest()


def identity_of(file: RemoteFile) -> Identity:
    address = urlsplit(file.url)
    host = (address.netloc or "").rpartition("@")[2]
    if file.sha1:
        checksum = file.sha1.hex()
    else:
        checksum = blake2b(file.version.encode(), digest_size=20).hexdigest()
    return Identity(f"{address.scheme}://{host}", file.asset_id, checksum, file.size)
