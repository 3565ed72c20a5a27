"""What ``manage.py link`` was asked for, checked before anything is made."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from portal.env import parse_duration
from portal.library import get_library
from portal.library.types import Album
from sharing.links import LinkSettings
from sharing.models import SharedLink
from sharing.upload_form import GB, MB


class BadRequest(Exception):
    """The command's arguments name nothing that can be done; the message is one line."""


def find_album(name: str) -> Album:
    """The album with this name, in whatever case if only one has it; raises ``BadRequest``."""
    every = get_library().albums()
    exact = [album for album in every if album.name == name]
    alike = exact or [album for album in every if album.name.casefold() == name.casefold()]
    if len(alike) != 1:
        known = ", ".join(album.name for album in every[:8]) or "none yet: put photos in and scan"
        raise BadRequest(f"There is no album {name!r} (albums: {known}).")
    return alike[0]


def find_owner(name: str) -> User:
    """The user with this name; without one, the first administrator."""
    users = User.objects.filter(is_active=True)
    if name:
        found = users.filter(username=name).first()
    else:
        found = users.filter(is_superuser=True).order_by("pk").first()
    if found is None:
        raise BadRequest(f"There is no user {name!r}." if name else "There is no user yet.")
    return found


def read_settings(options: dict[str, Any]) -> LinkSettings:
    if options["password"] == "":
        raise BadRequest("--password is empty: leave it out for a link without password.")
    return LinkSettings(
        description=options["description"],
        slug=options["slug"],
        password=options["password"],
        expires_at=read_expiry(options["expires"]) if options["expires"] else None,
        allow_download=not options["no_download"],
        allow_upload=options["allow_upload"],
        show_metadata=not options["no_metadata"],
        show_location=not options["no_location"],
        max_visitors=options["max_visitors"],
        max_downloads=options["max_downloads"],
        max_bytes=options["max_gb"] and int(options["max_gb"] * GB),
        idle_days=options["idle_days"],
        **_read_upload_rules(options),
    )


def _read_upload_rules(options: dict[str, Any]) -> dict[str, Any]:
    until = options["uploads_until"]
    return {
        "hides_album": options["hide_album"],
        "holds_uploads": not options["no_review"],
        "credits_senders": options["show_names"],
        "upload_kinds": options["upload_kinds"],
        "max_upload_size": options["max_upload_mb"] and int(options["max_upload_mb"] * MB),
        "max_upload_bytes": options["max_upload_gb"] and int(options["max_upload_gb"] * GB),
        "max_upload_files": options["max_upload_files"],
        "uploads_until": read_expiry(until, "--uploads-until") if until else None,
    }


def read_expiry(text: str, option: str = "--expires") -> datetime:
    """``7d``, ``12h``, or a date or time in ISO 8601, local unless it names its offset.

    A date alone means the end of that day. Raises ``BadRequest``.
    """
    try:
        moment = _moment(text)
        in_future = moment > timezone.now()
    except (ValueError, OverflowError) as exc:
        reason = "expected 7d, 12h, 2030-12-31 or 2030-12-31T18:00"
        raise BadRequest(f"{option} {text}: {reason}.") from exc
    if not in_future:
        raise BadRequest(f"{option} {text}: this moment has passed.")
    return moment


def _moment(text: str) -> datetime:
    if text.isascii() and text[:-1].isdigit():
        return timezone.now() + parse_duration(text)
    if day := parse_date(text):
        return timezone.make_aware(datetime(day.year, day.month, day.day, 23, 59, 59))  # noqa: DTZ001
    moment = parse_datetime(text)
    if moment is None:
        raise ValueError(text)
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def public_url(link: SharedLink) -> str:
    """The link's address as this portal is configured, for there is no request to tell."""
    host, port = settings.LOGGIA_BIND
    named = f"[{host}]" if ":" in host else host
    return f"{settings.LOGGIA_PUBLIC_URL or f'http://{named}:{port}'}{link.path}"


def describe(link: SharedLink) -> dict[str, Any]:
    """A link as JSON."""
    return {"id": str(link.pk), "key": link.key, "slug": link.slug, "url": public_url(link)}


def one_line(exc: ValidationError) -> str:
    return " ".join(" ".join(exc.messages).split())
