"""All that must be right before the first guest comes."""

import logging
import os
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.core.checks import run_checks
from django.db import DatabaseError

from portal.accounts.first_admin import make_first_admin
from portal.library.immich.connection import look_at
from portal.library.interface import LibraryError
from portal.sample_album import make_sample_album
from portal.serving.database import explain, prepare_database
from portal.serving.refusal import CannotStart
from portal.serving.statics import collect_static
from portal.translating.compiling import BadCatalogue, compile_catalogues
from sharing.contributions.demands import is_anything_taken
from sharing.models import SharedLink

logger = logging.getLogger("loggia.serve")


def check_settings() -> None:
    """Refuse settings that contradict each other, and a photo folder that is not there.

    An Immich that is not there may come back; what is wrong with it is said, and all else goes on.
    """
    for message in run_checks():
        if message.is_serious():
            raise CannotStart(message.msg)
    if not settings.LOGGIA_IMMICH_URL:
        _check_photos()


def _check_photos() -> None:
    photos = settings.LOGGIA_PHOTOS
    if settings.LOGGIA_PHOTOS_IS_OURS:
        with suppress(OSError):
            photos.mkdir(exist_ok=True)
    if not photos.is_dir():
        raise CannotStart(f"LOGGIA_PHOTOS: there is no folder {photos}.")
    if not os.access(photos, os.R_OK | os.X_OK):
        raise CannotStart(f"LOGGIA_PHOTOS: {photos} cannot be read by this user.")


def home_in_words() -> str:
    """Where the photos are, and what is wrong with that place."""
    if not settings.LOGGIA_IMMICH_URL:
        return str(settings.LOGGIA_PHOTOS)
    found = look_at(settings.LOGGIA_IMMICH_URL, settings.LOGGIA_IMMICH_API_KEY)
    if found.trouble:
        return f"{settings.LOGGIA_IMMICH_URL}: {found.trouble}"
    names = [*found.lacking, *(found.lacking_for_uploads if is_anything_taken() else ())]
    lacking = f"; the key lacks {', '.join(names)}" if names else ""
    return f"Immich {found.version} at {settings.LOGGIA_IMMICH_URL}{lacking}"


def compile_translations() -> None:
    """Compile the catalogues that changed. Without them Loggia speaks English, and goes on."""
    try:
        compile_catalogues(settings.BASE_DIR / "locale")
    except BadCatalogue as exc:
        logger.warning("Some languages are missing: %s", exc)


def prepare(say: Callable[[str], None]) -> tuple[str, SharedLink | None]:
    """Make database, static files, first admin and sample; the admin's name, the sample's link.

    Raises ``CannotStart``. Each step is whole or not done, so a start may be broken off anywhere.
    """
    prepare_database()
    if collect_static():
        say("Collected static files.")
    compile_translations()
    try:
        admin = make_first_admin(
            lambda name, password: say(
                f"\n  Sign in as   {name}\n  Password     {password}\n"
                "  It is shown only this once: keep it.\n"
            )
        )
    except DatabaseError as exc:
        raise CannotStart(explain(exc)) from exc
    try:
        return admin.get_username(), make_sample_album(admin, say)
    except (LibraryError, OSError, DatabaseError) as exc:
        logger.warning("The sample album could not be made now (%s).", exc)
        return admin.get_username(), None
