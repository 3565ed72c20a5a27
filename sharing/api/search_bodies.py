"""What clients of Immich ask of a search: the fields of 2.7, which those of 3 send as well."""

from base64 import b64decode
from binascii import Error as NotBase64
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from portal.library.queries import Order

MOST = 1_000  # assets on a page, and ids in a question
DEFAULT = 250
SHA1 = 20  # bytes
ORDERS = {"asc": Order.OLDEST, "desc": Order.NEWEST}


def _text(value: Any) -> Any:
    if value is not None and not isinstance(value, str):
        raise ValueError("must be a date string")
    return value


def _aware(moment: datetime) -> datetime:
    """A time without a zone is UTC, as all times of ours are."""
    try:
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except OverflowError as exc:
        raise ValueError("is out of range") from exc


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("null characters are not allowed")
    return text


def _nothing_asked(value: Any) -> None:
    if value:
        raise ValueError("is not understood here: use the fields beside it")


Moment = Annotated[datetime, BeforeValidator(_text), AfterValidator(_aware)]
Text = Annotated[str, AfterValidator(_storable), Field(max_length=10_000)]
Ids = Annotated[list[UUID], Field(max_length=MOST)]
Size = Annotated[int, Field(ge=1, le=MOST)]


class Question(Schema):
    """Names as Immich writes them. What it does not know is ignored, as Immich does."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore")


class StatisticsSearch(Question):
    """StatisticsSearchDto, with all by which MetadataSearchDto narrows a search: the counts agree.

    Of texts that are compared exactly, null asks for those without.

    There is no trash, no other library, no encoded copy and no reading of pictures here: what asks
    for these finds nothing. ``isOffline`` likewise.
    """

    type: Literal["IMAGE", "VIDEO", "AUDIO", "OTHER"] | None = None
    visibility: Literal["archive", "timeline", "hidden", "locked"] | None = None
    album_ids: Ids | None = None
    person_ids: Ids | None = None
    tag_ids: Ids | None = None
    is_not_in_album: bool | None = None
    is_favorite: bool | None = None
    is_motion: bool | None = None
    is_encoded: bool | None = None
    is_offline: bool | None = None
    library_id: UUID | None = None
    device_id: Text | None = None
    make: Text | None = None
    model: Text | None = None
    lens_model: Text | None = None
    city: Text | None = None
    state: Text | None = None
    country: Text | None = None
    rating: Annotated[int, Field(ge=-1, le=5)] | None = None
    description: Text | None = None
    ocr: Text | None = None
    taken_after: Moment | None = None
    taken_before: Moment | None = None
    created_after: Moment | None = None
    created_before: Moment | None = None
    updated_after: Moment | None = None
    updated_before: Moment | None = None
    trashed_after: Moment | None = None
    trashed_before: Moment | None = None
    id: UUID | None = None
    checksum: Text | None = None
    original_file_name: Text | None = None
    original_path: Text | None = None
    device_asset_id: Text | None = None
    encoded_video_path: Text | None = None
    preview_path: Text | None = None
    thumbnail_path: Text | None = None
    filter: Annotated[None, BeforeValidator(_nothing_asked)] = None


class RandomSearch(StatisticsSearch):
    """RandomSearchDto."""

    size: Size | None = None
    with_exif: bool | None = None
    with_people: bool | None = None
    with_stacked: bool | None = None
    with_deleted: bool | None = None


class SearchOrder(Question):
    """By the time at which photos were taken, in either direction."""

    direction: Literal["asc", "desc"] = "desc"
    field: Literal["fileCreatedAt"] | None = None


class MetadataSearch(RandomSearch):
    """MetadataSearchDto. Times without a zone are UTC; borders are included."""

    page: Annotated[int, Field(ge=1)] | None = None
    order: Literal["asc", "desc"] | None = None
    order_by: SearchOrder | None = None

    @property
    def direction(self) -> Order:
        by = self.order_by.direction if self.order_by else "desc"
        return ORDERS[self.order or by]


def checksum_of(text: str) -> bytes | None:
    """The SHA-1 that a client writes as base64 or as hexadecimal digits; ``None`` for others."""
    try:
        digest = bytes.fromhex(text) if len(text) == 2 * SHA1 else b64decode(text, validate=True)
    except (ValueError, NotBase64):
        return None
    return digest if len(digest) == SHA1 else None
