"""How long clients wait for a search, and for a check of 5,000 files: ``python -m bench api_search``.

Over HTTP, one request at a time, the median of several. A page of 1,000 photos among 100,000 stands
beside the same page among 2,000, in one run; rows are written straight into the index. Of 5,000
files that are checked all lie there, or a tenth.
"""

import os
import secrets
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from bench.servers import ours

FEW, MANY, PAGE = 2_000, 100_000, 1_000
CHECKED = 5_000
TIMES = 7
BAR = 3.0  # times the page among few
CHECK_BAR = 300.0  # ms
FILE = b"a photo"
Asked = dict[str, Any]
QUESTIONS: dict[str, Asked] = {
    "first page": {"page": 1},
    "page in the middle": {"page": None},
    "last page": {"page": -1},
    "first page, oldest first": {"page": 1, "order": "asc"},
    "first page with EXIF": {"page": 1, "withExif": True},
    "videos": {"type": "VIDEO"},
    "one camera": {"make": "Canon", "model": "EOS R5"},
    "one in 1,000 by its lens": {"lensModel": "rare"},
    "a part of a name": {"originalFileName": "DSC_0001"},
    "one day": {"takenAfter": "2025-07-02T00:00:00Z", "takenBefore": "2025-07-03T00:00:00Z"},
    "new since a moment": {"createdAfter": "2025-12-31T00:00:00Z"},
    "one by its checksum": {"checksum": "0" * 40},
    "in an album of 300": {"albumIds": ["album"]},
}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="loggia-bench-") as folder:
        photos = Path(folder) / "photos"
        photos.mkdir()
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "LOGGIA_DATA": f"{folder}/data",
            "LOGGIA_PHOTOS": str(photos),
            "LOGGIA_LOG_LEVEL": "ERROR",
        }
        key, album = prepare(photos)
        write(0, FEW, album)
        with ours("/api/server/ping") as site, program(site.port, key) as client:
            few = {what: _search(client, body, FEW, album) for what, body in QUESTIONS.items()}
            write(FEW, MANY, album)
            many = {what: _search(client, body, MANY, album) for what, body in QUESTIONS.items()}
            _print(few, many)
            place()
            for one_in in (1, 10):
                _print_check(client, one_in)


def prepare(photos: Path) -> tuple[str, str]:
    """Return an API key, and the id of an empty album whose files lie in the folder."""
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from portal.accounts.api_keys import make_api_key
    from portal.library.folder.models import Folder, StoredAlbum

    call_command("migrate", verbosity=0)
    (photos / "a").mkdir()
    album = StoredAlbum.objects.create(name="Album", images=300)
    Folder.objects.create(root=0, path=b"a", album=album, is_new=False)
    _row, key = make_api_key(User.objects.create_user("bench"), "bench", ["all"])
    return key, str(album.pk)


def write(start: int, end: int, album: str) -> None:
    """Write rows as a scan leaves them; the first 300 are in the album."""
    from portal.library.folder.models import Member, StoredAsset

    rows = [_row_of(number) for number in range(start, end)]
    StoredAsset.objects.bulk_create(rows, batch_size=1_000)
    if not start:
        Member.objects.bulk_create(
            Member(album_id=album, asset=row, taken_at=row.taken_at) for row in rows[:300]
        )


def place() -> None:
    """Have the files of those lie there that are checked."""
    from portal.library.folder.models import Folder, Place, StoredAsset

    folder, places = Folder.objects.get(), []
    for row in StoredAsset.objects.order_by("filename")[:CHECKED]:
        path = Path(os.environ["LOGGIA_PHOTOS"]) / "a" / row.filename
        path.write_bytes(FILE)
        status = path.stat()
        places.append(
            Place(
                folder=folder, name=path.name.encode(), asset=row, size=status.st_size,
                mtime_ns=status.st_mtime_ns, inode=status.st_ino,
            )
        )  # fmt: skip
    Place.objects.bulk_create(places, batch_size=1_000)


def _row_of(number: int) -> Any:
    from portal.library.folder.models import StoredAsset

    # As many photos a day, however many there are; bursts share a moment
    moment = datetime(2025, 7, 1, tzinfo=UTC) + timedelta(seconds=number // 3 * 250)
    return StoredAsset(
        sha1=number.to_bytes(20, "big"), crc32=0, size=len(FILE), media_type="image/jpeg",
        kind="image" if number % 20 else "video", filename=f"DSC_{number:06}.jpg", width=4000,
        height=3000, taken_at=moment, moment_at=moment, thumbhash=secrets.token_bytes(24),
        is_listed=True, renditions="ready", make="Canon" if number % 2 else "Apple",
        model="EOS R5" if number % 6 == 1 else "other", lens="" if number % 1_000 else "rare",
        added_at=datetime(2025, 12, 30, tzinfo=UTC) + timedelta(days=2 * (number % 100 == 0)),
    )  # fmt: skip


def program(port: int, key: str) -> httpx.Client:
    site = f"http://127.0.0.1:{port}/api"
    return httpx.Client(base_url=site, headers={"x-api-key": key}, timeout=120)


def _search(client: httpx.Client, question: Asked, among: int, album: str) -> tuple[float, int]:
    """Milliseconds, and how many photos came."""
    pages = {None: among // PAGE // 2 or 1, -1: among // PAGE}
    body = {"size": PAGE, **question}
    if "page" in body:
        body["page"] = pages.get(body["page"], body["page"])
    if "albumIds" in body:
        body["albumIds"] = [album]
    waits, answer = _waits(client, "/search/metadata", body)
    return median(waits), answer["assets"]["count"]


def _waits(client: httpx.Client, path: str, body: Asked) -> tuple[list[float], Any]:
    waits = []
    for _ in range(TIMES):
        start = time.perf_counter()
        response = client.post(path, json=body)
        waits.append((time.perf_counter() - start) * 1_000)
        response.raise_for_status()
    return waits, response.json()


def _print(few: dict[str, tuple[float, int]], many: dict[str, tuple[float, int]]) -> None:
    print(f"{'search/metadata, ms':<28}{f'{FEW:,}':>10}{f'{MANY:,}':>10}{'ratio':>8}{'bar':>6}")
    for what, body in QUESTIONS.items():
        (one, _), (other, count) = few[what], many[what]
        within = "ok" if other <= BAR * one else "ABOVE"
        verdict = f"{BAR:>6.1f} {within}" if "page" in body else ""
        print(f"{what:<28}{one:>10.1f}{other:>10.1f}{other / one:>8.2f}{verdict}  ({count} found)")


def _print_check(client: httpx.Client, one_in: int) -> None:
    """Of each so many files one lies there; nobody has the others."""
    sums = [(n if n % one_in == 0 else 2**100 + n).to_bytes(20, "big") for n in range(CHECKED)]
    body = {"assets": [{"id": str(n), "checksum": sha1.hex()} for n, sha1 in enumerate(sums)]}
    waits, answer = _waits(client, "/assets/bulk-upload-check", body)
    here = sum(result["action"] == "reject" for result in answer["results"])
    verdict = "ok" if median(waits) <= CHECK_BAR else "ABOVE"
    print(f"bulk-upload-check of {CHECKED:,}: {median(waits):.0f} ms", end=" ")
    print(f"(best {min(waits):.0f}; bar {CHECK_BAR:.0f}: {verdict}; {here} there)")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
