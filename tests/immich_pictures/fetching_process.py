"""A process of its own that fetches pictures with 16 threads: address, key, locks, ids."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

from portal.library.immich.client import ImmichClient, Server
from portal.library.immich.fetching import Fetcher
from portal.library.immich.turns import Turns


def main(address: str, key: str, locks: str, *ids: str) -> None:
    fetcher = Fetcher(ImmichClient(Server.with_key(address, key)), Turns(Path(locks), 8))
    with ThreadPoolExecutor(16) as pool:
        sizes = list(pool.map(lambda one: len(fetcher.picture(UUID(one), "thumbnail")), ids))
    sys.stdout.write(f"{len(sizes)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
