import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal.serving.lanes import lane_names

LANE = "Q_CLUSTER_NAME"  # django-q2 reads it while it is imported


class Command(BaseCommand):
    help = "Run one lane of background work."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("lane", choices=lane_names())

    def handle(self, *, lane: str, **options: Any) -> None:
        if os.environ.get(LANE) != lane:
            os.environ[LANE] = lane
            os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606
        from portal.serving.lane import run_lane

        run_lane()
