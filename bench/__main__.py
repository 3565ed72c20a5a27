"""Run the measurements and write them down: ``python -m bench [renditions bytes …]``.

Without names all run. Each run of a measurement replaces its chapter of ``docs/performance.md``,
with the day and the load it ran under; the chapters of others stay.
"""

import os
import platform
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import bench

REPORT = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
INTRODUCTION = """# Performance
Measured by `make bench`, which writes this page; `python -m bench NAME` measures and writes one
chapter anew. Each row stands beside its limit, or a server measured in the same run, since machines
differ and are shared: read the ratios, not the figures.
"""
NOISE = re.compile(r"[-0-9]{10} [:0-9]{8},[0-9]{3} [A-Z]+ ")  # lines of a log, not of a table


def measure(name: str, module: ModuleType) -> str:
    """Run one measurement in a process of its own; return its chapter of the report."""
    start, load = time.monotonic(), os.getloadavg()[0]
    print(f"── {name} ──", flush=True)
    command = [sys.executable, "-u", "-m", module.__name__]
    printed: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            printed.append(line)
    if process.returncode:
        sys.exit(f"loggia: the measurement {name} failed")
    print(f"({time.monotonic() - start:.0f} s)\n", flush=True)
    return _chapter(name, module, printed, load)


def _chapter(name: str, module: ModuleType, printed: list[str], load: float) -> str:
    about = (module.__doc__ or "").strip()
    day, python = datetime.now(UTC).strftime("%Y-%m-%d"), platform.python_version()
    where = f"{day}, Python {python}, {os.cpu_count()} cores, load {load:.1f} at the start."
    table = "".join(line for line in printed if not NOISE.match(line)).strip("\n")
    return f"## {name}\n{about}\n\n{where}\n\n```\n{table}\n```\n"


def write_down(name: str, chapter: str) -> None:
    """Replace the chapter of this name in the report, or add it in the order of names."""
    found = REPORT.read_text() if REPORT.exists() else ""
    kept = {part.partition("\n")[0]: f"## {part}" for part in found.split("\n## ")[1:]}
    kept[name] = chapter
    chapters = [kept[each].rstrip("\n") + "\n" for each in sorted(kept)]
    REPORT.write_text("\n".join([INTRODUCTION, *chapters]))


def main(wanted: list[str]) -> None:
    found = (name for _, name, _ in iter_modules(bench.__path__) if not name.startswith("_"))
    modules = {name: import_module(f"bench.{name}") for name in sorted(found)}
    names = [name for name, module in modules.items() if hasattr(module, "main")]
    if unknown := set(wanted) - set(names):
        sys.exit(f"loggia: no measurement named {', '.join(sorted(unknown))}; {', '.join(names)}")
    for name in wanted or names:
        write_down(name, measure(name, modules[name]))


if __name__ == "__main__":
    main(sys.argv[1:])
