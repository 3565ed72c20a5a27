"""How many streams one address may have at a time, so that nobody takes all of a process."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from portal.accounts.address import group_address
from portal.media.sending import Scope


class NoPlace(Exception):
    """This address has as many streams as it may; once one has ended there is room again."""


class Places:
    """Counts the streams of one process; belongs to one event loop."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()

    @contextmanager
    def place(self, scope: Scope) -> Iterator[None]:
        """Hold a place while a stream runs; raises ``NoPlace``.

        The address is the one that trusted proxies name. A server that knows none has no limit.
        """
        address = group_address((scope.get("client") or ("",))[0])
        if scope["method"] == "HEAD" or not address:
            yield
            return
        if self._taken[address] >= self._most:
            raise NoPlace
        self._taken[address] += 1
        try:
            yield
        finally:
            self._taken[address] -= 1
            if not self._taken[address]:
                del self._taken[address]
