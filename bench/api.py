"""How many guests' programs are shown their link a second: ``python -m bench api``.

``/api/shared-links/me`` beside an empty view of Django's, without middleware, on as many processes
of the same web server, asked in turns in the same run. An Immich 2.7.5 answers 105 a
second on such a machine. Rows are written straight into the index. Needs wrk.
"""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.bytes import requests_per_second
from bench.pages import write_album
from bench.servers import PROCESSES, ROOT, Site, await_first_byte, fetch, in_turns, ours

PHOTOS = 300
SECONDS = 3  # of each measurement
BAR = 0.5  # of the empty view's rate, for an album
ME = "/api/shared-links/me?key="


def prepare() -> tuple[str, str]:
    """Return the paths that show a link to an album, and one to the same photos, chosen."""
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from portal.library import get_library
    from portal.library.types import AssetFilter
    from sharing.links import LinkSettings, share_album, share_assets

    call_command("migrate", verbosity=0)
    owner = User.objects.create_user("bench")
    album_id = write_album(PHOTOS)
    ids = [entry.id for entry in get_library().timeline(AssetFilter(album_id))]
    album, chosen = (
        share_album(owner, album_id, LinkSettings()),
        share_assets(owner, ids, LinkSettings()),
    )
    return ME + album.key, ME + chosen.key


@contextmanager
def empty_view() -> Iterator[Site]:
    """Start the server with the empty view on as many processes as the portal has here."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    fd = listener.fileno()
    command = [sys.executable, "-m", "bench._empty_view", str(fd)]
    running = [subprocess.Popen(command, cwd=ROOT, pass_fds=[fd]) for _ in range(PROCESSES)]
    pids = [process.pid for process in running]
    try:
        site = Site("empty view", listener.getsockname()[1], pids, "/empty", 0)
        for _ in range(4 * PROCESSES):
            await_first_byte(site)
        yield site
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(20)
        listener.close()


def print_table(us: Site, them: Site, album: str, chosen: str, folder: Path) -> None:
    print(f"{'/api/shared-links/me':<28}{'a second':>10}{'empty view':>12}{'ratio':>8}{'bar':>6}")
    for what, path, bar in (("album", album, BAR), ("chosen photos", chosen, 0.0)):

        def rate(site: Site, path: str = path) -> float:
            paths = [path] if site is us else [site.path]
            return requests_per_second(site, paths, SECONDS, folder)

        ours_, theirs = in_turns(rate, us, them)
        size = fetch(Site(us.name, us.port, us.pids, path, 0))
        verdict = f"{bar:>6.1f} {'ok' if ours_ / theirs >= bar else 'BELOW'}" if bar else ""
        print(
            f"{PHOTOS} photos, {what:<16}{ours_:>10,.0f}{theirs:>12,.0f}{ours_ / theirs:>8.2f}"
            f"{verdict}  ({size:,} B)"
        )


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="loggia-bench-") as folder:
        photos = Path(folder) / "photos"
        photos.mkdir()
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "LOGGIA_DATA": str(Path(folder) / "data"),
            "LOGGIA_PHOTOS": str(photos),
        }
        album, chosen = prepare()
        with ours(album) as us, empty_view() as them:
            print_table(us, them, album, chosen, Path(folder))


if __name__ == "__main__":
    main()
