"""How fast an owner's files come in by /api: ``python -m bench api_upload``.

300 files of 4 MB to one portal of two web processes, by ``manage.py upload`` and by immichpy's own
``upload``, each in a process of its own from its start to its end, five files at once. In four
turns, so that the growing index and other load hit both alike; every checksum is asked for
afterwards. Then small files, one request each, from eight clients that keep their connections.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from io import BytesIO
from itertools import count
from pathlib import Path
from shutil import rmtree

import httpx

from bench.servers import ROOT, Row, Site, ours

FILES, SIZE, EACH_TURN = 300, 4_000_000, 150
SMALL, SMALL_SIZE, CLIENTS = 200, 100_000, 8
COMMENT = 60_000  # bytes; a JPEG may have many
TIMES = {"fileCreatedAt": "2025-05-05T10:00:00Z", "fileModifiedAt": "2025-05-05T10:00:00Z"}
HEADLINE = f"{'':<44}{'loggia':>10}{'immichpy':>10}  {'':<7}{'ratio':>6}  {'bar':>4}"
IMMICHPY = """
import asyncio, sys
from immichpy import AsyncClient
async def main(url, key, folder):
    async with AsyncClient(api_key=key, base_url=url + "/api") as client:
        result = await client.assets.upload([folder], concurrency=5)
    if result.failed:
        sys.exit(str(result.failed[0]))
asyncio.run(main(*sys.argv[1:]))
"""
_numbers = count()


def make_key() -> str:
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from portal.accounts.api_keys import make_api_key

    call_command("migrate", verbosity=0)
    return make_api_key(User.objects.create_user("bench"), "bench", ["all"])[1]


def paint() -> bytes:
    """A photo of 3 million pixels, in about 1 MB."""
    from PIL import Image

    file = BytesIO()
    Image.effect_noise((2000, 1500), 30).convert("RGB").save(file, "JPEG", quality=75)
    return file.getvalue()


def photo(painted: bytes, size: int) -> bytes:
    """The same picture in so many bytes, made another file by what is said in it."""
    lacking, comments = max(size - len(painted), 1_000), []
    while lacking > 0:
        text = next(_numbers).to_bytes(8, "big") * (min(lacking, COMMENT) // 8)
        comments.append(b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text)
        lacking -= COMMENT
    return painted[:2] + b"".join(comments) + painted[2:]


def write_photos(folder: Path, painted: bytes) -> list[str]:
    """Write one turn's files; returns their checksums."""
    folder.mkdir()
    checksums = []
    for number in range(EACH_TURN):
        content = photo(painted, SIZE)
        (folder / f"IMG_{number:04}.jpg").write_bytes(content)
        checksums.append(hashlib.sha1(content, usedforsecurity=False).hexdigest())
    return checksums


def turn(command: list[str], site: Site, key: str, folder: Path, painted: bytes) -> float:
    """Seconds that a client takes for files that are new to the portal."""
    checksums = write_photos(folder, painted)
    started = time.perf_counter()
    done = subprocess.run(
        [*command, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(done.stderr or done.stdout)
    asked = {"assets": [{"id": each, "checksum": each} for each in checksums]}
    with client_of(site, key) as client:
        answer = client.post("/api/assets/bulk-upload-check", json=asked).json()["results"]
    if any(each["action"] != "reject" for each in answer):
        raise SystemExit("Not all that was sent is there.")
    rmtree(folder)
    return seconds


def compare(site: Site, key: str, folder: Path) -> Iterator[Row]:
    url = f"http://127.0.0.1:{site.port}"
    own = [sys.executable, "manage.py", "upload", "--url", url, "--key", key]
    other = [sys.executable, "-c", IMMICHPY, url, key]
    painted, seconds = paint(), {"own": 0.0, "other": 0.0}
    for number, name in enumerate(("other", "own", "own", "other")):
        command = own if name == "own" else other
        seconds[name] += turn(command, site, key, folder / str(number), painted)
    rates = {name: FILES * SIZE / 1e6 / taken for name, taken in seconds.items()}
    yield Row(f"{FILES} files of 4 MB", rates["own"], rates["other"], "MB/s", 1.0)


def client_of(site: Site, key: str) -> httpx.Client:
    url = f"http://127.0.0.1:{site.port}"
    return httpx.Client(base_url=url, headers={"x-api-key": key}, timeout=60, trust_env=False)


def small_files(site: Site, key: str) -> float:
    """Files a second."""
    painted = photo(b"\xff\xd8" + _small()[2:], 1)
    contents = [photo(painted, SMALL_SIZE) for _ in range(SMALL)]

    def send(some: list[bytes]) -> None:
        with client_of(site, key) as client:
            for content in some:
                files = {"assetData": ("IMG.jpg", content)}
                client.post("/api/assets", data=TIMES, files=files).raise_for_status()

    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(send, (contents[start::CLIENTS] for start in range(CLIENTS))))
    return SMALL / (time.perf_counter() - started)


def _small() -> bytes:
    from PIL import Image

    file = BytesIO()
    Image.effect_noise((640, 480), 30).convert("RGB").save(file, "JPEG", quality=75)
    return file.getvalue()


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loggia-bench-")))
        os.environ["LOGGIA_DATA"] = str(folder / "data")
        os.environ["LOGGIA_PHOTOS"] = str(folder / "photos")
        (folder / "photos").mkdir()
        key = make_key()
        site = stack.enter_context(ours("/healthz"))
        print(HEADLINE)
        for row in compare(site, key, folder):
            print(row, flush=True)
        rate = small_files(site, key)
        print(f"{f'{SMALL} files of 100 KB, {CLIENTS} clients':<44}{rate:>10.0f}{'':>10}  files/s")


if __name__ == "__main__":
    main()
