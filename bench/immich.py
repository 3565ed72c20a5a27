"""A share page and its thumbnails with an Immich behind: after a first look, and once it is away.

Immich is the stand-in. First bytes are medians over requests that take turns. Thumbnails are beside
nginx with the same files; the bars are those of a folder.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.bytes import SECONDS, requests_per_second
from bench.pages import BAR_GROWTH, first_bytes
from bench.servers import HEADLINE, ROOT, Row, Site, in_turns, nginx

ALBUMS = {20: "Small 20", 19_998: "Everything"}  # two of 20,000 are archived, or in the trash
KEY = "bench"
LONGEST_LOOK = 300.0  # seconds
BAR_RATE = 0.4
AT_ONCE = 16


@contextmanager
def stand_in(home: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    command = [sys.executable, "manage.py", "fake_immich", "--bind", "127.0.0.1:0", "--small"]
    command += ["--assets", "20000", "--videos", "0", "--live-photos", "0", "--api-key", KEY]
    environment = os.environ | {"LOGGIA_DATA": str(home / "stand-in")}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT)
    try:
        said = ""
        while server.stdout and "Listening at " not in said:
            said += server.stdout.readline() or sys.exit("the stand-in has ended")
        yield said.rpartition("Listening at ")[2].strip(), server
    finally:
        server.kill()
        server.communicate()


def make_links(url: str) -> dict[int, str]:
    """Links to the albums, once the portal has looked through all of Immich."""
    import django

    django.setup()
    from django.contrib.auth.models import User

    from portal.library import get_library
    from sharing.links import LinkSettings, share_album

    owner, until = User.objects.get(), time.monotonic() + LONGEST_LOOK
    while time.monotonic() < until:
        known = {
            album.count: album for album in get_library().albums() if album.name in ALBUMS.values()
        }
        if set(ALBUMS) <= set(known):
            links = {count: share_album(owner, known[count].id, LinkSettings()) for count in ALBUMS}
            return {count: link.path for count, link in links.items()}
        time.sleep(1)
    sys.exit(f"{url} was not looked through in {LONGEST_LOOK:.0f} s")


def print_pages(client: httpx.Client, paths: dict[int, str], when: str) -> None:
    first_bytes(client, paths)  # warm
    times = first_bytes(client, paths)
    small = times[min(times)]
    for size, taken in times.items():
        verdict = "ok" if taken / small <= BAR_GROWTH else "ABOVE"
        print(
            f"share page, {when}, {size:>6,} photos{taken * 1e3:>9.1f} ms"
            f"{taken / small:>8.2f} < {BAR_GROWTH:.1f} {verdict}"
        )


def fetch_all(client: httpx.Client, pictures: list[str]) -> float:
    """Seconds that a first page's thumbnails take."""
    started = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for answer in pool.map(client.get, pictures):
            answer.raise_for_status()
    return time.perf_counter() - started


def print_rates(us: Site, pictures: list[str], folder: Path) -> None:
    files = sorted((folder / "data" / "renditions").rglob("*.thumbnail.webp"))
    with nginx(folder, files[0]) as them:
        paths = {us.name: pictures, them.name: [str(file) for file in files]}

        def rate(site: Site) -> float:
            return requests_per_second(site, paths[site.name], SECONDS, folder)

        what = f"thumbnails, {AT_ONCE} connections, {len(files)} different"
        print(HEADLINE)
        print(Row(what, *in_turns(rate, us, them), "req/s", BAR_RATE))


def measure(folder: Path, url: str, server: "subprocess.Popen[str]") -> None:
    from tests.running import start

    data = folder / "data"
    loggia = start(data, LOGGIA_WEB_PROCESSES="2", LOGGIA_IMMICH_URL=url, LOGGIA_IMMICH_API_KEY=KEY)
    try:
        paths = make_links(url)
        headers = {"Accept-Encoding": "br, gzip"}
        with httpx.Client(base_url=loggia.url, headers=headers, trust_env=False) as client:
            print_pages(client, paths, "Immich there")
            page = client.get(paths[19_998], headers={"Accept-Encoding": "identity"}).text
            found = re.findall(r'src="(/media/[^"]+/thumbnail/[^"]+)"', page)
            pictures = list(dict.fromkeys(found))
            print(
                f"{len(pictures)} thumbnails for the first time{fetch_all(client, pictures):>18.2f} s"
            )
            print(f"{len(pictures)} thumbnails again{fetch_all(client, pictures):>31.2f} s")
            server.kill()
            time.sleep(1)
            print_pages(client, paths, "Immich away ")
        port = int(loggia.url.rpartition(":")[2])
        print_rates(Site("loggia", port, [], pictures[0], 0), pictures, folder)
    finally:
        loggia.stop()


def main() -> None:
    if not (shutil.which("wrk") and shutil.which("nginx")):
        sys.exit("wrk and nginx are needed")
    with tempfile.TemporaryDirectory(prefix="loggia-bench-") as home:
        folder = Path(home)
        folder.chmod(0o755)
        with stand_in(folder) as (url, server):
            os.environ |= {
                "DJANGO_SETTINGS_MODULE": "portal.settings",
                "LOGGIA_DATA": str(folder / "data"),
                "LOGGIA_IMMICH_URL": url,
                "LOGGIA_IMMICH_API_KEY": KEY,
                "LOGGIA_STATIC_ROOT": str(folder / "static"),
            }
            # What the portal is started with is what this process would read, too
            (folder / "data").mkdir()
            measure(folder, url, server)


if __name__ == "__main__":
    main()
