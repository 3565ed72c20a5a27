"""Calls the sweeps every few seconds: what is due is queued, what is old is cleared."""

import logging
import threading
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils.module_loading import import_string

from portal.serving.database import explain

EVERY = 5.0  # seconds
logger = logging.getLogger("loggia.sweep")


class Sweeper:
    """A thread of ``serve``. What fails is logged, and tried again in the next round."""

    def __init__(self) -> None:
        self._sweeps = [(name, import_string(name)) for name in settings.LOGGIA_SWEEPS]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, patience: float = 1.0) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(patience)

    def _run(self) -> None:
        while not self._stopping.is_set():
            for name, sweep in self._sweeps:
                self._call(name, sweep)
            connections.close_all()
            self._stopping.wait(EVERY)

    def _call(self, name: str, sweep: Callable[[], None]) -> None:
        try:
            sweep()
        except DatabaseError as exc:
            logger.warning("%s will be tried again: %s", name, explain(exc))
            connections.close_all()
        except Exception:  # the outermost loop: one sweep must not end the others
            logger.exception("%s failed, and will be tried again", name)
