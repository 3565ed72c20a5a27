"""How fast an archive of an Immich album leaves the spool, and how fast it got there.

The archive stands beside nginx sending one file of the same size, as for folders; before it, the
originals are fetched from the stand-in (a process of its own, on the same cores) into the spool.
Needs nginx; everything is made in a temporary folder of about 2.5 GB and stays on loopback.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.archives import FILE_SIZE, FILES, VISITOR, compare, write_one_file
from bench.servers import HEADLINE, ROOT, nginx, ours, print_processor, run_alone

KEY = "a-key-for-the-stand-in"
ALBUM = "Everything"


@contextmanager
def stand_in(folder: Path) -> Iterator[str]:
    """Start an Immich's stand-in with as many pictures as the other archives have."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [
        sys.executable, str(ROOT / "manage.py"), "fake_immich", "--bind", address, "--small",
        "--assets", str(FILES), "--videos", "0", "--live-photos", "0",
        "--file-size", str(FILE_SIZE),
    ]  # fmt: skip
    variables = os.environ | {"LOGGIA_DATA": str(folder / "stand-in")}
    process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True)
    try:
        for line in process.stdout or ():
            if line.startswith("Listening"):
                break
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(20)


def prepare() -> tuple[str, int]:
    """Mirror the stand-in, share its album, and fetch it as a worker does."""
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from downloads import tasks
    from downloads.services import request_download
    from downloads.tickets import Viewpoint
    from portal.library import get_library
    from sharing.access import enter
    from sharing.links import LinkSettings, share_album

    call_command("migrate", verbosity=0)
    library = get_library()
    library.refresh()
    (album,) = (album for album in library.albums() if album.name == ALBUM)
    link = share_album(User.objects.create_user("bench"), album.id, LinkSettings())
    download = request_download(enter(link, {}), VISITOR, "127.0.0.1")
    download.refresh_from_db()
    tasks.prepare(str(download.pk), download.turn)
    started = time.perf_counter()
    tasks.fetch()
    seconds = time.perf_counter() - started
    download.refresh_from_db()
    if not download.is_ready:
        raise SystemExit(f"The download is {download.state}.")
    megabytes = download.archive_size / 1e6
    print(
        f"{album.count} originals fetched, checked and on the disk: {megabytes / seconds:.0f} MB/s"
    )
    view = Viewpoint(link.pk, link.epoch, "", VISITOR, link.path, "en")
    path = view.archive_url(download.pk, download.name, download.expires)
    return path, download.archive_size


def measure() -> None:
    if not shutil.which("nginx"):
        raise SystemExit("Not installed: nginx")
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loggia-bench-")))
        os.environ["LOGGIA_DATA"] = str(folder / "data")
        with stand_in(folder) as url:
            os.environ["LOGGIA_IMMICH_URL"], os.environ["LOGGIA_IMMICH_API_KEY"] = url, KEY
            path, size = prepare()
        # From here on the Immich is down: what is in the spool needs none.
        us = stack.enter_context(ours(path, size))
        them = stack.enter_context(nginx(folder, write_one_file(folder / "one.bin", size)))
        print(HEADLINE)
        for row in compare(us, them):
            print(row, flush=True)
        print_processor(us, them)


def main() -> None:
    run_alone("spool")


if __name__ == "__main__":
    main()
