"""What goes wrong on order: at random with a given chance, or for the next few requests."""

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

FILES = r"/(original|thumbnail|video/playback)$"
ANSWERS = r"^/api/(?!assets/[^/]+/(original|thumbnail|video/playback)$)"
ANYTHING = ""
# Each name with the requests it meets unless it is told otherwise
NAMES = {
    "close": FILES,  # the connection ends in the middle of the body
    "reset": FILES,  # the connection is reset before any answer
    "stall": FILES,  # nothing comes after half of the body, for this many seconds
    "wrong-bytes": FILES,  # one byte differs
    "short-body": FILES,  # a quarter is missing, and Content-Length agrees with that
    "no-range": FILES,  # Range is not understood
    "changed": FILES,  # another ETag, so that If-Range does not match
    "slow": FILES,  # this many bytes a second
    "delay": ANYTHING,  # this many seconds before the answer
    "not-json": ANSWERS,  # it says it is JSON
    "other-json": ANSWERS,  # JSON of another form
    "html": ANSWERS,  # a page, as from a proxy in front
    "redirect-login": ANSWERS,  # to a sign-in page, as from a proxy in front
    "huge-json": ANSWERS,  # this many bytes of JSON, compressed where that is allowed
    "cookie": ANSWERS,  # sets the session of somebody else
}
_DEFAULTS = {"stall": 3600.0, "huge-json": 2.0 * 2**30, "429": 1.0, "503": 1.0}
_VALUED = {"slow", "delay"}
_MILD = {"slow", "delay", "no-range", "changed", "cookie"}  # these go along with another
_SPEC = re.compile(
    r"(?P<name>[a-z0-9-]+)(:(?P<value>[\d.]+))?(@(?P<path>[^=]+))?(=(?P<chance>[\d.]+))?"
)


class UnknownFault(ValueError):
    """No such fault, or one that is written in another way."""


@dataclass(frozen=True)
class Fault:
    """``value`` is seconds, bytes or bytes a second, as the name says; a status is a name too."""

    name: str
    value: float = 0.0


@dataclass
class _Order:
    fault: Fault
    path: re.Pattern[str]
    chance: float = 1.0
    times: int | None = None  # none: for good

    def meets(self, path: str, random: Random) -> bool:
        if self.times == 0 or not self.path.search(path):
            return False
        if self.chance < 1.0 and random.random() >= self.chance:
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass
class Faults:
    """Decides per request; the same seed decides the same as long as requests come one by one."""

    seed: int = 1
    _orders: list[_Order] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)  # noqa: S311 - dice, not a secret

    def order(
        self, name: str, *, times: int | None = 1, path: str | None = None,
        value: float | None = None, chance: float = 1.0,
    ) -> None:  # fmt: skip
        """Let the next ``times`` requests whose path has ``path`` (a pattern) meet this fault.

        Raises ``UnknownFault``.
        """
        if name not in NAMES and not re.fullmatch(r"[45]\d\d", name):
            raise UnknownFault(f"There is no fault {name!r}: {', '.join(NAMES)}, or a status")
        fault = Fault(name, _DEFAULTS.get(name, 0.0) if value is None else value)
        pattern = re.compile(NAMES.get(name, FILES) if path is None else path)
        with self._lock:
            self._orders.append(_Order(fault, pattern, chance, times))

    def order_all(self, spec: str) -> None:
        """Take ``close=0.1,stall:5=0.02,500@/search/=0.5,slow=200000,no-range``.

        A number after ``=`` is a chance, but for ``slow`` and ``delay`` their value. Raises
        ``UnknownFault``.
        """
        for part in filter(None, (part.strip() for part in spec.split(","))):
            match = _SPEC.fullmatch(part)
            if match is None:
                raise UnknownFault(f"Write {part!r} as name, name=chance or name:value@path=chance")
            value, chance = match["value"], match["chance"]
            if match["name"] in _VALUED and chance is not None:
                value, chance = chance, None
            self.order(
                match["name"], times=None, path=match["path"],
                value=float(value) if value else None, chance=float(chance) if chance else 1.0,
            )  # fmt: skip

    def clear(self) -> None:
        with self._lock:
            self._orders.clear()

    def choose(self, path: str) -> "Chosen":
        """What this request meets: the first of the rude ones, and all that only slow it down."""
        with self._lock:
            chosen: list[Fault] = []
            for order in self._orders:
                is_mild = order.fault.name in _MILD
                if not is_mild and any(each.name not in _MILD for each in chosen):
                    continue
                if order.meets(path, self._random):
                    chosen.append(order.fault)
            self._orders = [order for order in self._orders if order.times != 0]
            return Chosen(chosen)


class Chosen:
    """The faults of one request."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._faults = {fault.name: fault.value for fault in faults}

    def __contains__(self, name: str) -> bool:
        return name in self._faults

    def value(self, name: str) -> float:
        return self._faults.get(name, 0.0)

    @property
    def status(self) -> int | None:
        return next((int(name) for name in self._faults if name.isdecimal()), None)
