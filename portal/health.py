"""Is this process alive, and is the portal fit for guests? For monitors; open without sign-in."""

import tempfile
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.leases.models import is_held
from portal.library import get_library
from portal.library.interface import LibraryUnavailable
from portal.serving.heartbeat import post_of
from portal.serving.lanes import lane_names

FRESH_FOR = 2.0  # seconds an answer is given again: whoever asks often costs nothing more
PATIENCE = 3.0  # seconds; a disk or a database that hangs is not ready
OK = "ok"
NO_ANSWER = "does not answer"


@require_safe
@login_not_required
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@login_not_required
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    checks = readiness.look()
    is_ready = set(checks.values()) == {OK}
    return JsonResponse({"ready": is_ready, "checks": checks}, status=200 if is_ready else 503)


class Readiness:
    """Looks at everything the portal stands on, in a thread of its own, once for all who ask.

    What has not answered when the patience ends is named; it keeps nobody waiting longer, and is
    not asked a second time meanwhile.
    """

    def __init__(self, checks: dict[str, Callable[[], str]]) -> None:
        self._checks = checks
        self._guard = threading.Lock()
        self._answers: dict[str, str] = {}
        self._thread = threading.Thread()
        self._began_at = float("-inf")

    def look(self) -> dict[str, str]:
        """One answer a check: ``ok``, or what is wrong in a few words without any detail."""
        with self._guard:
            is_fresh = time.monotonic() - self._began_at < FRESH_FOR
            if not is_fresh and not self._thread.is_alive():
                self._begin()
            thread, answers = self._thread, self._answers
            left = self._began_at + PATIENCE - time.monotonic()
        thread.join(max(left, 0))
        return dict(answers)

    def _begin(self) -> None:
        self._answers = dict.fromkeys(self._checks, NO_ANSWER)
        self._began_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, args=(self._answers,), daemon=True)
        self._thread.start()

    def _run(self, answers: dict[str, str]) -> None:
        try:
            for name, check in self._checks.items():
                answers[name] = check()
        except DatabaseError:  # nothing that follows can know more
            return
        finally:
            connection.close()  # this thread's own


def _database() -> str:
    connection.introspection.table_names()
    return OK


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "not applied" if plan else OK


def _data() -> str:
    try:
        with tempfile.TemporaryFile(dir=settings.LOGGIA_DATA) as file:
            file.write(bytes(64 * 1024))
            file.flush()
    except OSError:
        return "cannot be written"
    return OK


def _workers() -> str:
    missing = [lane for lane in lane_names() if not is_held(post_of(lane))]
    return f"not running: {', '.join(missing)}" if missing else OK


def _library() -> str:
    try:
        get_library().reach()
    except LibraryUnavailable:
        return "cannot be reached"
    return OK


readiness = Readiness(
    {
        "data": _data,
        "database": _database,
        "migrations": _migrations,
        "workers": _workers,
        "library": _library,
    }
)
