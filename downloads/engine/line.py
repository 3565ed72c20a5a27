"""Who may start next: limits in all, by host and by group. No I/O and no clock."""

from collections import Counter, deque
from collections.abc import Iterable
from itertools import count

import httpx

from .tasks import DownloadTask, Limits

Key = tuple[str, str]  # group and host


def host_of(url: str) -> str:
    """The host whose limit a task counts for; empty for an address that is none."""
    try:
        return httpx.URL(url).host
    except httpx.InvalidURL:
        return ""


class Line:
    """Tasks wait in the order they came; one whose group or host is full lets others pass.

    Tasks of one group and host wait in one queue, so finding the next looks at a few queue heads,
    however many tasks wait.
    """

    def __init__(self, limits: Limits, tasks: Iterable[DownloadTask] = ()) -> None:
        self._limits = limits
        self._queues: dict[Key, deque[tuple[int, DownloadTask]]] = {}
        self._running: dict[str, Key] = {}
        self._groups: Counter[str] = Counter()
        self._hosts: Counter[str] = Counter()
        self._places = count()
        self.add(tasks)

    def add(self, tasks: Iterable[DownloadTask]) -> None:
        """Let more wait, behind those who do."""
        for task in tasks:
            key = (task.group.value, host_of(task.url))
            self._queues.setdefault(key, deque()).append((next(self._places), task))

    def start_next(self) -> DownloadTask | None:
        """Take the first task that the limits allow, and count it as running."""
        if len(self._running) >= self._limits.total:
            return None
        open_keys = [key for key, queue in self._queues.items() if queue and self._allows(key)]
        if not open_keys:
            return None
        key = min(open_keys, key=lambda key: self._queues[key][0][0])
        task = self._queues[key].popleft()[1]
        self._running[task.task_id] = key
        self._groups[key[0]] += 1
        self._hosts[key[1]] += 1
        return task

    def leave(self, task: DownloadTask) -> None:
        """A started task has ended."""
        group, host = self._running.pop(task.task_id)
        self._groups[group] -= 1
        self._hosts[host] -= 1

    def drop(self, task_id: str) -> DownloadTask | None:
        """Take a waiting task out of the line; None when it is not waiting."""
        for queue in self._queues.values():
            for entry in queue:
                if entry[1].task_id == task_id:
                    queue.remove(entry)
                    return entry[1]
        return None

    def drop_all(self) -> list[DownloadTask]:
        """Empty the line; the tasks in the order they came."""
        entries = sorted((e for q in self._queues.values() for e in q), key=lambda e: e[0])
        self._queues.clear()
        return [task for _, task in entries]

    @property
    def is_done(self) -> bool:
        """Whether nobody waits and nobody runs."""
        return not self._running and not any(self._queues.values())

    def _allows(self, key: Key) -> bool:
        group, host = key
        return (
            self._groups[group] < self._limits.per_group
            and self._hosts[host] < self._limits.per_host
        )
