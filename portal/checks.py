"""Settings that are each right, but not together."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks

# What is worse without a permission of the key for Immich.
WITHOUT = {
    "user.read": "photos that others share with you cannot be told from yours.",
    "asset.statistics": "Loggia cannot count what Immich has, and looks through it more often.",
    "person.read": "people have no names.",
    "asset.upload": "what guests send waits, and gets nowhere.",
    "albumAsset.create": "what guests send waits, and gets into no album.",
    "asset.delete": "guests cannot take back what Immich has.",
    "albumAsset.delete": "what guests take back stays in its album.",
}


@checks.register
def check_folders(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Photos are never written to, and never hold what Loggia itself makes."""
    photos, data = _real(settings.LOGGIA_PHOTOS), _real(settings.LOGGIA_DATA)
    incoming = _real(settings.LOGGIA_INCOMING)
    found: list[checks.CheckMessage] = []
    if data == photos or photos in data.parents:
        found.append(_error("E001", "LOGGIA_DATA lies inside LOGGIA_PHOTOS: choose another folder"))
    own = [data / name for name in ("renditions", "spool", "staging")] + [incoming]
    if any(folder == photos or folder in photos.parents for folder in own):
        found.append(_error("E002", "LOGGIA_PHOTOS is a folder that Loggia writes to"))
    if photos in incoming.parents:
        found.append(_error("E003", "LOGGIA_INCOMING lies inside LOGGIA_PHOTOS"))
    return found


@checks.register(checks.Tags.security, deploy=True)
def check_public_url(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    if settings.LOGGIA_PUBLIC_URL.startswith("http:"):
        hint = "Put a proxy with a certificate in front, and name its https:// address."
        text = "LOGGIA_PUBLIC_URL is not https: passwords travel in the clear."
        return [checks.Warning(text, hint=hint, id="loggia.W001")]
    return []


@checks.register(checks.Tags.compatibility, deploy=True)
def check_services(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Apprise knows more than a hundred kinds of addresses, and takes a while to say which.

    They hold keys, so of what it does not understand only the place in the list is told.
    """
    if not settings.LOGGIA_NOTIFY_URLS:
        return []
    from apprise import Apprise

    hint = "How to write them: https://github.com/caronc/apprise/wiki"
    return [
        checks.Warning(
            f"LOGGIA_NOTIFY_URLS: address {number} is none that Apprise understands.",
            hint=hint,
            id="loggia.W003",
        )
        for number, address in enumerate(settings.LOGGIA_NOTIFY_URLS, 1)
        if Apprise.instantiate(address) is None
    ]


@checks.register(checks.Tags.compatibility, deploy=True)
def check_immich(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Asks the server: only ``check --deploy`` may take the time."""
    if not settings.LOGGIA_IMMICH_URL:
        return []
    from portal.library.immich.connection import look_at  # need Django's apps to be ready
    from sharing.contributions.demands import is_anything_taken

    found = look_at(settings.LOGGIA_IMMICH_URL, settings.LOGGIA_IMMICH_API_KEY)
    if found.trouble:
        return [checks.Error(found.trouble, id="loggia.E004")]
    for_uploads = found.lacking_for_uploads if is_anything_taken() else ()
    return [
        checks.Warning(
            f"The key for {settings.LOGGIA_IMMICH_URL} lacks the permission {name}: "
            f"{WITHOUT[name]}",
            hint="Make a key with it in Immich: Account settings, API keys.",
            id="loggia.W002",
        )
        for name in (*found.lacking, *for_uploads)
    ]


def _real(folder: Path) -> Path:
    return folder.resolve()


def _error(number: str, text: str) -> checks.Error:
    shown = f"{settings.LOGGIA_PHOTOS}, {settings.LOGGIA_DATA}, {settings.LOGGIA_INCOMING}"
    return checks.Error(f"{text} (photos, data, incoming: {shown}).", id=f"loggia.{number}")
