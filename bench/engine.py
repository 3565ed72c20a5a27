"""How fast many files are fetched, beside curl on the same addresses: ``python -m bench.engine``.

300 files of about 4 MB come from the stand-in of an Immich server, six at once, in three groups;
the engine checks the SHA-1 of each and makes it safe on the disk, curl does neither. Then six of
1 GB, for the memory. About 1.3 GB in a temporary folder (6.5 GB for the large ones).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bench.servers import ROOT, Row, print_bar

FILES = 300
ROUNDS = 5
BAR = 0.4
MEMORY_BAR = 150  # MB
HEADLINE = f"{'':<44}{'engine':>10}{'curl':>10}  {'':<7}{'ratio':>6}  {'bar':>4}"
FETCH = "from bench import engine; engine.fetch_tasks()"


@contextmanager
def stand_in(*options: str) -> Iterator[list[dict[str, Any]]]:
    """Start the stand-in; its assets, as tasks with checksums."""
    command = [sys.executable, "manage.py", "fake_immich", "--bind", "127.0.0.1:0", "--small"]
    command += ["--videos", "0", "--live-photos", "0", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            said = iter(process.stdout or ())
            key, url = (next(said).split()[-1] for _ in range(2))
            yield _assets(url, key)
        finally:
            process.kill()


def _assets(url: str, key: str) -> list[dict[str, Any]]:
    headers = {"x-api-key": key}
    body = {"size": 1000, "withExif": True}
    answer = httpx.post(f"{url}/api/search/metadata", headers=headers, json=body, timeout=60)
    assets = answer.raise_for_status().json()["assets"]["items"]
    return [
        {
            "task_id": asset["id"],
            "url": f"{url}/api/assets/{asset['id']}/original",
            "headers": headers,
            "filename": f"{number}.jpg",
            "group": ["image", "video", "livephoto"][number % 3],
            "size": asset["exifInfo"]["fileSizeInByte"],
            "checksum": asset["checksum"],
        }
        for number, asset in enumerate(a for a in assets if not a["libraryId"])
    ]


def by_engine(tasks: list[dict[str, Any]], folder: Path) -> dict[str, float]:
    """Fetch in a process of its own; what it says of itself."""
    order = json.dumps({"folder": str(folder), "tasks": tasks})
    answer = subprocess.run(
        [sys.executable, "-c", FETCH],
        cwd=ROOT,
        input=order,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    shutil.rmtree(folder)
    said: dict[str, float] = json.loads(answer.stdout)
    return said


def fetch_tasks() -> None:
    """The child: read the order, fetch, say how long it took and what it cost."""
    import resource

    import anyio

    from downloads.engine import DownloadTask, Engine, Group, Limits, State

    order = json.load(sys.stdin)
    tasks = [
        DownloadTask(**{**t, "group": Group(t["group"]), "checksum": b64decode(t["checksum"])})
        for t in order["tasks"]
    ]
    engine = Engine(Path(order["folder"]), limits=Limits(disk_reserve=0))
    before, cpu = time.perf_counter(), time.process_time()
    report = anyio.run(engine.run, tasks)
    seconds = time.perf_counter() - before
    if len(report.ended_as(State.COMPLETE)) != len(tasks):
        sys.exit("loggia: not every file arrived")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    said = {"seconds": seconds, "processor": time.process_time() - cpu, "peak": peak}
    print(json.dumps(said))


def by_curl(tasks: list[dict[str, Any]], folder: Path) -> dict[str, float]:
    folder.mkdir()
    config = folder.with_suffix(".curl")
    lines = [f'url="{t["url"]}"\noutput="{folder / t["filename"]}"\n' for t in tasks]
    config.write_text("".join(lines))
    command = ["curl", "-s", "-Z", "--parallel-max", "6", "-K", str(config)]
    command += ["-H", f"x-api-key: {tasks[0]['headers']['x-api-key']}"]
    before, cpu = time.perf_counter(), os.times()
    subprocess.run(command, check=True, capture_output=True)
    seconds, after = time.perf_counter() - before, os.times()
    if len(list(folder.iterdir())) != len(tasks):
        sys.exit("loggia: curl did not fetch every file")
    shutil.rmtree(folder)
    used = after.children_user + after.children_system - cpu.children_user - cpu.children_system
    return {"seconds": seconds, "processor": used}


def compare(root: Path, where: str, tasks: list[dict[str, Any]]) -> None:
    """Rounds in turns, so that other load hits both alike; the round with the median ratio."""
    size = sum(t["size"] for t in tasks)
    rounds = [
        (by_engine(tasks, root / "engine"), by_curl(tasks, root / "curl")) for _ in range(ROUNDS)
    ]
    speeds = [(size / 1e6 / us["seconds"], size / 1e6 / them["seconds"]) for us, them in rounds]
    speeds.sort(key=lambda pair: pair[0] / pair[1])
    us, them = speeds[ROUNDS // 2]
    print(Row(f"{len(tasks)} files of 4 MB to {where}", us, them, "MB/s", BAR))
    print(f"  all rounds: {', '.join(f'{us / them:.2f}' for us, them in speeds)}")
    us, them = (min(r[side]["processor"] for r in rounds) * 2**30 / size for side in (0, 1))
    print(Row("  processor per GiB", us * 1000, them * 1000, "ms"), flush=True)


def main() -> None:
    if not shutil.which("curl"):
        sys.exit("loggia: this measurement needs curl")
    print(HEADLINE, flush=True)
    memory = Path("/dev/shm")  # noqa: S108 - a disk of memory, to leave the real one out
    with stand_in("--assets", str(FILES + 20), "--file-size", "4M") as tasks:
        for where, parent in (("memory", memory), ("disk", None)):
            if parent is None or parent.is_dir():
                with tempfile.TemporaryDirectory(dir=parent) as root:
                    compare(Path(root), where, tasks[:FILES])
    with (
        stand_in("--assets", "10", "--file-size", "1G") as tasks,
        tempfile.TemporaryDirectory() as root,
    ):
        peak = by_engine(tasks[:6], Path(root) / "engine")["peak"]
        print_bar(f"peak memory, {len(tasks[:6])} files of 1 GB", peak, "MB", MEMORY_BAR)


if __name__ == "__main__":
    main()
