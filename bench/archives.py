"""How fast archives are delivered, beside nginx sending one file of the same size.

Prints one row per figure. Needs nginx; everything is made in a temporary folder of about 2.3 GB
and stays on loopback.
"""

import io
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.servers import (
    HEADLINE,
    Row,
    Site,
    await_first_byte,
    growth_with_slow_readers,
    in_turns,
    megabytes_per_second,
    nginx,
    ours,
    print_bar,
    print_processor,
    run_alone,
)

if TYPE_CHECKING:
    from downloads.models import Download
    from sharing.models import SharedLink

FILES = 300
FILE_SIZE = 3_700_000
VISITOR = "v" * 32


def make_photos(folder: Path) -> None:
    """Write JPEGs of a camera's size: a small picture, and noise behind its end."""
    from PIL import Image

    folder.mkdir(parents=True)
    for number in range(FILES):
        picture = io.BytesIO()
        Image.new("RGB", (64, 48), (number % 256, 80, 120)).save(picture, "JPEG")
        content = picture.getvalue()
        noise = os.urandom(FILE_SIZE - len(content))
        (folder / f"IMG_{number:04}.jpg").write_bytes(content + noise)


def prepare() -> tuple[str, int]:
    """Scan the photos, share them, and make them ready as workers do; return path and length."""
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from downloads.tickets import Viewpoint
    from portal.library import get_library
    from sharing.links import LinkSettings, share_album

    call_command("migrate", verbosity=0)
    library = get_library()
    library.refresh()
    (album,) = library.albums()
    if album.count != FILES:
        raise SystemExit(f"{album.count} of {FILES} photos were taken in")
    link = share_album(User.objects.create_user("bench"), album.id, LinkSettings())
    download = make_ready(link)
    view = Viewpoint(link.pk, link.epoch, "", VISITOR, link.path, "en")
    path = view.archive_url(download.pk, download.name, download.expires)
    return path, download.archive_size


def make_ready(link: "SharedLink") -> "Download":
    from downloads import tasks
    from downloads.services import request_download
    from sharing.access import enter

    download = request_download(enter(link, {}), VISITOR, "127.0.0.1")
    download.refresh_from_db()
    started = time.perf_counter()
    tasks.prepare(str(download.pk), download.turn)
    print(f"{FILES} originals made ready in {time.perf_counter() - started:.2f} s")
    download.refresh_from_db()
    if not download.is_ready:
        raise SystemExit(f"The download is {download.state}.")
    return download


def compare(us: Site, them: Site) -> Iterator[Row]:
    alone = partial(megabytes_per_second, readers=1)
    first = in_turns(alone, us, them, rounds=1)
    yield Row("archive, asked for the first time", *first, "MB/s", 0.6)
    for readers in (1, 4):
        speeds = in_turns(partial(megabytes_per_second, readers=readers), us, them)
        yield Row(f"archive of {FILES} files, {readers} at once", *speeds, "MB/s", 0.6)
    half = in_turns(partial(alone, start=us.size // 2), us, them)
    yield Row("its second half as a range", *half, "MB/s", 0.6)


def write_one_file(path: Path, size: int) -> Path:
    with path.open("wb") as file:
        for _ in range(FILES):
            file.write(os.urandom(size // FILES))
    return path


def measure() -> None:
    if not shutil.which("nginx"):
        raise SystemExit("Not installed: nginx")
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="loggia-bench-")
        folder = Path(stack.enter_context(temporary))
        os.environ["LOGGIA_DATA"] = str(folder / "data")
        os.environ["LOGGIA_PHOTOS"] = str(folder / "photos")
        make_photos(folder / "photos" / "Summer")
        path, size = prepare()
        us = stack.enter_context(ours(path, size))
        one_file = write_one_file(folder / "one.bin", size)
        them = stack.enter_context(nginx(folder, one_file))
        print(HEADLINE)
        for row in compare(us, them):
            print(row, flush=True)
        print_processor(us, them)
        first = sorted(await_first_byte(us) for _ in range(20))[18] * 1000
        print_bar("first byte, 19 of 20 within", first, "ms", 50)
        print_bar("growth with 4 readers of 1 MB/s", growth_with_slow_readers(us), "MB", 30)


def main() -> None:
    run_alone("archives")


if __name__ == "__main__":
    main()
