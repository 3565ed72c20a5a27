"""The ASGI application: bytes and streams before Django, pages behind."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django_app = get_asgi_application()  # makes the models importable, so it comes first

from django.conf import settings  # noqa: E402

from downloads.api.archives import ADDRESS as API_ARCHIVE  # noqa: E402
from downloads.api.archives import ArchiveBytes  # noqa: E402
from downloads.asgi import make_archives, make_events  # noqa: E402
from downloads.sending import share_archives  # noqa: E402
from downloads.tickets import ARCHIVES, EVENTS  # noqa: E402
from portal.accounts.open_keys import open_keys  # noqa: E402
from portal.accounts.sessions import signed_in  # noqa: E402
from portal.api_app import make_api  # noqa: E402
from portal.api_lean import ADDRESS as API  # noqa: E402
from portal.bodies import BoundedPages  # noqa: E402
from portal.library import get_library  # noqa: E402
from portal.library.renditions import RenditionStore  # noqa: E402
from portal.media.app import MediaApp  # noqa: E402
from portal.media.delivering import Delivering  # noqa: E402
from portal.media.memory import MemoryCache  # noqa: E402
from portal.media.sending import AtOnce, Receive, Scope, Send  # noqa: E402
from portal.media.shelf import Shelf  # noqa: E402
from portal.media.table import GrantTable  # noqa: E402
from portal.media.tickets import PREFIX  # noqa: E402
from portal.static_app import StaticApp  # noqa: E402
from sharing.api.asset_bytes import AssetBytes  # noqa: E402
from sharing.api.handing_out import ADDRESS as ASSET_BYTES  # noqa: E402
from sharing.api.uploads.app import ADDRESS as SENT_ASSETS  # noqa: E402
from sharing.api.uploads.app import ApiUploads  # noqa: E402
from sharing.asgi import (  # noqa: E402
    LINK_EVENTS,
    REVIEW_EVENTS,
    STATUS_EVENTS,
    make_link_events,
    make_review_events,
    make_status_events,
)
from sharing.contributions.asgi import UploadsApp  # noqa: E402
from sharing.contributions.astray import SharedAstray  # noqa: E402
from sharing.contributions.callers import ADDRESS  # noqa: E402
from sharing.grants import LinkGrants, LinkTakes  # noqa: E402
from sharing.managing.originals import ORIGINALS, SentOriginals  # noqa: E402

App = Callable[..., Awaitable[None]]
Background = Callable[[], Coroutine[Any, Any, None]]


class Front:
    """Sends each request to the application mounted at its path's beginning, else to ``pages``.

    What lies below an address that others choose is mounted at a pattern, for the whole path.
    ``background`` coroutines run from the server's start to its end; for ``at_once`` see
    ``portal.web``.
    """

    def __init__(
        self,
        pages: App,
        mounts: dict[str, App],
        patterns: dict[re.Pattern[str], App],
        background: list[Background],
        at_once: AtOnce,
    ) -> None:
        self.at_once = at_once
        self._pages = pages
        self._mounts = mounts
        self._patterns = patterns
        self._background = background

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._app_for(scope["path"])(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:  # a WebSocket: there are none here
            await receive()
            await send({"type": "websocket.close", "code": 1000})

    def _app_for(self, path: str) -> App:
        for prefix, app in self._mounts.items():
            if path.startswith(prefix):
                return app
        for pattern, app in self._patterns.items():
            if pattern.fullmatch(path):
                return app
        return self._pages

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        running = [asyncio.create_task(start()) for start in self._background]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in running:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await send({"type": "lifespan.shutdown.complete"})


def make_application() -> Front:
    grants = GrantTable(LinkGrants(), signed_in, open_keys)
    memory = MemoryCache(settings.LOGGIA_MEMORY_CACHE_SIZE)
    shelf = Shelf(RenditionStore(settings.RENDITIONS_DIR), get_library, memory)
    delivering = Delivering(shelf, LinkTakes())
    media = MediaApp(grants, delivering)
    archives = share_archives()
    mounts: dict[str, App] = {
        PREFIX: media,
        ARCHIVES: make_archives(grants, archives),
        EVENTS: make_events(grants),
        LINK_EVENTS: make_link_events(grants),
        REVIEW_EVENTS: make_review_events(grants),
        STATUS_EVENTS: make_status_events(grants),
        settings.STATIC_URL: StaticApp(settings.STATIC_ROOT, settings.STATIC_URL),
    }
    pages = SharedAstray(BoundedPages(django_app, settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
    patterns: dict[re.Pattern[str], App] = {ADDRESS: UploadsApp(), ORIGINALS: SentOriginals(grants)}
    patterns[API_ARCHIVE] = ArchiveBytes(grants, archives)
    patterns[ASSET_BYTES] = AssetBytes(grants, delivering)
    api = make_api()
    patterns[SENT_ASSETS] = ApiUploads(api)
    patterns[API] = api  # after all that is mounted below /api
    return Front(pages, mounts, patterns, [grants.run], media.at_once)


application = make_application()
