"""How fast uploads are taken: in pieces of 32 MB, each safe on the disk before it is acknowledged.

Beside it, the same bytes in one plain PUT into a bare ASGI application that only writes them, on the
same server and without a word about safety; and `cp` with `sync`, the limit of the disk. Every file
is compared by SHA-1 afterwards. Small files come with their creation, one request each, from eight
clients; one call of a worker stands for many of them. Everything stays on loopback.
"""

import hashlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import which
from uuid import UUID, uuid4

from bench.servers import PROCESSES, ROOT, Row, Site, await_first_byte, ours, print_bar, resident

BIG, CHUNK = 2**30, 32 * 2**20
AT_ONCE, EACH = 8, 128 * 2**20
SMALL, SMALL_SIZE, CLIENTS = 1_000, 100_000, 8
VISITOR_COOKIE = "loggia_visitor"
PIECE = "application/offset+octet-stream"
HEADLINE = f"{'':<44}{'loggia':>10}{'bare':>10}  {'':<7}{'ratio':>6}  {'bar':>4}"


def make_link() -> str:
    """Make a link that takes uploads, and return its path."""
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from sharing.models import SharedLink

    call_command("migrate", verbosity=0)
    owner = User.objects.create_user("bench")
    album = {"kind": "ALBUM", "album_id": uuid4(), "description": "Wedding"}
    return SharedLink.objects.create(owner=owner, allow_upload=True, **album).path


@contextmanager
def bare(folder: Path) -> Iterator[Site]:
    """Start the bare application, with as many processes as ours."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    fd = listener.fileno()
    command = [sys.executable, "-m", "bench._bare", str(fd)]
    running = [subprocess.Popen(command, cwd=ROOT, pass_fds=[fd]) for _ in range(PROCESSES)]
    try:
        site = Site("bare", listener.getsockname()[1], [one.pid for one in running], "/", 0)
        await_first_byte(site)
        yield Site(site.name, site.port, site.pids, str(folder), 0)
    finally:
        for process in running:
            process.terminate()
            process.wait(20)
        listener.close()


class Line:
    """One kept connection of a client that costs little."""

    def __init__(self, site: Site) -> None:
        self._socket = socket.create_connection(("127.0.0.1", site.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, method: str, path: str, body: "bytes | Part", **headers: str) -> str:
        """Send a request, and return the head of its answer."""
        length = len(body) if isinstance(body, bytes) else body.length
        lines = "".join(f"{name.replace('_', '-')}: {text}\r\n" for name, text in headers.items())
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n{lines}"
        self._socket.sendall(f"{head}\r\n".encode() + (body if isinstance(body, bytes) else b""))
        if isinstance(body, Part):
            with body.path.open("rb") as file:
                self._socket.sendfile(file, body.start, body.length)
        received = b""
        while b"\r\n\r\n" not in received:
            piece = self._socket.recv(65536)
            if not piece:
                raise SystemExit("The connection was closed.")
            received += piece
        answer = received.decode("latin-1")
        if answer[9] != "2":
            raise SystemExit(answer)
        return answer

    def close(self) -> None:
        self._socket.close()


class Part:
    """Some bytes of a file."""

    def __init__(self, path: Path, start: int, length: int) -> None:
        self.path, self.start, self.length = path, start, length


def upload(site: Site, source: Path, size: int) -> Path:
    """Send a file in pieces; return where it lies."""
    line = Line(site)
    base = {"Tus_Resumable": "1.0.0"}
    created = line.ask("POST", f"{site.path}/uploads/", b"", Upload_Length=str(size), **base)
    path = found_in(created)
    for at in range(0, size, CHUNK):
        piece = Part(source, at, min(CHUNK, size - at))
        line.ask("PATCH", path, piece, Upload_Offset=str(at), Content_Type=PIECE, **base)
    line.close()
    return staged(path)


def put(site: Site, source: Path, size: int) -> Path:
    """Send a file at once into the bare application; return where it lies."""
    line, target = Line(site), Path(site.path) / f"put-{uuid4().hex}"
    line.ask("PUT", str(target), Part(source, 0, size))
    line.close()
    return target


def found_in(answer: str) -> str:
    found = re.search(r"^location: (\S+)", answer, re.MULTILINE)
    if not found:
        raise SystemExit(answer)
    return found[1]


def staged(path: str) -> Path:
    return Path(os.environ["LOGGIA_DATA"], "staging", UUID(path.rpartition("/")[2]).hex)


def sha1(path: Path, size: int) -> bytes:
    digest, left = hashlib.sha1(usedforsecurity=False), size
    with path.open("rb") as file:
        while piece := file.read(min(2**20, left)):
            digest.update(piece)
            left -= len(piece)
    return digest.digest()


def speed(
    send: Callable[[Site, Path, int], Path], site: Site, source: Path, size: int, count: int
) -> float:
    """MB/s of so many at once; each is compared with what was sent, and deleted."""
    started = time.perf_counter()
    with ThreadPoolExecutor(count) as threads:
        sent = list(threads.map(lambda _: send(site, source, size), range(count)))
    seconds = time.perf_counter() - started
    wanted = sha1(source, size)
    for path in sent:
        if sha1(path, size) != wanted:
            raise SystemExit(f"{site.name}: what arrived is not what was sent.")
        path.unlink()
    return count * size / 1e6 / seconds


def compare(us: Site, them: Site, source: Path) -> Iterator[Row]:
    for what, size, count, bar in (
        ("1 GiB in pieces of 32 MiB, or one PUT", BIG, 1, 0.5),
        (f"{AT_ONCE} at once of {EACH // 2**20} MiB", EACH, AT_ONCE, 0.0),
    ):
        rounds = [
            (speed(upload, us, source, size, count), speed(put, them, source, size, count))
            for _ in range(3)
        ]
        ours, theirs = max(one for one, _ in rounds), max(other for _, other in rounds)
        yield Row(what, ours, theirs, "MB/s", bar)


def limit_of_the_disk(source: Path) -> float:
    """MB/s of copying a file and making it safe."""
    target = source.with_suffix(".copy")
    started = time.perf_counter()
    subprocess.run([which("cp") or "cp", str(source), str(target)], check=True)
    subprocess.run([which("sync") or "sync", str(target)], check=True)
    seconds = time.perf_counter() - started
    target.unlink()
    return source.stat().st_size / 1e6 / seconds


def growth(us: Site, work: Callable[[], object]) -> float:
    """MB that all processes grow by, at most, while the work is done."""
    before = most = resident(us)
    thread = threading.Thread(target=work)
    thread.start()
    while thread.is_alive():
        most = max(most, resident(us))
        time.sleep(0.05)
    return most - before


def small_files(us: Site) -> float:
    """Files in a second, from some clients."""
    content = os.urandom(SMALL_SIZE)
    always = {"Tus_Resumable": "1.0.0", "Upload_Length": str(SMALL_SIZE), "Content_Type": PIECE}

    def client(number: int) -> None:
        line = Line(us)
        headers = always | {"Cookie": f"{VISITOR_COOKIE}={number:032}"}
        for _ in range(SMALL // CLIENTS):
            line.ask("POST", f"{us.path}/uploads/", content, **headers)
        line.close()

    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(client, range(CLIENTS)))
    return SMALL / (time.perf_counter() - started)


def print_small_files(us: Site) -> None:
    from django_q.models import OrmQ

    before = OrmQ.objects.count()
    rate = small_files(us)
    time.sleep(1.5)  # the last call of a worker may be a second late
    verdict = "ok" if rate >= 60 else "BELOW"
    print(f"{f'{SMALL} files of 100 KB':<44}{rate:>10.0f}{'':>10}  {'files/s':<7} > 60 {verdict}")
    called = OrmQ.objects.count() - before
    print(f"{'workers called for these':<44}{called:>10.0f}{'':>10}  {'times':<7}")


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loggia-bench-")))
        os.environ["LOGGIA_DATA"] = str(folder / "data")
        link = make_link()
        source = folder / "source"
        with source.open("wb") as file:
            for _ in range(BIG // 2**20):
                file.write(os.urandom(2**20))
        us = stack.enter_context(ours("/healthz"))
        us = Site(us.name, us.port, us.pids, link, 0)
        them = stack.enter_context(bare(folder))
        print(HEADLINE)
        for row in compare(us, them, source):
            print(row, flush=True)
        print(f"{'cp and sync, 1 GiB':<44}{limit_of_the_disk(source):>10.0f}{'':>10}  MB/s")
        grown = growth(us, lambda: speed(upload, us, source, EACH, AT_ONCE))
        print_bar(f"growth of {PROCESSES} processes, {AT_ONCE} at once", grown, "MB", 40)
        print_small_files(us)


if __name__ == "__main__":
    main()
