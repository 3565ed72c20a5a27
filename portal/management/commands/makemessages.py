"""Django's command of this name, without the need for gettext's tools."""

from pathlib import Path
from typing import Any

from babel.messages.pofile import write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.translating.compiling import BadCatalogue, is_translated, read
from portal.translating.gathering import gather


class Command(BaseCommand):
    help = "Bring the catalogues in locale/ up to date with the strings in templates and code."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        template = gather(settings.BASE_DIR)
        for source in sorted(Path(settings.BASE_DIR, "locale").rglob("*.po")):
            try:
                catalog = read(source)
            except BadCatalogue as exc:
                raise CommandError(str(exc)) from exc
            catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
            catalog.obsolete.clear()
            with source.open("wb") as file:
                write_po(file, catalog, width=100, include_lineno=False, omit_header=False)
            missing = sum(1 for message in catalog if message.id and not is_translated(message))
            self.stdout.write(f"{source}: {len(catalog)} strings, {missing} without translation")
