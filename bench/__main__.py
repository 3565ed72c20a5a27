"""Run the measurements and write them down: ``python -m bench [renditions bytes …]``.

Without names all run, and ``docs/performance.md`` is written anew.
"""

import os
import platform
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
Measured by `make bench`, which writes this page. Each row stands beside its limit, or a server
measured in the same run, since machines differ and are shared: read the ratios, not the figures.
One measurement alone: `python -m bench NAME`.

{when}, Python {python}, {cores} cores, load {load:.1f} at the start.
"""


def measure(name: str, module: ModuleType) -> str:
    """Run one measurement in a process of its own; return its chapter of the report."""
    start = time.monotonic()
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
    about = (module.__doc__ or "").strip()
    return f"## {name}\n{about}\n\n```\n{''.join(printed).rstrip()}\n```\n"


def main(wanted: list[str]) -> None:
    found = (name for _, name, _ in iter_modules(bench.__path__) if not name.startswith("_"))
    modules = {name: import_module(f"bench.{name}") for name in sorted(found)}
    names = [name for name, module in modules.items() if hasattr(module, "main")]
    if unknown := set(wanted) - set(names):
        sys.exit(f"loggia: no measurement named {', '.join(sorted(unknown))}; {', '.join(names)}")
    introduction = INTRODUCTION.format(
        when=datetime.now(UTC).strftime("%Y-%m-%d"),
        python=platform.python_version(),
        cores=os.cpu_count(),
        load=os.getloadavg()[0],
    )
    chapters = [measure(name, modules[name]) for name in wanted or names]
    if not wanted:
        REPORT.write_text("\n".join([introduction, *chapters]))


if __name__ == "__main__":
    main(sys.argv[1:])
