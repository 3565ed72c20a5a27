"""How fast media are delivered, beside nginx on the same files: ``python -m bench bytes``.

Prints one row per figure, as a ratio to nginx in the same run. Needs nginx and wrk (both are in
Debian); everything is made in a temporary folder and stays on loopback.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

from bench.servers import (
    HEADLINE,
    Row,
    Site,
    growth_with_slow_readers,
    in_turns,
    megabytes_per_second,
    nginx,
    ours,
    print_bar,
    print_processor,
)

THUMBNAILS = 300
THUMBNAIL_SIZE = 14_000  # bytes, as measured on photos
BIG = 2**30
SECONDS = 3  # of each measurement of thumbnails


def make_site(data: Path) -> tuple[list[str], str, list[Path], Path]:
    """Make a link, renditions and their URLs; return the URLs and the files behind them."""
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from portal.library.renditions import RenditionStore
    from portal.library.types import Rendition
    from portal.media.tickets import MediaSigner
    from sharing.models import SharedLink

    call_command("migrate", verbosity=0)
    owner = User.objects.create_user("bench")
    link = SharedLink.objects.create(owner=owner, kind="ALBUM", album_id=uuid4())
    signer = MediaSigner(link.pk, link.epoch)
    store = RenditionStore(settings.RENDITIONS_DIR)
    asset_ids = [uuid4() for _ in range(THUMBNAILS)]
    files = [store.path(asset_id, Rendition.THUMBNAIL) for asset_id in asset_ids]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(os.urandom(THUMBNAIL_SIZE))
    big_file = store.path(asset_ids[0], Rendition.CLEAN)
    with big_file.open("wb") as big:
        for _ in range(BIG // 2**20):
            big.write(os.urandom(2**20))
    thumbnails = [signer.url(asset_id, Rendition.THUMBNAIL) for asset_id in asset_ids]
    return thumbnails, signer.url(asset_ids[0], Rendition.CLEAN), files, big_file


def requests_per_second(site: Site, paths: list[str], seconds: int, folder: Path) -> float:
    script = folder / "paths.lua"
    listed = ",".join(f'"{path}"' for path in paths)
    script.write_text(
        f"local paths = {{{listed}}} local i = 0 "
        "request = function() i = i % #paths + 1 return wrk.format('GET', paths[i]) end "
        "done = function(s, l, r) io.stderr:write(string.format('%d %d %d', "
        "s.requests, s.duration, s.errors.status + s.errors.read + s.errors.connect)) end"
    )
    url = f"http://127.0.0.1:{site.port}"
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "-s", str(script), url]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    count, microseconds, errors = map(int, result.stderr.split())
    if errors:
        raise SystemExit(f"{site.name}: {errors} requests failed")
    return count / microseconds * 1e6


def compare(us: Site, them: Site, paths: dict[str, list[str]], folder: Path) -> Iterator[Row]:
    for count, name in ((1, "one"), (THUMBNAILS, f"{THUMBNAILS} different")):

        def rate(site: Site, count: int = count) -> float:
            return requests_per_second(site, paths[site.name][:count], SECONDS, folder)

        yield Row(f"thumbnails, 16 connections, {name}", *in_turns(rate, us, them), "req/s", 0.4)
    for readers in (1, 8):

        def speed(site: Site, readers: int = readers) -> float:
            return megabytes_per_second(site, readers)

        yield Row(f"1 GiB streamed, {readers} at once", *in_turns(speed, us, them), "MB/s", 0.6)


def main() -> None:
    if missing := [name for name in ("nginx", "wrk") if not shutil.which(name)]:
        raise SystemExit(f"Not installed: {', '.join(missing)}")
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loggia-bench-")))
        os.environ["LOGGIA_DATA"] = str(folder)
        thumbnails, big, files, big_file = make_site(folder)
        us = stack.enter_context(ours(big, BIG))
        them = stack.enter_context(nginx(folder, big_file))
        print(HEADLINE)
        print_bar("growth with 4 readers of 1 MB/s", growth_with_slow_readers(us), "MB", 30)
        paths = {"loggia": thumbnails, "nginx": [str(file) for file in files]}
        for row in compare(us, them, paths, folder):
            print(row, flush=True)
        print_processor(us, them)


if __name__ == "__main__":
    main()
