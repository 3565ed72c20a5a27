"""The options, understood: times, numbers and JSON, and what contradicts what."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from .options import Values
from .template import DEFAULT, PathTemplate
from .wanted import WrongOptions

MOST_THREADS = 32
MOST_DAYS = 36_500
# What a filter of the search would say a second time
_SAID_BY = {
    "createdAfter": ("after", "last-days"),
    "takenAfter": ("taken-after",),
    "takenBefore": ("taken-before",),
    "personIds": ("person-ids",),
    "albumIds": ("album",),
}
_OURS = ("page", "size", "withExif", "order")  # how we ask, not what for


@dataclass(frozen=True, slots=True)
class Which:
    """What is asked for. Times are aware."""

    album: str = ""
    person_ids: tuple[str, ...] = ()
    created_after: datetime | None = None
    taken_after: datetime | None = None
    taken_before: datetime | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything one run is to do."""

    save_to: Path
    which: Which
    template: PathTemplate
    api_url: str = ""
    api_key: str = field(default="", repr=False)
    share_url: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    manifest: Path | None = None
    threads: int | None = None
    is_dry: bool = False


def understand(values: Values, now: datetime | None = None) -> Asked:
    """Raises ``WrongOptions`` with a sentence that says which option, and what is expected."""
    if not values.text("save-to"):
        raise WrongOptions("Say where the files go: --save-to FOLDER")
    api_url, api_key, share_url = _where_from(values)
    manifest = values.text("write-manifest")
    return Asked(
        save_to=_path(values, "save-to"),
        which=_which(values, now or datetime.now().astimezone()),
        template=PathTemplate(values.text("path-template") or DEFAULT),
        api_url=api_url,
        api_key=api_key,
        share_url=share_url,
        password=_password(values, share_url),
        manifest=_path(values, "write-manifest") if manifest else None,
        threads=_number(values, "threads", MOST_THREADS),
        is_dry=bool(values.text("dry-run")),
    )


def _where_from(values: Values) -> tuple[str, str, str]:
    """A server, a link, or neither; what is said nearer wins."""
    server, link = values.level("immich-api-url", "immich-api-key"), values.level("share-url")
    if link and link == server:
        raise WrongOptions("Give a server (--immich-api-url) or a link (--share-url), not both")
    if link > server:
        return "", "", values.text("share-url")
    url, key = values.text("immich-api-url"), values.text("immich-api-key")
    if url and not key:
        raise WrongOptions(
            "There is no API key for that server: give --immich-api-key, IMMICH_API_KEY, "
            "or a credential immich_api_key"
        )
    if key and not url:
        raise WrongOptions("There is an API key but no server: give --immich-api-url")
    return url, key, ""


def _password(values: Values, share_url: str) -> str:
    from .options import Level

    if values.level("password") == Level.FLAG and not share_url:
        raise WrongOptions("--password belongs to --share-url")
    return values.text("password") if share_url else ""


def _which(values: Values, now: datetime) -> Which:
    filters = _filters(values)
    if values.text("after") and values.text("last-days"):
        raise WrongOptions("--after and --last-days say the same: give one of them")
    created_after = _time(values, "after")
    if days := _number(values, "last-days", MOST_DAYS):
        created_after = now - timedelta(days=days)
    taken_after, taken_before = _time(values, "taken-after"), _time(values, "taken-before")
    if taken_after and taken_before and taken_after >= taken_before:
        raise WrongOptions("--taken-after is not before --taken-before: nothing is in between")
    person_ids = tuple(_uuid(each, "person-ids") for each in values.many("person-ids"))
    return Which(
        values.text("album"), person_ids, created_after, taken_after, taken_before, filters
    )


def _filters(values: Values) -> Mapping[str, Any]:
    text = values.text("filters")
    if not text:
        return {}
    try:
        filters = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise WrongOptions("--filters is not JSON") from exc
    if not isinstance(filters, dict):
        raise WrongOptions('--filters is not a JSON object, like {"isFavorite": true}')
    for name in filters:
        if name in _OURS:
            raise WrongOptions(f"--filters: {name} cannot be chosen")
        for option in _SAID_BY.get(name, ()):
            if values.level(option):
                raise WrongOptions(f"--{option} and {name} in --filters say the same: give one")
    return filters


def _time(values: Values, name: str) -> datetime | None:
    """A date is its first moment; what has no offset is of the local time zone."""
    text = values.text(name)
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError) as exc:
        expected = "expected a date or time like 2024-05-31 or 2024-05-31T18:00"
        raise WrongOptions(f"--{name} {text!r}: {expected}") from exc


def _number(values: Values, name: str, most: int) -> int | None:
    text = values.text(name)
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 9 and 1 <= int(text) <= most):
        raise WrongOptions(f"--{name} {text!r}: expected a whole number from 1 to {most}")
    return int(text)


def _uuid(text: str, name: str) -> str:
    try:
        return str(UUID(text))
    except ValueError as exc:
        raise WrongOptions(f"--{name} {text!r}: expected an id as Immich shows it") from exc


def _path(values: Values, name: str) -> Path:
    text = values.text(name)
    if "\0" in text:
        raise WrongOptions(f"--{name} is no path")
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as exc:
        raise WrongOptions(f"--{name} {text!r}: {exc}") from exc
