"""How fast media are delivered, beside nginx on the same files: ``python -m bench.bytes``.

Prints one row per figure, as a ratio to nginx in the same run. Needs nginx and wrk (both are in
Debian); everything is made in a temporary folder and stays on loopback.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parent.parent
THUMBNAILS = 300
THUMBNAIL_SIZE = 14_000  # bytes, as measured on photos
BIG = 2**30
PROCESSES = 2
SECONDS = 3  # of each measurement of thumbnails
SERVE = "import socket, portal.web; portal.web.run(socket.socket(fileno={fd}))"


@dataclass(frozen=True)
class Site:
    """One server under test: where it listens, and its paths to the same files."""

    name: str
    port: int
    thumbnails: list[str]
    big: str
    pids: list[int]


@dataclass(frozen=True)
class Row:
    what: str
    ours: float
    theirs: float
    unit: str
    bar: float = 0.0

    def __str__(self) -> str:
        ratio = self.ours / self.theirs if self.theirs else 0.0
        verdict = "" if not self.bar else "ok" if ratio >= self.bar else "BELOW"
        bar = f"{self.bar:.1f}" if self.bar else ""
        return (
            f"{self.what:<44}{self.ours:>10,.0f}{self.theirs:>10,.0f}  {self.unit:<7}"
            f"{ratio:>6.2f}  {bar:>4} {verdict}"
        )


# ── The two servers ──────────────────────────────────────────────────────────
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


@contextmanager
def ours(thumbnails: list[str], big: str) -> Iterator[Site]:
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    code = SERVE.format(fd=listener.fileno())
    running = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, pass_fds=[listener.fileno()])
        for _ in range(PROCESSES)
    ]
    try:
        site = Site("loggia", listener.getsockname()[1], thumbnails, big, [p.pid for p in running])
        await_answer(site)
        yield site
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(20)
        listener.close()


@contextmanager
def nginx(root: Path, files: list[Path], big: Path) -> Iterator[Site]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = root / "nginx.conf"
    config.write_text(
        f"worker_processes {PROCESSES}; pid {root}/nginx.pid; error_log {root}/nginx.log;"
        "user root; events { worker_connections 1024; }"
        "http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;"
        f"server {{ listen 127.0.0.1:{port} backlog=1024; root /; }} }}"
    )
    command = [shutil.which("nginx") or "nginx", "-c", str(config), "-g", "daemon off;"]
    process = subprocess.Popen(command)
    try:
        site = Site("nginx", port, [str(file) for file in files], str(big), [process.pid])
        await_answer(site)
        yield site
    finally:
        process.terminate()
        process.wait(20)


def await_answer(site: Site) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            if fetch(site, site.thumbnails[0]) == THUMBNAIL_SIZE:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"{site.name} does not answer")


# ── Measuring ────────────────────────────────────────────────────────────────
def fetch(site: Site, path: str, rate: float = 0.0, seconds: float = 600.0) -> int:
    """Read a response, at ``rate`` bytes a second if given; return the size of its body."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    buffer = bytearray(64 * 1024 if rate else 1024 * 1024)
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", site.port)) as connection:
        connection.sendall(request.encode())
        head = b""
        while b"\r\n\r\n" not in head:
            received = connection.recv(65536)
            if not received:
                raise ConnectionError
            head += received
        if not head.startswith(b"HTTP/1.1 200"):
            raise ConnectionError(head[:40])
        total = len(head.partition(b"\r\n\r\n")[2])
        while count := connection.recv_into(buffer):
            total += count
            if rate:
                time.sleep(max(0.0, total / rate - (time.monotonic() - started)))
            if time.monotonic() - started > seconds:
                break
    return total


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


def megabytes_per_second(site: Site, readers: int) -> float:
    started = time.monotonic()
    threads = [threading.Thread(target=fetch, args=(site, site.big)) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return readers * BIG / 1e6 / (time.monotonic() - started)


def growth_with_slow_readers(site: Site, readers: int, seconds: float) -> float:
    """MB that all processes grow by while readers take 1 MB a second each."""
    before = resident(site)
    args = (site, site.big, 1e6, seconds)
    threads = [threading.Thread(target=fetch, args=args) for _ in range(readers)]
    for thread in threads:
        thread.start()
    most = before
    while any(thread.is_alive() for thread in threads):
        most = max(most, resident(site))
        time.sleep(0.25)
    return (most - before) / 1e6


def resident(site: Site) -> int:
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in site.pids)
    return pages * os.sysconf("SC_PAGE_SIZE")


def compare(us: Site, them: Site, folder: Path) -> Iterator[Row]:
    for count, name in ((1, "one"), (THUMBNAILS, f"{THUMBNAILS} different")):

        def rate(site: Site, count: int = count) -> float:
            return requests_per_second(site, site.thumbnails[:count], SECONDS, folder)

        yield Row(f"thumbnails, 16 connections, {name}", *in_turns(rate, us, them), "req/s", 0.4)
    for readers in (1, 8):

        def speed(site: Site, readers: int = readers) -> float:
            return megabytes_per_second(site, readers)

        yield Row(f"1 GiB streamed, {readers} at once", *in_turns(speed, us, them), "MB/s", 0.6)


def in_turns(measure: Callable[[Site], float], us: Site, them: Site) -> tuple[float, float]:
    """The best of three rounds of each, taken alternately: other load hits both alike."""
    rounds = [(measure(us), measure(them)) for _ in range(3)]
    return max(ours for ours, _ in rounds), max(theirs for _, theirs in rounds)


def main() -> None:
    if missing := [name for name in ("nginx", "wrk") if not shutil.which(name)]:
        raise SystemExit(f"Not installed: {', '.join(missing)}")
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loggia-bench-")))
        os.environ["LOGGIA_DATA"] = str(folder)
        thumbnails, big, files, big_file = make_site(folder)
        us = stack.enter_context(ours(thumbnails, big))
        them = stack.enter_context(nginx(folder, files, big_file))
        print(f"{'':<44}{us.name:>10}{them.name:>10}  {'':<7}{'ratio':>6}  {'bar':>4}")
        growth = growth_with_slow_readers(us, readers=4, seconds=15)
        verdict = "ok" if growth < 30 else "ABOVE"
        print(
            f"{'growth with 4 readers of 1 MB/s':<44}{growth:>10.1f}{'':>10}  MB       < 30 {verdict}"
        )
        for row in compare(us, them, folder):
            print(row, flush=True)


if __name__ == "__main__":
    main()
