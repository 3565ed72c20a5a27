"""What clients of Immich send about links, and what it asks of ours.

An absent field of a change changes nothing, the slug included; ``null`` and the empty text clear.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StrictBool
from pydantic.alias_generators import to_camel

from sharing.links import LinkSettings
from sharing.models import SharedLink

LONGEST_PASSWORD = 200  # characters, as in the form on the owner's pages
FIRST_YEAR = 1970  # long before, a time zone can move a moment out of what a calendar holds


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("null characters are not allowed")
    return text


def as_text(value: Any) -> Any:
    """Times are written out: a number would be taken for seconds."""
    if value is not None and not isinstance(value, str):
        raise ValueError("must be a date string")
    return value


def _aware(moment: datetime) -> datetime:
    """A time without a zone is UTC, as everywhere in answers."""
    if moment.year < FIRST_YEAR:
        raise ValueError("is too long ago")
    try:
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except OverflowError as exc:
        raise ValueError("is too far ahead") from exc


Text = Annotated[str, AfterValidator(_without_nul)]
Password = Annotated[str, AfterValidator(_without_nul), Field(max_length=LONGEST_PASSWORD)]
Moment = Annotated[datetime, BeforeValidator(as_text), AfterValidator(_aware)]


class Body(Schema):
    """JSON whose names are written as Immich writes them. What it does not know is ignored."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=False, extra="ignore")


class NewLink(Body):
    """SharedLinkCreateDto. Uploads are off unless they are asked for."""

    type: Literal["ALBUM", "INDIVIDUAL"]
    album_id: UUID | None = None
    asset_ids: list[UUID] | None = None
    description: Text | None = None
    password: Password | None = None
    slug: Text | None = None
    expires_at: Moment | None = None
    allow_upload: StrictBool | None = None
    allow_download: StrictBool | None = None
    show_metadata: StrictBool | None = None

    def wanted(self) -> LinkSettings:
        return LinkSettings(
            description=(self.description or "").strip(),
            slug=self.slug or "",
            password=self.password or None,
            expires_at=self.expires_at,
            allow_upload=bool(self.allow_upload),
            allow_download=self.allow_download is not False,
            show_metadata=self.show_metadata is not False,
        )


class LinkChange(Body):
    """SharedLinkEditDto."""

    description: Text | None = None
    password: Password | None = None
    slug: Text | None = None
    expires_at: Moment | None = None
    change_expiry_time: StrictBool | None = None
    allow_upload: StrictBool | None = None
    allow_download: StrictBool | None = None
    show_metadata: StrictBool | None = None

    def wanted(self, link: SharedLink) -> LinkSettings | None:
        """The link's settings with what was sent; ``None`` where nothing was."""
        sent = self.model_fields_set
        changes: dict[str, Any] = {
            name: (getattr(self, name) or "").strip()
            for name in ("description", "slug")
            if name in sent
        }
        if "password" in sent:
            changes["password"] = self.password or ""
        if "expires_at" in sent or self.change_expiry_time:
            changes["expires_at"] = self.expires_at
        for name in ("allow_upload", "allow_download", "show_metadata"):
            if (switch := getattr(self, name)) is not None:
                changes[name] = switch
        return replace(settings_of(link), **changes) if changes else None


class LinkQuery(Body):
    """Which links are listed."""

    album_id: UUID | None = None
    id: UUID | None = None


class ChosenAssets(Body):
    """AssetIdsDto."""

    asset_ids: list[UUID]


class PasswordTried(Body):
    """SharedLinkLoginDto."""

    password: Annotated[str, Field(min_length=1)]


def settings_of(link: SharedLink) -> LinkSettings:
    """A link's settings as they are, to be changed in part; the password stays as it is."""
    names: Sequence[str] = [one.name for one in fields(LinkSettings) if one.name != "password"]
    return LinkSettings(**{name: getattr(link, name) for name in names})
