"""The condition the portal is in: the library, the work that waits, the disk."""

from dataclasses import astuple, dataclass, replace
from datetime import datetime
from hashlib import blake2b

from django.utils import timezone

from portal.library import get_library
from portal.library.types import LibraryStatus
from sharing.managing.lanes import LaneState, lane_states
from sharing.managing.sent import SentState, sent_state
from sharing.managing.space import Space, space


@dataclass(frozen=True, slots=True)
class Condition:
    library: LibraryStatus
    lanes: list[LaneState]
    space: Space
    sent: SentState

    @property
    def version(self) -> str:
        """A text that differs whenever what a page says of it does.

        Pages say since when, in minutes; and sizes in a few digits, since a disk is never still.
        """
        library, disk, sent = self.library, self.space, self.sent
        facts = (
            astuple(replace(library, cache_used=_roughly(library.cache_used))),
            _minutes_since(library.last_refresh),
            [(astuple(lane), _minutes_since(lane.oldest)) for lane in self.lanes],
            (_roughly(disk.free), disk.total, bool(disk.parts), disk.reserve, disk.is_short),
            (astuple(replace(sent, used=_roughly(sent.used))), _minutes_since(sent.since)),
        )
        return blake2b(repr(facts).encode(), digest_size=8).hexdigest()


def condition() -> Condition:
    """Read it as it is at this moment."""
    return Condition(get_library().status(), lane_states(), space(), sent_state())


def read_version() -> str:
    return condition().version


def _roughly(size: int) -> int:
    return int(float(f"{size:.3g}"))


def _minutes_since(moment: datetime | None) -> int:
    return int(timezone.now().timestamp() - (moment.timestamp() if moment else 0)) // 60
