"""Stopping one or all, at any moment, leaves nothing open and nothing behind."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio
import pytest

from downloads.engine import BatchState, DownloadTask, Engine, Limits, Report, State

from .conftest import QUICK, Heard, run, task_for, until
from .origin import Origin, made

PATIENT = replace(QUICK, backoff=30.0, backoff_cap=30.0, silence=30.0)
When = Callable[[Engine, Heard], bool]


def open_here(folder: Path) -> list[str]:
    """What this process holds open: files in the folder, and connections it began."""
    found = []
    for fd in Path("/proc/self/fd").iterdir():
        try:
            target = str(fd.readlink())
        except FileNotFoundError:
            continue
        if target.startswith(str(folder)):
            found.append(target)
    return found


async def stop_when(engine: Engine, tasks: list[DownloadTask], ready: When, stop: object) -> Report:
    """Run the tasks, and call ``stop`` once ``ready``."""
    reports: list[Report] = []
    heard = engine.listener
    assert isinstance(heard, Heard)
    assert callable(stop)

    async def go() -> None:
        reports.append(await engine.run(tasks))

    with anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            group.start_soon(go)
            await until(partial(ready, engine, heard))
            stop()
    return reports[0]


def settled(origin: Origin) -> bool:
    """Whether the server sees every connection closed, soon."""
    until = time.monotonic() + 5
    while origin.open_now and time.monotonic() < until:
        time.sleep(0.01)
    return origin.open_now == 0


def is_running(_: Engine, heard: Heard) -> bool:
    return any(task in heard.progressed for task in ("a", "b"))


def is_retrying(_: Engine, heard: Heard) -> bool:
    return any(State.RETRYING in states for states in heard.states.values())


def is_paused(_: Engine, heard: Heard) -> bool:
    return BatchState.PAUSED_FOR_DISK in heard.batches


MOMENTS = {
    "running": ("stall", is_running, 10**12),
    "retrying": ("500", is_retrying, 10**12),
    "paused": ("slow", is_paused, 0),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_cancel_all_leaves_nothing(
    tmp_path: Path, origin: Origin, heard: Heard, moment: str
) -> None:
    fault, ready, room = MOMENTS[moment]
    tasks = [task_for(origin, name, 400_000, fault) for name in "abcdefgh"]
    engine = Engine(tmp_path, limits=PATIENT, listener=heard, free=lambda _: room)
    report = anyio.run(stop_when, engine, tasks, ready, engine.cancel_all)
    assert report.state == BatchState.CANCELED
    assert {o.state for o in report.outcomes.values()} == {State.CANCELED}
    assert all(states[-1] == State.CANCELED for states in heard.states.values())
    assert list(tmp_path.iterdir()) == []
    assert open_here(tmp_path) == []
    assert settled(origin)


def test_cancel_one_lets_the_others_go_on(tmp_path: Path, origin: Origin, heard: Heard) -> None:
    tasks = [task_for(origin, "a", 400_000, "stall"), task_for(origin, "b", 400_000)]
    engine = Engine(tmp_path, limits=PATIENT, listener=heard)
    report = anyio.run(stop_when, engine, tasks, is_running, lambda: engine.cancel("a"))
    assert report.state == BatchState.ENDED
    assert [o.state for o in report.outcomes.values()] == [State.CANCELED, State.COMPLETE]
    assert [p.name for p in tmp_path.iterdir()] == ["b"]


def test_cancel_one_that_waits(tmp_path: Path, origin: Origin, heard: Heard) -> None:
    tasks = [task_for(origin, name, 400_000, "slow") for name in "abcdef"]
    engine = Engine(tmp_path, limits=PATIENT, listener=heard)
    report = anyio.run(stop_when, engine, tasks, is_running, lambda: engine.cancel("f"))
    assert report.outcomes["f"].state == State.CANCELED
    assert heard.states["f"] == [State.QUEUED, State.CANCELED]
    assert origin.asked("/image/f") == []
    assert len(report.ended_as(State.COMPLETE)) == 5


def test_cancel_can_keep_what_is_here(tmp_path: Path, origin: Origin, heard: Heard) -> None:
    task = task_for(origin, "a", 6_000_000, "stall")
    engine = Engine(tmp_path, limits=PATIENT, listener=heard)

    def much(_: Engine, heard: Heard) -> bool:
        return any(got > 2_900_000 for got, _ in heard.progressed.get("a", ()))

    anyio.run(stop_when, engine, [task], much, lambda: engine.cancel_all(keep_parts=True))
    assert {p.name for p in tmp_path.iterdir()} == {"a.part", "a.part.json"}
    assert open_here(tmp_path) == []
    run(Engine(tmp_path, limits=QUICK), task)
    assert origin.asked("/image/a")[1]["range"].startswith("bytes=")
    assert (tmp_path / "a").read_bytes() == made("a", 6_000_000)


def test_a_canceled_call_leaves_nothing_open(tmp_path: Path, origin: Origin) -> None:
    tasks = [task_for(origin, name, 4_000_000, "stall") for name in "abcdefgh"]
    engine = Engine(tmp_path, limits=PATIENT)

    async def given_up() -> None:
        with anyio.move_on_after(0.5):
            await engine.run(tasks)

    anyio.run(given_up)
    assert open_here(tmp_path) == []
    assert settled(origin)
    assert {p.suffix for p in tmp_path.iterdir()} <= {".part", ".json"}


@pytest.mark.parametrize("delay", [n * 0.004 for n in range(25)])
def test_cancel_at_any_moment(tmp_path: Path, origin: Origin, delay: float) -> None:
    faults = [(), ("500",), ("close",), ("wrong",), ("stall",)]
    tasks = [task_for(origin, f"{n}", 900_000, *faults[n % 5]) for n in range(10)]
    engine = Engine(tmp_path, limits=QUICK)
    began = time.monotonic()
    after = lambda *_: time.monotonic() - began > delay  # noqa: E731 - one line says it
    engine.listener = Heard()
    report = anyio.run(stop_when, engine, tasks, after, engine.cancel_all)
    complete = {o.task.task_id for o in report.ended_as(State.COMPLETE)}
    assert {p.name for p in tmp_path.iterdir()} == complete
    assert open_here(tmp_path) == []
    assert settled(origin)


def test_an_engine_can_run_again_but_not_twice_at_once(tmp_path: Path, origin: Origin) -> None:
    engine = Engine(tmp_path, limits=Limits())
    engine.cancel_all()
    engine.cancel("nobody")
    assert run(engine, task_for(origin, "a")).state == BatchState.ENDED
    assert run(engine, task_for(origin, "b")).state == BatchState.ENDED
