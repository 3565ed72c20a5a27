"""The dock: what a guest sees of their downloads, as plain values and as HTML."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from downloads.fitting import fitting_assets, refusal_of
from downloads.models import Download, DownloadItem, ItemState
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
    refusal: str = ""  # why the link's limit does not allow it, in words
    fitting: int = 0  # photos of it that would be allowed

    @property
    def has_sizes(self) -> bool:
        """Whether a bar of bytes says more than one of files: all their sizes are known."""
        download = self.download
        return bool(download.waiting_for and download.bytes_total)

    @property
    def can_retry(self) -> bool:
        is_lacking = self.download.count_left_out or self.download.is_failed
        return bool(is_lacking) and not self.download.is_unfinished and not self.refusal


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
            count = sum(card.download.count for card in active)
            if all(card.download.is_paused for card in active):
                text = ngettext("Waiting: %(n)s item…", "Waiting: %(n)s items…", count)
                return text % {"n": number_format(count, force_grouping=True)}
            text = ngettext("Downloading %(n)s item…", "Downloading %(n)s items…", count)
            return text % {"n": number_format(count, force_grouping=True)}
        ready = [card.download for card in self.cards if card.url]
        if len(ready) == 1:
            size = filesizeformat(ready[0].archive_size)
            return _("Ready: %(name)s, %(size)s") % {"name": ready[0].name, "size": size}
        if ready:
            text = ngettext("%(n)s download ready", "%(n)s downloads ready", len(ready))
            return text % {"n": len(ready)}
        return _("Nothing could be downloaded") if self.cards else ""


def dock_of(view: Viewpoint) -> Dock:
    """Look up a visitor's downloads of a link, newest last."""
    mine = Download.objects.of_visitor(view.link_id, view.visitor)
    downloads = mine.in_dock().select_related("link")
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
        failed = list(download.items.left_out().with_lone_halves()[:room])
        files += failed
        unseen = download.count_left_out - len(failed)
    link = download.link
    assert link is not None  # noqa: S101 - what owners ask for is in no dock
    if refusal := refusal_of(download, link):
        room = (link.bytes_left or 0) if download.is_ready else 0
        fitting = len(fitting_assets(download, room)) if room else 0
        return Card(download, files, unseen, refusal=refusal, fitting=fitting)
    if not download.is_ready or download.epoch != view.epoch:
        return Card(download, files, unseen)
    url = view.archive_url(download.pk, download.name, download.expires)
    finished = download.finished_at or download.created_at
    is_fresh = max(finished, download.requested_at) > timezone.now() - STARTS_WITHIN
    return Card(download, files, unseen, url, download.start_key if is_fresh else "")
