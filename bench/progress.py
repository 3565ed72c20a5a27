"""What guests cost who watch their downloads' progress, while all of these move twice a second.

Needs nothing but the portal itself; stays on loopback.
"""

import asyncio
import os
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from bench.servers import Site, count_in, cpu_seconds, ours, print_bar, resident, run_alone

GUESTS = 300


def make_guests() -> list[tuple[str, str]]:
    """Give each guest a download that goes on and on; return the streams' paths and visitors."""
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.utils import timezone

    from downloads.models import Download, DownloadState
    from downloads.tickets import Viewpoint
    from sharing.models import SharedLink

    call_command("migrate", verbosity=0)
    owner = User.objects.create_user("bench")
    link = SharedLink.objects.create(owner=owner, kind="ALBUM", album_id=uuid4())
    visitors = [f"{number:032}" for number in range(GUESTS)]
    Download.objects.bulk_create(
        Download(
            link=link,
            visitor=visitor,
            fingerprint=visitor,
            epoch=link.epoch,
            state=DownloadState.PREPARING,
            name="Summer.zip",
            count=300,
            expires_at=timezone.now() + timedelta(days=1),
        )
        for visitor in visitors
    )
    return [
        (Viewpoint(link.pk, link.epoch, "", visitor, link.path, "en").events_url(), visitor)
        for visitor in visitors
    ]


async def watch(site: Site, path: str, visitor: str, seen: list[str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    cookie = f"Cookie: loggia_visitor={visitor}\r\n"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{cookie}\r\n".encode())
    try:
        await reader.readuntil(b"event: dock")
        seen.append(visitor)
        while await reader.read(65536):
            pass
    finally:
        writer.close()


async def guests_watching(site: Site, events: list[tuple[str, str]]) -> None:
    """Print what watching guests cost, while all of their downloads move twice a second."""
    from asgiref.sync import sync_to_async

    from downloads.models import Download

    before = (resident(site), count_in(site, "task"), count_in(site, "fd", ".sqlite3"))
    seen: list[str] = []
    tasks = [asyncio.create_task(watch(site, *event, seen)) for event in events]
    started = time.perf_counter()
    while len(seen) < len(events) and time.perf_counter() - started < 30:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    took, used = time.perf_counter() - started, cpu_seconds(site)
    for _ in range(10):
        await sync_to_async(Download.objects.unfinished().touch)()
        await asyncio.sleep(0.5)
    busy = (cpu_seconds(site) - used) / 5 * 100
    print_bar(f"growth with {len(seen)} guests watching", resident(site) - before[0], "MB", 60)
    print(
        f"  all had their dock after {took:.1f} s; {busy:.0f} % of a core while all of them change"
    )
    threads = count_in(site, "task") - before[1]
    files = count_in(site, "fd", ".sqlite3") - before[2]
    print(f"  threads more than before: {threads}, open database files more: {files}")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def measure() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    with tempfile.TemporaryDirectory(prefix="loggia-bench-") as folder:
        os.environ["LOGGIA_DATA"] = str(Path(folder) / "data")
        events = make_guests()
        with ours("/login/") as site:
            asyncio.run(guests_watching(site, events))


def main() -> None:
    """Measure in a process of its own: Django's settings, so the data folder, hold for a whole one."""
    run_alone("progress")


if __name__ == "__main__":
    main()
