"""What an Immich holds: people, files, albums, keys and links, as plain changeable values."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from portal.fake_immich.contents import Contents

NEVER_MADE = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class User:
    id: str
    name: str
    email: str
    is_admin: bool = False
    created_at: datetime = NEVER_MADE


@dataclass(slots=True)
class Person:
    id: str
    name: str
    owner_id: str
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Shot:
    """What the camera wrote; shared by all assets made of the same picture."""

    make: str | None = None
    model: str | None = None
    lens: str | None = None
    f_number: float | None = None
    focal_length: float | None = None
    iso: int | None = None
    exposure_time: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None


@dataclass(slots=True)
class Asset:
    id: str
    owner_id: str
    kind: str  # IMAGE or VIDEO
    filename: str
    media_type: str
    contents: Contents
    width: int | None
    height: int | None
    taken_at: datetime
    created_at: datetime
    updated_at: datetime
    original_path: str
    offset: timedelta = timedelta(0)
    shot: Shot = Shot()
    visibility: str = "timeline"
    duration: float = 0.0  # seconds
    thumbhash: bytes = b""
    picture: Callable[[str], tuple[bytes, str]] | None = None  # None: its thumbnails are not made
    playback: Contents | None = None  # of a video that was transcoded
    live_video_id: str | None = None
    library_id: str | None = None  # of an external library: the checksum is of the path
    people: tuple[str, ...] = ()
    description: str = ""
    rating: int | None = None
    has_size: bool = True
    has_exif: bool = True
    is_favorite: bool = False
    is_offline: bool = False
    deleted_at: datetime | None = None
    device_asset_id: str = ""
    device_id: str = "camera"
    sidecar: bytes = b""  # that came along

    @property
    def sha1(self) -> bytes:
        if self.library_id:
            return hashlib.sha1(
                f"path:{self.original_path}".encode(), usedforsecurity=False
            ).digest()
        return self.contents.sha1()

    @property
    def checksum(self) -> str:
        return base64.b64encode(self.sha1).decode()


@dataclass(slots=True)
class Album:
    id: str
    owner_id: str
    name: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    asset_ids: dict[str, None] = field(default_factory=dict)  # a set that keeps its order
    users: dict[str, str] = field(default_factory=dict)  # user id: editor or viewer
    order: str = "desc"
    cover_id: str | None = None


@dataclass(slots=True)
class ApiKey:
    id: str
    secret: str
    name: str
    user_id: str
    permissions: list[str]
    created_at: datetime = NEVER_MADE

    def may(self, permission: str) -> bool:
        return "all" in self.permissions or permission in self.permissions


@dataclass(slots=True)
class SharedLink:
    id: str
    key: bytes  # 50 bytes
    user_id: str
    created_at: datetime
    album_id: str | None = None
    asset_ids: dict[str, None] = field(default_factory=dict)
    slug: str | None = None
    password: str | None = None
    description: str | None = None
    expires_at: datetime | None = None
    allow_upload: bool = False
    allow_download: bool = True
    show_metadata: bool = True

    @property
    def text_key(self) -> str:
        return base64.urlsafe_b64encode(self.key).decode().rstrip("=")

    @property
    def token(self) -> str:
        digest = hashlib.sha256(f"{self.id}-{self.password}".encode()).digest()
        return base64.b64encode(digest).decode()

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= datetime.now(UTC)
