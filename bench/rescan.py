"""How long a look at 20,000 files takes that nobody has touched, and pages of one album of them."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
FILES = 20_000
FOLDERS = 40  # beside one album of half the files
T = TypeVar("T")


def main() -> None:
    """Measure in a process of its own: its settings and its data folder are nobody else's."""
    with tempfile.TemporaryDirectory(prefix="loggia-rescan-") as home:
        own = {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "LOGGIA_DATA": f"{home}/data",
            "LOGGIA_PHOTOS": f"{home}/photos",
            "LOGGIA_LOG_LEVEL": "ERROR",
        }
        command = [sys.executable, "-m", "bench.rescan", f"{home}/photos"]
        subprocess.run(command, env=os.environ | own, cwd=ROOT, check=True)


def _measure(photos: Path) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from portal.library import get_library
    from portal.library.types import AssetFilter, Page

    call_command("migrate", verbosity=0)
    library = get_library()
    _row("write the files", lambda: write(photos))
    _row("first look (tiny pictures)", library.refresh)
    _row("warm look, nothing changed; limit 10 s", library.refresh)
    (photos / "big").rename(photos / "big, renamed")
    _row("look after the folder of 10,000 was renamed", library.refresh)
    (photos / "big, renamed" / "0.png").unlink()
    _row("look after one file was deleted", library.refresh)
    big = max(library.albums(), key=lambda album: album.count)
    which = AssetFilter(album_id=big.id)
    _row(f"timeline of {big.count}", lambda: library.timeline(which))
    _row("timeline of all", lambda: library.timeline(AssetFilter()))
    ids = [entry.id for entry in library.timeline(AssetFilter())]
    _row(
        "timeline of as many chosen ones", lambda: library.timeline(AssetFilter(ids=frozenset(ids)))
    )
    _row("a page of 100 in the middle", lambda: library.assets(which, Page(big.count // 2)))
    _row("totals of the album", lambda: library.totals(which))
    _row("totals of all", lambda: library.totals(AssetFilter()))
    _row("contains", lambda: library.contains(which, ids[len(ids) // 2]))
    _row("originals of all", lambda: library.originals(ids))
    _row("albums", library.albums)
    _row("status", library.status)


def _row(what: str, work: Callable[[], T]) -> T:
    start, cpu = time.perf_counter(), time.process_time()
    result = work()
    wall_ms, cpu_ms = (time.perf_counter() - start) * 1000, (time.process_time() - cpu) * 1000
    sys.stdout.write(f"{what:<50} {wall_ms:>10.1f} ms, {cpu_ms:>10.1f} ms of a processor\n")
    sys.stdout.flush()
    return result


def write(photos: Path) -> None:
    """Write FILES tiny pictures, each of its own content: half in one folder, half in many."""
    from PIL import Image

    for number in range(FILES):
        is_big = number % 2
        folder = photos / ("big" if is_big else f"{number // 2 % FOLDERS}")
        folder.mkdir(parents=True, exist_ok=True)
        colours = number.to_bytes(3, "big") * 4
        Image.frombytes("RGB", (2, 2), colours).save(folder / f"{number // 2}.png")


if __name__ == "__main__":
    _measure(Path(sys.argv[1])) if sys.argv[1:] else main()
