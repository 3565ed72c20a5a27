"""The owner's review: what was sent, in piles by where it stands, by link and by sender."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, F
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.media.tickets import MediaSigner
from sharing.contributions.models import State, Upload, UploadQuerySet
from sharing.managing.cards import Picture, thumbnail
from sharing.managing.duplicates import Duplicates
from sharing.managing.originals import LIE_THERE, is_seen_in_browsers
from sharing.managing.parameters import number_from, uuid_from
from sharing.managing.waiting import seen_as_one
from sharing.showing.tiles import as_clock

STEP = 60  # files a page


@dataclass(frozen=True, slots=True)
class Pile:
    label: Any
    states: tuple[State, ...]
    decisions: tuple[str, ...] = ()


PILES = {
    "": Pile(gettext_lazy("To review"), (State.HELD,), ("accept", "reject")),
    "way": Pile(gettext_lazy("On their way"), (State.ARRIVING, State.ARRIVED, State.ACCEPTED)),
    "in": Pile(gettext_lazy("In the library"), (State.DONE,)),
    "out": Pile(gettext_lazy("Not taken"), (State.REFUSED, State.DUPLICATE, State.EXPIRED)),
    "bin": Pile(gettext_lazy("Rejected"), (State.REJECTED,), ("restore",)),
}


@dataclass(frozen=True, slots=True)
class Glance:
    """What the address asks to be shown. Nonsense in it is as good as nothing."""

    pile: str = ""
    link_id: UUID | None = None
    offset: int = 0

    @classmethod
    def read(cls, query: QueryDict) -> "Glance":
        pile = query.get("pile", "")
        return cls(
            pile if pile in PILES else "",
            uuid_from(query.get("link")),
            number_from(query.get("offset"), least=0, most=10_000_000) // STEP * STEP,
        )

    def query(self, **also: str) -> str:
        """The address line's end that asks for the same."""
        said = {
            "pile": self.pile,
            "link": str(self.link_id or ""),
            "offset": str(self.offset or ""),
        }
        return urlencode({name: value for name, value in (said | also).items() if value})


@dataclass(frozen=True, slots=True)
class SentTile:
    upload: Upload
    look: str  # the address of its picture, or empty
    original: str  # of the file as it came, where a browser shows it, or empty
    picture: Picture | None  # from the library, once it is there
    state: str
    reason: str
    duration: str
    is_live: bool
    marks: list[str]


@dataclass(frozen=True, slots=True)
class Sender:
    """One guest's files of one pile; ``count`` is of all of them, ``tiles`` are on this page."""

    contributor_id: int
    name: str
    since: datetime
    count: int
    tiles: list[SentTile]


@dataclass(frozen=True, slots=True)
class SentByLink:
    link_id: UUID | None
    name: str
    can_open: bool  # the album, to those who sent
    senders: list[Sender]


@dataclass(frozen=True, slots=True)
class Review:
    links: list[SentByLink]
    counts: list[tuple[str, Any, int]]  # pile, its label, how many
    total: int  # of the pile shown
    offset: int
    next_offset: int  # 0 on the last page


def make_review(sent: UploadQuerySet, glance: Glance, signer: MediaSigner) -> Review:
    """Show one pile of what was sent to an owner."""
    if glance.link_id:
        sent = sent.filter(link_id=glance.link_id)
    counts = _counts(sent)
    pile = seen_as_one(sent.filter(state__in=PILES[glance.pile].states))
    total = sum(counts[state] for state in PILES[glance.pile].states)
    offset = min(glance.offset, max(0, total - 1)) // STEP * STEP
    page = list(_in_order(pile)[offset : offset + STEP])
    tiles = _Tiles(page, signer)
    per_sender = dict(
        pile.filter(contributor_id__in={one.contributor_id for one in page})
        .order_by()
        .values_list("contributor_id")
        .annotate(Count("pk"))
    )
    return Review(
        links=_by_link(page, tiles, per_sender),
        counts=[
            (name, one.label, sum(counts[state] for state in one.states))
            for name, one in PILES.items()
        ],
        total=total,
        offset=offset,
        next_offset=offset + STEP if offset + STEP < total else 0,
    )


def _counts(sent: UploadQuerySet) -> Counter[str]:
    rows = seen_as_one(sent).order_by().values_list("state").annotate(Count("pk"))
    return Counter(dict(rows))


def _in_order(pile: UploadQuerySet) -> UploadQuerySet:
    newest_link = F("link__created_at").desc(nulls_last=True)
    related = pile.select_related("contributor", "link", "live_video")
    return related.order_by(newest_link, "link_id", "contributor_id", "created_at", "pk")


def _by_link(
    page: Iterable[Upload], tiles: "_Tiles", per_sender: Mapping[int, int]
) -> list[SentByLink]:
    links = []
    for link_id, of_link in groupby(page, lambda one: one.link_id):
        senders, first = [], None
        for contributor_id, of_sender in groupby(of_link, lambda one: one.contributor_id):
            uploads = list(of_sender)
            first = first or uploads[0]
            senders.append(
                Sender(
                    contributor_id,
                    uploads[0].contributor.name or _("Somebody without a name"),
                    uploads[0].created_at,
                    per_sender.get(contributor_id, len(uploads)),
                    [tiles.tile(upload) for upload in uploads],
                )
            )
        if first:
            can_open = first.link is not None and first.link.hides_album
            links.append(SentByLink(link_id, first.link_name, can_open, senders))
    return links


class _Tiles:
    """Makes tiles of a page's files, having asked once for what concerns all of them."""

    def __init__(self, page: Sequence[Upload], signer: MediaSigner) -> None:
        self._signer = signer
        self._duplicates = Duplicates.among(page)

    def tile(self, upload: Upload) -> SentTile:
        is_in = upload.state == State.DONE and upload.asset_id is not None
        return SentTile(
            upload=upload,
            look="" if is_in else _look(upload),
            original=_original(upload),
            picture=thumbnail(self._signer, upload.asset_id) if is_in and upload.asset_id else None,
            state="" if upload.state == State.HELD else upload.get_state_display(),
            reason=upload.why,
            duration=as_clock(upload.duration) if upload.duration else "",
            is_live=upload.live_video_id is not None,
            marks=self._duplicates.marks(upload) if upload.state == State.HELD else [],
        )


def _original(upload: Upload) -> str:
    if upload.state not in LIE_THERE or not is_seen_in_browsers(upload):
        return ""
    return f"{reverse('sharing:review')}{upload.pk}/original"


def _look(upload: Upload) -> str:
    # Before it was checked there is none; what has no picture has none either.
    has_look = upload.state not in {State.ARRIVING, State.ARRIVED, State.REFUSED, State.EXPIRED}
    is_there = has_look and upload.look.exists()
    return reverse("sharing:look", args=[upload.pk]) if is_there else ""
