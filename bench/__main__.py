"""Run the measurements, all or the named ones: ``python -m bench [renditions bytes …]``."""

import sys
import time
from importlib import import_module
from pkgutil import iter_modules

import bench


def main(wanted: list[str]) -> None:
    names = sorted(m.name for m in iter_modules(bench.__path__) if not m.name.startswith("_"))
    if unknown := set(wanted) - set(names):
        sys.exit(f"loggia: no measurement named {', '.join(sorted(unknown))}; {', '.join(names)}")
    for name in wanted or names:
        module = import_module(f"bench.{name}")
        if not hasattr(module, "main"):
            continue  # what several measurements share
        print(f"── {name} ──", flush=True)
        start = time.monotonic()
        module.main()
        print(f"({time.monotonic() - start:.0f} s)\n", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
