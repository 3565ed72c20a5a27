"""Whether Loggia and an Immich server get along: for start-up, checks and people."""

from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from portal.library.immich.client import ImmichClient, Server
from portal.library.immich.permissions import introduce
from portal.library.interface import LibraryError

PATIENCE = httpx.Timeout(5.0, connect=3.0)


@dataclass(frozen=True, slots=True)
class Connection:
    """``trouble`` is a sentence, empty when all is well; ``lacking`` are useful permissions.

    ``lacking_for_uploads`` count only where a link takes uploads.
    """

    version: str = ""
    trouble: str = ""
    lacking: Sequence[str] = ()
    lacking_for_uploads: Sequence[str] = ()


def look_at(site: str, api_key: str) -> Connection:
    """Ask once, without patience; whatever is wrong is told, never raised."""
    client = ImmichClient(Server.with_key(site, api_key), timeout=PATIENCE)
    try:
        found = introduce(client, tries=1)
    except LibraryError as exc:
        return Connection(trouble=str(exc))
    finally:
        client.close()
    return Connection(found.version, "", found.lacking, found.lacking_for_uploads)
