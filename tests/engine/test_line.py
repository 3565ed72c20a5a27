"""Who starts when: limits in all, by host, by group; nobody is held up without need."""

from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from downloads.engine import DownloadTask, Engine, Group, Limits, State
from downloads.engine.line import Line, host_of

from .conftest import QUICK, Heard, run, task_for
from .origin import Origin

HOSTS = ["one", "two", "three"]
kinds = st.lists(st.tuples(st.sampled_from(list(Group)), st.sampled_from(HOSTS)), max_size=40)
limits = st.builds(
    Limits, total=st.integers(1, 8), per_host=st.integers(1, 6), per_group=st.integers(1, 4)
)


def tasks_of(wanted: list[tuple[Group, str]]) -> list[DownloadTask]:
    return [
        DownloadTask(f"{n}", f"http://{host}/{n}", {}, f"{n}", group)
        for n, (group, host) in enumerate(wanted)
    ]


def is_allowed(task: DownloadTask, running: list[DownloadTask], limits: Limits) -> bool:
    return (
        len(running) < limits.total
        and sum(r.group == task.group for r in running) < limits.per_group
        and sum(host_of(r.url) == host_of(task.url) for r in running) < limits.per_host
    )


@given(kinds, limits, st.data())
def test_the_first_that_the_limits_allow_starts(
    wanted: list[tuple[Group, str]], limits: Limits, data: st.DataObject
) -> None:
    waiting = tasks_of(wanted)
    line = Line(limits, waiting)
    running: list[DownloadTask] = []
    while waiting or running:
        allowed = [task for task in waiting if is_allowed(task, running, limits)]
        started = line.start_next()
        assert started == (allowed[0] if allowed else None)
        if started:
            waiting.remove(started)
            running.append(started)
        if running and (not started or data.draw(st.booleans())):
            line.leave(running.pop(data.draw(st.integers(0, len(running) - 1))))
    assert line.is_done


@given(kinds, limits, st.data())
def test_who_is_dropped_never_starts(
    wanted: list[tuple[Group, str]], limits: Limits, data: st.DataObject
) -> None:
    waiting = tasks_of(wanted)
    line = Line(limits, waiting)
    started = [task for _ in range(3) if (task := line.start_next())]
    left = [task for task in waiting if task not in started]
    if left:
        gone = data.draw(st.sampled_from(left))
        assert line.drop(gone.task_id) == gone
        assert line.drop(gone.task_id) is None
        left.remove(gone)
    assert line.drop_all() == left
    assert line.start_next() is None


def test_a_group_at_its_limit_lets_others_pass(tmp_path: Path, origin: Origin) -> None:
    images = [task_for(origin, f"i{n}", 9, "stall") for n in range(3)]
    blocked = task_for(origin, "i3", 9)
    videos = [task_for(origin, f"v{n}", 9, group=Group.VIDEO) for n in range(9)]
    order: list[str] = []

    class Ends(type(Engine(tmp_path).listener)):  # type: ignore[misc]
        def status(self, task: DownloadTask, state: State) -> None:
            if state == State.COMPLETE:
                order.append(task.task_id)

    report = run(Engine(tmp_path, limits=QUICK, listener=Ends()), *images, blocked, *videos)
    assert len(report.ended_as(State.COMPLETE)) == 13
    assert set(order[:9]) == {task.task_id for task in videos}


class Counting(Heard):
    """How many ran at once, at most: in all and by group."""

    def __init__(self) -> None:
        super().__init__()
        self.running: dict[str, str] = {}
        self.most: Counter[str] = Counter()

    def status(self, task: DownloadTask, state: State) -> None:
        self.running.pop(task.task_id, None)
        if state in {State.RUNNING, State.RETRYING}:
            self.running[task.task_id] = task.group
        self.most |= Counter(self.running.values()) + Counter(all=len(self.running))


def test_never_more_at_once_than_the_limits(tmp_path: Path, origin: Origin) -> None:
    origin.chance = lambda path: "slow"
    tasks = [task_for(origin, f"{n}", 100_000, group=list(Group)[n % 3]) for n in range(36)]
    counting = Counting()
    report = run(Engine(tmp_path, limits=QUICK, listener=counting), *tasks)
    assert len(report.ended_as(State.COMPLETE)) == 36
    assert counting.most["all"] == 6
    assert max(counting.most[group] for group in Group) <= 3


def test_the_host_has_a_limit_of_its_own(tmp_path: Path, origin: Origin) -> None:
    origin.chance = lambda path: "slow"
    tasks = [task_for(origin, f"{n}", 100_000, group=list(Group)[n % 3]) for n in range(12)]
    counting = Counting()
    report = run(Engine(tmp_path, limits=Limits(per_host=2), listener=counting), *tasks)
    assert len(report.ended_as(State.COMPLETE)) == 12
    assert counting.most["all"] == 2


def test_connections_are_used_again_unless_something_went_wrong(
    tmp_path: Path, origin: Origin
) -> None:
    tasks = [task_for(origin, f"{n}", 1000, group=list(Group)[n % 3]) for n in range(60)]
    assert len(run(Engine(tmp_path, limits=QUICK), *tasks).ended_as(State.COMPLETE)) == 60
    assert origin.connected <= 6
    broken = [task_for(origin, f"x{n}", 1000, "500") for n in range(3)]
    assert len(run(Engine(tmp_path, limits=QUICK), *broken).ended_as(State.COMPLETE)) == 3
    assert origin.connected <= 6 + 6
