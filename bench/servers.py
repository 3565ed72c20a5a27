"""Web servers side by side: the portal's own processes and nginx, started, read from and watched."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROCESSES = 2
SERVE = "import socket, portal.web; portal.web.run(socket.socket(fileno={fd}))"
HEADLINE = f"{'':<44}{'loggia':>10}{'nginx':>10}  {'':<7}{'ratio':>6}  {'bar':>4}"


@dataclass(frozen=True)
class Site:
    """One server under test: where it listens, and the path and size of what it streams."""

    name: str
    port: int
    pids: list[int]
    path: str
    size: int


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
@contextmanager
def ours(path: str, size: int = 0) -> Iterator[Site]:
    """Start the portal's web processes; each has answered for ``path`` by then."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    code = SERVE.format(fd=listener.fileno())
    settings = os.environ | {"LOGGIA_STATIC_ROOT": f"{os.environ['LOGGIA_DATA']}/static"}
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v", "0"]
    subprocess.run(collect, cwd=ROOT, env=settings, check=True)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, env=settings, pass_fds=[listener.fileno()]
        )
        for _ in range(PROCESSES)
    ]
    port, pids = listener.getsockname()[1], [process.pid for process in running]
    try:
        site = Site("loggia", port, pids, path, size)
        for _ in range(4 * PROCESSES):
            await_first_byte(site)
        yield site
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(20)
        listener.close()


@contextmanager
def nginx(root: Path, file: Path) -> Iterator[Site]:
    """Start nginx over all files of this machine, to stream one of them."""
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
        site = Site("nginx", port, [process.pid], str(file), file.stat().st_size)
        await_first_byte(site)
        workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield Site("nginx", port, [int(pid) for pid in workers], site.path, site.size)
    finally:
        process.terminate()
        process.wait(20)


def run_alone(name: str) -> None:
    """Measure in a process of its own: Django's settings, so the data folder, hold for a whole one."""
    code = f"from bench import {name}; {name}.measure()"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


# ── Reading from them ────────────────────────────────────────────────────────
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


def in_turns(
    measure: Callable[[Site], float], us: Site, them: Site, rounds: int = 3
) -> tuple[float, float]:
    """The best round of each, taken alternately: other load hits both alike."""
    figures = [(measure(us), measure(them)) for _ in range(rounds)]
    return max(ours for ours, _ in figures), max(theirs for _, theirs in figures)


# ── Watching them ────────────────────────────────────────────────────────────
def resident(site: Site) -> float:
    """MB of memory that all processes hold."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in site.pids)
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def cpu_seconds(site: Site) -> float:
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in site.pids]
    return sum(int(f[11]) + int(f[12]) for f in fields) / os.sysconf("SC_CLK_TCK")


def processor_per(site: Site, work: Callable[[], float]) -> float:
    """Seconds of processor that a unit of work costs; ``work`` returns how many were done."""
    before = cpu_seconds(site)
    units = work()
    return (cpu_seconds(site) - before) / units


def count_in(site: Site, folder: str, name: str = "") -> int:
    """Count threads (``task``) or open files (``fd``) whose target contains ``name``."""
    entries = [entry for pid in site.pids for entry in Path(f"/proc/{pid}/{folder}").iterdir()]
    if not name:
        return len(entries)
    return sum(name in str(entry.readlink()) for entry in entries if entry.is_symlink())


def growth_with_slow_readers(site: Site, readers: int = 4, seconds: float = 15) -> float:
    """MB that all processes grow by while readers take 1 MB a second each."""
    before = most = resident(site)
    options = {"rate": 1e6, "seconds": seconds}
    threads = [threading.Thread(target=fetch, args=(site,), kwargs=options) for _ in range(readers)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        most = max(most, resident(site))
        time.sleep(0.25)
    return most - before


def print_bar(what: str, figure: float, unit: str, limit: float) -> None:
    verdict = "ok" if figure < limit else "ABOVE"
    print(f"{what:<44}{figure:>10.1f}{'':>10}  {unit:<7} < {limit:.0f} {verdict}", flush=True)


def print_processor(us: Site, them: Site, readers: int = 1) -> None:
    """Print what a GiB costs each: the least of three, which other load disturbs little."""

    def milliseconds(site: Site) -> float:
        def work() -> float:
            megabytes_per_second(site, readers)
            return readers * site.size / 2**30

        return min(processor_per(site, work) for _ in range(3)) * 1000

    print(f"{'processor per GiB':<44}{milliseconds(us):>10.0f}{milliseconds(them):>10.0f}  ms")
