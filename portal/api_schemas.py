"""What answers of the server, its users and keys look like: for the description, and for tests."""

from datetime import datetime
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict
from pydantic.alias_generators import to_camel


class Shape(Schema):
    """An answer whose names are written as Immich writes them."""

    model_config = ConfigDict(alias_generator=to_camel)


class Pong(Shape):
    res: str


class Version(Shape):
    major: int
    minor: int
    patch: int
    prerelease: int | None


class About(Shape):
    version: str
    version_url: str
    licensed: bool
    build: str


class MediaTypes(Shape):
    image: list[str]
    video: list[str]
    sidecar: list[str]


class Features(Shape):
    config_file: bool
    duplicate_detection: bool
    email: bool
    facial_recognition: bool
    import_faces: bool
    map: bool
    oauth: bool
    oauth_auto_launch: bool
    ocr: bool
    password_login: bool
    realtime_transcoding: bool
    reverse_geocoding: bool
    search: bool
    sidecar: bool
    smart_search: bool
    trash: bool


class Config(Shape):
    external_domain: str
    is_initialized: bool
    is_onboarded: bool
    login_page_message: str
    maintenance_mode: bool
    map_dark_style_url: str
    map_light_style_url: str
    min_faces: int
    oauth_account_management_url: str
    oauth_button_text: str
    public_users: bool
    trash_days: int
    user_delete_delay: int


class Storage(Shape):
    disk_size: str
    disk_use: str
    disk_available: str
    disk_size_raw: int
    disk_use_raw: int
    disk_available_raw: int
    disk_usage_percentage: float


class User(Shape):
    id: UUID
    email: str
    name: str
    profile_image_path: str
    avatar_color: str
    profile_changed_at: datetime


class OwnUser(User):
    storage_label: str | None
    should_change_password: bool
    is_admin: bool
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    oauth_id: str
    quota_size_in_bytes: int | None
    quota_usage_in_bytes: int | None
    status: str
    license: None
    cluster_group_id: UUID


class Key(Shape):
    id: UUID
    name: str
    created_at: datetime
    updated_at: datetime
    permissions: list[str]


class TokenState(Shape):
    auth_status: bool
