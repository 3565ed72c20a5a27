"""How long looks at an Immich of 100,000 photos take, and pages of its albums, small and large.

Immich is the stand-in, on the same machine: the real one answers more slowly.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

ROOT = Path(__file__).resolve().parent.parent
PHOTOS = 100_000
ALBUMS = 1_000  # of 20 photos each, beside one of 20,000 and one of all


def main() -> None:
    """Measure in a process of its own: its settings and its data folder are nobody else's."""
    with tempfile.TemporaryDirectory(prefix="loggia-mirror-") as home, stand_in(home) as url:
        _fill(url)
        own = {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "LOGGIA_DATA": f"{home}/data",
            "LOGGIA_IMMICH_URL": url,
            "LOGGIA_IMMICH_API_KEY": "bench",
            "LOGGIA_LOG_LEVEL": "ERROR",
        }
        command = [sys.executable, "-m", "bench.mirror", "measure"]
        subprocess.run(command, env=os.environ | own, cwd=ROOT, check=True)


@contextmanager
def stand_in(home: str) -> Iterator[str]:
    command = [
        sys.executable, "manage.py", "fake_immich", "--bind", "127.0.0.1:0", "--small",
        "--assets", str(PHOTOS), "--live-photos", "50", "--api-key", "bench",
    ]  # fmt: skip
    environment = os.environ | {"LOGGIA_DATA": f"{home}/stand-in"}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT)
    try:
        said = ""
        while "Listening at " not in said:
            line = server.stdout.readline() if server.stdout else ""
            if not line:
                raise SystemExit(f"The stand-in ended: {said}")
            said += line
        yield said.rpartition("Listening at ")[2].strip()
    finally:
        server.kill()
        server.wait()


def _fill(url: str) -> None:
    truth = _control(url, "truth", with_sha1=False)
    ids = [one["id"] for one in truth if one["visibility"] == "timeline" and not one["is_trashed"]]
    _control(url, "add_album", name="Large", asset_ids=ids[:20_000])
    for number in range(ALBUMS):
        start = number * 20 % len(ids)
        _control(url, "add_album", name=f"Small {number}", asset_ids=ids[start : start + 20])


def _control(url: str, what: str, /, **arguments: Any) -> Any:
    answer = httpx.post(f"{url}/control/{what}", json=arguments, timeout=120)
    answer.raise_for_status()
    return answer.json()["done"]


def _measure() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from portal.library import get_library

    call_command("migrate", verbosity=0)
    library = get_library()
    before = _memory()
    _row("first look, all at once", library.refresh)
    print(f"memory it took more: {_memory() - before} MB")
    _row("second look, nothing changed", library.refresh)
    _row("third look, nothing changed", library.refresh)
    url = os.environ["LOGGIA_IMMICH_URL"]
    album = _control(url, "albums")["Large"]
    added = _control(url, "add_asset", album_id=album)
    _row("look after a photo was added to the album of 20,000", library.refresh)
    _control(url, "trash", asset_ids=[added])
    _row("look after it went into the trash", library.refresh)
    _pages()


def _pages() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from portal.library import get_library
    from portal.library.types import AssetFilter, Page

    library = get_library()
    named = {album.name: album for album in library.albums()}
    _row(f"list of {len(named)} albums", library.albums)
    for name in ("Small 500", "Large"):
        count, which = named[name].count, AssetFilter(album_id=named[name].id)

        def page(album_id: UUID = named[name].id, which: AssetFilter = which) -> None:
            library.album(album_id)
            library.assets(which, Page(0, 100))

        with CaptureQueriesContext(connection) as queries:
            page()
        _row(f"first page of an album of {count}, in {len(queries)} queries", page, 20)
        _row(f"timeline of an album of {count}", partial(library.timeline, which), 5)


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _row(what: str, work: Callable[[], Any], times: int = 1) -> None:
    began = time.perf_counter()
    for _ in range(times):
        work()
    print(f"{what}: {(time.perf_counter() - began) / times * 1000:,.1f} ms", flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["measure"]:
        _measure()
    else:
        main()
