"""How the share page grows with its album: ``python -m bench pages``.

Albums of 100, 2,000 and 20,000 rows are written straight into the index; a real portal renders
them. First bytes are medians over requests that take turns, so that a busy machine is fair to all.
"""

import os
import re
import secrets
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx

SIZES = (100, 2_000, 20_000)
ROUNDS = 25
BAR_GROWTH = 2.0  # first byte at 20,000, as a multiple of that at 100
BAR_PAGE = 80_000  # bytes, compressed
BAR_CODE = 50_000  # bytes of script and style, compressed


def write_album(count: int) -> UUID:
    """Write an album's rows, as a scan leaves them."""
    from portal.library.folder.models import Member, StoredAlbum, StoredAsset

    noon = datetime(2025, 7, 1, 12, tzinfo=UTC)
    album = StoredAlbum.objects.create(
        name=f"{count} photos",
        images=count,
        size=count * 4_000_000,
        first=noon.date(),
        last=(noon + timedelta(minutes=7 * count)).date(),
        version=secrets.token_hex(8),
    )
    assets = [
        StoredAsset(
            sha1=secrets.token_bytes(20),
            crc32=0,
            size=4_000_000,
            kind="image",
            media_type="image/jpeg",
            filename=f"DSC_{number:05}.jpg",
            width=4000 if number % 3 else 3000,
            height=3000 if number % 3 else 4000,
            taken_at=noon + timedelta(minutes=7 * number),
            moment_at=noon + timedelta(minutes=7 * number),
            thumbhash=secrets.token_bytes(24),
            is_listed=True,
            renditions="ready",
        )
        for number in range(count)
    ]
    StoredAsset.objects.bulk_create(assets, batch_size=500)
    members = [Member(album=album, asset=asset, taken_at=asset.taken_at) for asset in assets]
    Member.objects.bulk_create(members, batch_size=500)
    return album.pk


def prepare() -> dict[int, str]:
    """Return the address of a link to an album of each size."""
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from sharing.links import LinkSettings, share_album

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    owner = User.objects.create_superuser("bench")
    return {size: share_album(owner, write_album(size), LinkSettings()).path for size in SIZES}


def first_bytes(client: httpx.Client, paths: dict[int, str]) -> dict[int, float]:
    """Seconds until a page's first byte: the median of each size."""
    taken: dict[int, list[float]] = {size: [] for size in paths}
    for _ in range(ROUNDS):
        for size, path in paths.items():
            start = time.perf_counter()
            with client.stream("GET", path) as response:
                pieces = response.iter_raw()
                next(pieces)
                taken[size].append(time.perf_counter() - start)
                for _rest in pieces:
                    pass
    return {size: statistics.median(times) for size, times in taken.items()}


def compressed(client: httpx.Client, path: str) -> int:
    with client.stream("GET", path) as response:
        response.raise_for_status()
        return sum(len(piece) for piece in response.iter_raw())


def code_of(client: httpx.Client, page: str) -> list[str]:
    """The scripts and styles that a page asks for when it is opened."""
    html = client.get(page).text
    named = re.findall(r'(?:src|href)="(/static/[^"]+\.(?:js|css))"', html)
    return sorted(set(named))


def print_table(client: httpx.Client, paths: dict[int, str]) -> None:
    first_bytes(client, paths)  # warm
    times = first_bytes(client, paths)
    print(f"{'share page':<28}{'first byte':>12}{'of 100':>8}{'bar':>6}{'gzip':>12}{'bar':>10}")
    for size, path in paths.items():
        ratio = times[size] / times[SIZES[0]]
        page = compressed(client, path)
        verdict = "ok" if ratio <= BAR_GROWTH and page <= BAR_PAGE else "ABOVE"
        print(
            f"{size:>7,} photos{'':<14}{times[size] * 1e3:>9.1f} ms{ratio:>8.2f}{BAR_GROWTH:>6.1f}"
            f"{page:>10,} B{BAR_PAGE:>8,} B {verdict}"
        )
    files = code_of(client, paths[SIZES[0]])
    total = sum(compressed(client, file) for file in files)
    verdict = "ok" if total <= BAR_CODE else "ABOVE"
    print(
        f"script and style at load, {len(files)} files, brotli{total:>16,} B{BAR_CODE:>8,} B {verdict}"
    )


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="loggia-bench-") as folder:
        data = Path(folder) / "data"
        photos = Path(folder) / "photos"
        photos.mkdir()
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "LOGGIA_DATA": str(data),
            "LOGGIA_PHOTOS": str(photos),
            "LOGGIA_STATIC_ROOT": str(Path(folder) / "static"),
        }
        paths = prepare()
        from tests.running import start

        loggia = start(data, LOGGIA_PHOTOS=str(photos), LOGGIA_SCAN_INTERVAL="900d")
        try:
            headers = {"Accept-Encoding": "br, gzip"}
            with httpx.Client(base_url=loggia.url, headers=headers, trust_env=False) as client:
                print_table(client, paths)
        finally:
            loggia.stop()


if __name__ == "__main__":
    main()
