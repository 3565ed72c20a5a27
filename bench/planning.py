"""How long it takes to ask for an archive of 20,000 originals, and until it is ready."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bench.rescan import FILES, ROOT, write

if TYPE_CHECKING:
    from sharing.models import SharedLink

LIMIT = 2.0  # seconds of a processor: other work on the machine is not ours
VISITOR = "v" * 32
T = TypeVar("T")


def main() -> None:
    """Measure in a process of its own: its settings and its data folder are nobody else's."""
    with tempfile.TemporaryDirectory(prefix="loggia-planning-") as home:
        own = {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "LOGGIA_DATA": f"{home}/data",
            "LOGGIA_PHOTOS": f"{home}/photos",
            "LOGGIA_LOG_LEVEL": "ERROR",
        }
        command = [sys.executable, "-m", "bench.planning", f"{home}/photos"]
        subprocess.run(command, env=os.environ | own, cwd=ROOT, check=True)


def _measure(photos: Path) -> None:
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from portal.library import get_library
    from portal.library.types import AssetFilter
    from sharing.links import LinkSettings, share_album, share_assets

    call_command("migrate", verbosity=0)
    write(photos)
    library = get_library()
    library.refresh()
    owner = User.objects.create_user("bench")
    ids = [entry.id for entry in library.timeline(AssetFilter())]
    album = max(library.albums(), key=lambda album: album.count)
    _make_ready(share_assets(owner, ids, LinkSettings()), FILES)
    _make_ready(share_album(owner, album.id, LinkSettings()), album.count)


def _make_ready(link: "SharedLink", count: int) -> None:
    from downloads import tasks
    from downloads.models import Download
    from downloads.services import request_download
    from sharing.access import enter

    access = enter(link, {})
    download = _row(
        f"a download of {count:,} asked for", lambda: request_download(access, VISITOR, "127.0.0.1")
    )
    turn = Download.objects.get(pk=download.pk).turn
    _row(f"{count:,} originals ready", lambda: tasks.prepare(str(download.pk), turn), LIMIT)
    download.refresh_from_db()
    if not download.is_ready or download.count_done != count:
        raise SystemExit(f"The download is {download.state}.")


def _row(what: str, work: Callable[[], T], limit: float = 0.0) -> T:
    start, cpu = time.perf_counter(), _processor_seconds()
    result = work()
    wall, spent = time.perf_counter() - start, _processor_seconds() - cpu
    bar = f"  < {limit:.0f} s {'ok' if spent < limit else 'ABOVE'}" if limit else ""
    print(f"{what:<50}{wall:>8.2f} s, {spent:>6.2f} s of a processor{bar}", flush=True)
    return result


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    _measure(Path(sys.argv[1])) if sys.argv[1:] else main()
