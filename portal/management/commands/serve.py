import logging
import os
import socket
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from portal.serving.lanes import lane_names
from portal.serving.ownership import check_room, listen, lock_data_folder
from portal.serving.preparing import check_settings, home_in_words, prepare
from portal.serving.refusal import CannotStart
from portal.serving.supervisor import Child, StopRequests, Supervisor
from portal.serving.sweeper import Sweeper
from sharing.models import SharedLink


class Command(BaseCommand):
    help = "Run everything on this machine: web pages, background work, and what keeps them alive."
    requires_system_checks = []  # check_settings makes one line of them

    def handle(self, **options: Any) -> None:
        requests = StopRequests()
        try:
            lock = lock_data_folder(settings.LOGGIA_DATA)
            address = listen(*settings.LOGGIA_BIND)
            check_settings()
            check_room(settings.LOGGIA_DATA)
            admin, sample = prepare(self._say)
        except CannotStart as exc:
            sys.exit(f"loggia: {exc}")
        self._welcome(_url(address), admin, sample)
        connections.close_all()
        sweeper = Sweeper()
        sweeper.start()
        Supervisor(_children(address), requests).run()
        sweeper.stop()
        logging.shutdown()
        os.close(lock)

    def _welcome(self, url: str, admin: str, sample: SharedLink | None) -> None:
        self._say(f"Loggia is at {url} (sign in as {admin}; stop with Ctrl-C)")
        self._say(f"Photos   {home_in_words()}")
        self._say(f"Data     {settings.LOGGIA_DATA}")
        if sample:
            self._say(f"A sample album to look at, as a guest would: {url}{sample.path}")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _url(address: socket.socket) -> str:
    host, port = address.getsockname()[:2]
    named = f"[{host}]" if ":" in host else host
    return settings.LOGGIA_PUBLIC_URL or f"http://{named}:{port}"


def _children(address: socket.socket) -> list[Child]:
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    listener = address.fileno()
    web = [*manage, "web", "--fd", str(listener)]
    count = settings.LOGGIA_WEB_PROCESSES
    return [Child(f"web {n + 1}", web, {}, (listener,)) for n in range(count)] + [
        Child(f"worker {lane}", [*manage, "worker", lane], {"Q_CLUSTER_NAME": lane})
        for lane in lane_names()
    ]
