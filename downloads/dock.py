"""The dock: what a guest sees of their downloads, as plain values and as HTML."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from downloads.models import LEFT_OUT, Download, DownloadItem, ItemState
from downloads.tickets import Viewpoint
from portal.live.stream import event

MOST_ROWS = 6  # running and failed files shown of one download; the rest is counted
STARTS_WITHIN = timedelta(minutes=10)  # later a finished archive waits to be asked for


@dataclass(frozen=True, slots=True)
class Card:
    """One download in the dock."""

    download: Download
    files: list[DownloadItem]
    unseen: int  # files left out that are not among ``files``
    url: str = ""
    start_key: str = ""

    @property
    def open(self) -> int:
        return self.download.count - self.download.count_done - self.download.count_left_out

    @property
    def can_retry(self) -> bool:
        is_lacking = self.download.count_left_out or self.download.is_failed
        return bool(is_lacking) and not self.download.is_unfinished


@dataclass(frozen=True, slots=True)
class Dock:
    view: Viewpoint
    cards: list[Card]

    @property
    def base(self) -> str:
        return self.view.base

    @property
    def is_active(self) -> bool:
        return any(card.download.is_unfinished for card in self.cards)

    @property
    def events_url(self) -> str:
        return self.view.events_url()

    @property
    def title(self) -> str:
        active = [card for card in self.cards if card.download.is_unfinished]
        if active:
            count = sum(card.open for card in active)
            if not count:
                return _("Preparing…")
            text = ngettext("Downloading %(n)s item…", "Downloading %(n)s items…", count)
            return text % {"n": count}
        if ready := sum(card.download.is_ready for card in self.cards):
            return ngettext("Download ready", "Downloads ready", ready)
        return _("Nothing could be downloaded") if self.cards else ""


def dock_of(view: Viewpoint) -> Dock:
    """Look up a visitor's downloads of a link, newest last."""
    downloads = Download.objects.of_visitor(view.link_id, view.visitor).in_dock()
    return Dock(view, [_card(download, view) for download in downloads])


def render_events(view: Viewpoint) -> tuple[str, bool]:
    """Render the dock's present state as events, and tell whether they are the last."""
    with override(view.language):
        dock = dock_of(view)
        context: dict[str, Any] = {"dock": dock}
        title = event("title", render_to_string("downloads/dock.html#title", context))
        news = title + event("dock", render_to_string("downloads/dock.html#cards", context))
    return (news, False) if dock.is_active else (news + event("done", "done"), True)


def _card(download: Download, view: Viewpoint) -> Card:
    files = list(download.items.filter(state=ItemState.RUNNING)[:MOST_ROWS])
    unseen = 0
    if download.count_left_out:
        room = max(MOST_ROWS - len(files), 1)
        failed = list(download.items.filter(state__in=LEFT_OUT)[:room])
        files += failed
        unseen = download.count_left_out - len(failed)
    if not download.is_ready or download.epoch != view.epoch:
        return Card(download, files, unseen)
    url = view.archive_url(download.pk, download.name, download.expires)
    finished = download.finished_at or download.created_at
    is_fresh = max(finished, download.requested_at) > timezone.now() - STARTS_WITHIN
    return Card(download, files, unseen, url, download.start_key if is_fresh else "")
