"""Django's command of this name, without the need for gettext's tools; ``serve`` does it too."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.translating.compiling import BadCatalogue, compile_catalogues


class Command(BaseCommand):
    help = "Compile the catalogues in locale/ that changed."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            compiled = compile_catalogues(Path(settings.BASE_DIR, "locale"))
        except BadCatalogue as exc:
            raise CommandError(str(exc)) from exc
        for source in compiled:
            self.stdout.write(f"Compiled {source}")
