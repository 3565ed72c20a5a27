"""Live photos that were sent as two files: which still belongs to which video.

By the mark that Apple writes into both; else by the same name, if the video is but a few seconds
long and there is only one of each. Phones name what has no name ``image.jpg``, ten times over:
such names say nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator
from datetime import timedelta
from pathlib import PurePosixPath
from typing import NamedTuple
from uuid import UUID

from portal.library.types import AssetKind
from sharing.contributions.models import State, Upload

LONGEST_LIVE_VIDEO = timedelta(seconds=5)
NAMELESS = frozenset({"", "image", "img", "photo", "picture", "video", "movie", "trim", "file"})


class Half(NamedTuple):
    """What tells to which other file this one belongs. Only equal ``state`` goes together."""

    pk: UUID
    state: str
    kind: str
    mark: str
    duration: timedelta | None
    relative_path: str
    filename: str

    @property
    def name(self) -> Hashable:
        """Folder and name as sent, without its ending; ``None`` where that says nothing."""
        path = PurePosixPath(self.relative_path or self.filename)
        stem = path.stem.casefold()
        return None if stem in NAMELESS else (str(path.parent), stem)

    @property
    def is_short(self) -> bool:
        return self.duration is not None and self.duration <= LONGEST_LIVE_VIDEO


Couple = tuple[Half, Half]  # still and video


def pair(pks: Collection[UUID]) -> int:
    """Join files just looked into with what else their senders sent; returns how many pairs."""
    senders = Upload.objects.filter(pk__in=pks).order_by().values_list("contributor", flat=True)
    return sum(_pair_of(contributor) for contributor in senders.distinct())


def _pair_of(contributor: int) -> int:
    single = Upload.objects.filter(contributor=contributor, live_video=None, stills=None)
    free = single.filter(state__in=(State.HELD, State.ACCEPTED), attempts=0).order_by("pk")
    columns = ("pk", "state", "kind", "content_id", "duration", "relative_path", "filename")
    halves = [Half(*row) for row in free.values_list(*columns)]
    couples = list(_by_mark(halves))
    taken = {half.pk for couple in couples for half in couple}
    couples += _by_name(half for half in halves if half.pk not in taken)
    for still, video in couples:
        Upload.objects.filter(pk=still.pk, live_video=None).update(live_video=video.pk)
    return len(couples)


def _by_mark(halves: Iterable[Half]) -> Iterator[Couple]:
    marked = ((half, (half.state, half.mark)) for half in halves if half.mark)
    for stills, videos in _grouped(marked):
        yield from zip(stills[:1], videos[:1], strict=False)


def _by_name(halves: Iterable[Half]) -> Iterator[Couple]:
    """Two different marks say that the names are alike by chance."""
    named = ((half, (half.state, half.name)) for half in halves if half.name)
    for stills, videos in _grouped(named):
        are_both_marked = stills[0].mark and videos[0].mark
        if len(stills) == len(videos) == 1 and videos[0].is_short and not are_both_marked:
            yield stills[0], videos[0]


def _grouped(keyed: Iterable[tuple[Half, Hashable]]) -> Iterator[tuple[list[Half], list[Half]]]:
    """Stills and videos of each key that has both."""
    stills: dict[Hashable, list[Half]] = defaultdict(list)
    videos: dict[Hashable, list[Half]] = defaultdict(list)
    for half, key in keyed:
        (stills if half.kind == AssetKind.IMAGE else videos)[key].append(half)
    return ((stills[key], videos[key]) for key in stills if key in videos)
