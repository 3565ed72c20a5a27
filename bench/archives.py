"""How fast archives are delivered, beside nginx sending one file of the same size.

Prints one row per figure. Needs nginx; everything is made in a temporary folder of about 2.3 GB
and stays on loopback.
"""

import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.bytes import PROCESSES, ROOT, SERVE, THUMBNAIL_SIZE, Row, nginx

if TYPE_CHECKING:
    from downloads.models import Download
    from sharing.models import SharedLink

FILES = 300
FILE_SIZE = 3_700_000
VISITOR = "v" * 32


@dataclass(frozen=True)
class Site:
    """A server under test, the path of its archive or file, and that one's size in bytes."""

    name: str
    port: int
    path: str
    size: int
    pids: list[int]


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


@contextmanager
def ours(path: str, size: int = 0) -> Iterator[Site]:
    """Start the portal's web processes; each has answered for ``path`` once."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    code = SERVE.format(fd=listener.fileno())
    running = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, pass_fds=[listener.fileno()])
        for _ in range(PROCESSES)
    ]
    port, pids = listener.getsockname()[1], [process.pid for process in running]
    try:
        site = Site("loggia", port, path, size, pids)
        for _ in range(8):
            await_first_byte(site)
        yield site
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(20)
        listener.close()


def await_first_byte(site: Site) -> float:
    """Return the seconds from request to the first byte of the body."""
    until = time.monotonic() + 30
    while True:
        try:
            started = time.perf_counter()
            fetch(site, most=1)
            return time.perf_counter() - started
        except ConnectionError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def fetch(
    site: Site, *, start: int = 0, most: int = 0, rate: float = 0.0, seconds: float = 600.0
) -> int:
    """Read a response from ``start`` on, at ``rate`` bytes a second if given; return its length."""
    wanted = f"Range: bytes={start}-\r\n" if start else ""
    request = f"GET {site.path} HTTP/1.1\r\nHost: localhost\r\n{wanted}Connection: close\r\n\r\n"
    buffer = bytearray(64 * 1024 if rate else 1024 * 1024)
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", site.port)) as connection:
        connection.sendall(request.encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += (received := connection.recv(65536))
            if not received:
                raise ConnectionError
        if head[9:12] not in (b"200", b"206"):
            raise ConnectionError(head[:40])
        total = len(head.partition(b"\r\n\r\n")[2])
        while not (most and total >= most) and (count := connection.recv_into(buffer)):
            total += count
            if rate:
                time.sleep(max(0.0, total / rate - (time.monotonic() - started)))
            if time.monotonic() - started > seconds:
                break
    return total


def megabytes_per_second(site: Site, readers: int, start: int = 0) -> float:
    started = time.monotonic()
    threads = [
        threading.Thread(target=fetch, args=(site,), kwargs={"start": start})
        for _ in range(readers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return readers * (site.size - start) / 1e6 / (time.monotonic() - started)


def resident(site: Site) -> float:
    """MB of memory that all processes hold."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in site.pids)
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def count_in(site: Site, folder: str, name: str = "") -> int:
    """Count threads (``task``) or open files (``fd``) whose target contains ``name``."""
    entries = [entry for pid in site.pids for entry in Path(f"/proc/{pid}/{folder}").iterdir()]
    if not name:
        return len(entries)
    return sum(name in str(entry.readlink()) for entry in entries if entry.is_symlink())


def growth_with_slow_readers(site: Site, readers: int = 4, seconds: float = 15) -> float:
    before = most = resident(site)
    options = {"rate": 1e6, "seconds": seconds}
    threads = [threading.Thread(target=fetch, args=(site,), kwargs=options) for _ in range(readers)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        most = max(most, resident(site))
        time.sleep(0.25)
    return most - before


def cpu_seconds(site: Site) -> float:
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in site.pids]
    return sum(int(f[11]) + int(f[12]) for f in fields) / os.sysconf("SC_CLK_TCK")


def print_bar(what: str, figure: float, unit: str, limit: float) -> None:
    verdict = "ok" if figure < limit else "ABOVE"
    print(f"{what:<44}{figure:>10.1f}{'':>10}  {unit:<7} < {limit:.0f} {verdict}", flush=True)


def compare(us: Site, them: Site) -> Iterator[Row]:
    yield Row("archive, asked for the first time", *in_turns(us, them, rounds=1), "MB/s", 0.6)
    for readers in (1, 4):
        speeds = in_turns(us, them, readers)
        yield Row(f"archive of {FILES} files, {readers} at once", *speeds, "MB/s", 0.6)
    yield Row("its second half as a range", *in_turns(us, them, start=us.size // 2), "MB/s", 0.6)


def in_turns(
    us: Site, them: Site, readers: int = 1, *, start: int = 0, rounds: int = 3
) -> tuple[float, float]:
    """The best round of each, taken alternately: other load hits both alike."""
    speeds = [
        [megabytes_per_second(site, readers, start) for site in (us, them)] for _ in range(rounds)
    ]
    return max(ours for ours, _ in speeds), max(theirs for _, theirs in speeds)


def run_alone(name: str) -> None:
    code = f"from bench import {name}; {name}.measure()"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


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
        one_file = folder / "one.bin"
        with one_file.open("wb") as file:
            for _ in range(FILES):
                file.write(os.urandom(size // FILES))
        small_file = folder / "small.bin"  # by which nginx shows that it answers
        small_file.write_bytes(bytes(THUMBNAIL_SIZE))
        theirs = stack.enter_context(nginx(folder, [small_file], one_file))
        them = Site("nginx", theirs.port, str(one_file), one_file.stat().st_size, theirs.pids)
        print(f"{'':<44}{us.name:>10}{them.name:>10}  {'':<7}{'ratio':>6}  {'bar':>4}")
        for row in compare(us, them):
            print(row, flush=True)
        first = sorted(await_first_byte(us) for _ in range(20))[18] * 1000
        print_bar("first byte, 19 of 20 within", first, "ms", 50)
        print_bar("growth with 4 readers of 1 MB/s", growth_with_slow_readers(us), "MB", 30)


def main() -> None:
    """Measure in a process of its own: Django's settings, so the data folder, hold for a whole one."""
    run_alone("archives")


if __name__ == "__main__":
    main()
