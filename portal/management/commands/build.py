from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.serving.preparing import compile_translations
from portal.serving.refusal import CannotStart
from portal.serving.statics import collect_static


class Command(BaseCommand):
    help = "Make what follows from the code alone, where serve may not write: an image, /opt."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        compile_translations()
        try:
            collect_static()
        except CannotStart as exc:
            raise CommandError(str(exc)) from exc
