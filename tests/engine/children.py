"""The engine in a process of its own, to be killed or given another environment."""

import json
import os
import subprocess
import sys
from pathlib import Path

from downloads.engine import DownloadTask

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import json, sys
from pathlib import Path
import anyio
from downloads.engine import DownloadTask, Engine, Existing, Group, Limits
order = json.load(sys.stdin)
tasks = [
    DownloadTask(**t | {"checksum": bytes.fromhex(t["checksum"]), "group": Group(t["group"])})
    for t in order["tasks"]
]
limits = Limits(backoff=0.01, backoff_cap=0.02, silence=2, disk_reserve=0)
engine = Engine(Path(order["folder"]), limits=limits, existing=Existing.VERIFY)
print("ready", flush=True)
report = anyio.run(engine.run, tasks)
print(json.dumps({o.task.task_id: str(o.error or o.state) for o in report.outcomes.values()}))
"""


def start_child(
    folder: Path, tasks: list[DownloadTask], **environment: str
) -> subprocess.Popen[str]:
    """Begin fetching; what it prints at its end is each task's error, or else its state."""
    fields = ["task_id", "url", "filename", "group", "size"]
    order = {
        "folder": str(folder),
        "tasks": [
            {name: getattr(task, name) for name in fields}
            | {"headers": dict(task.headers), "checksum": (task.checksum or b"").hex()}
            for task in tasks
        ],
    }
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        cwd=ROOT,
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin
    assert child.stdout
    child.stdin.write(json.dumps(order))
    child.stdin.close()
    child.stdin = None  # else communicate() flushes it
    assert child.stdout.readline() == "ready\n"
    return child
