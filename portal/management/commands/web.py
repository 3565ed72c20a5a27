import socket
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Run one web process on a listening socket that it inherits (serve starts these)."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fd", type=int, required=True, help="the socket's file descriptor")

    def handle(self, *, fd: int, **options: Any) -> None:
        from portal.web import run

        run(socket.socket(fileno=fd))
