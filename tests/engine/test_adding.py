"""A run that is given more to do while it goes on."""

from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from downloads.engine import DownloadTask, Engine, EngineError, Report, State

from .conftest import QUICK, Heard, task_for, until
from .origin import Origin


def run_and(engine: Engine, first: DownloadTask, then: Callable[[], None]) -> Report:
    """Run ``first``, and do something while it is under way."""
    reports: list[Report] = []
    heard = engine.listener
    assert isinstance(heard, Heard)

    async def go() -> None:
        reports.append(await engine.run([first]))

    async def both() -> None:
        with anyio.fail_after(20):
            async with anyio.create_task_group() as group:
                group.start_soon(go)
                await until(lambda: first.task_id in heard.progressed)
                then()

    anyio.run(both)
    return reports[0]


def test_what_is_added_is_fetched_in_the_same_run(
    tmp_path: Path, origin: Origin, heard: Heard
) -> None:
    first = task_for(origin, "first", 400_000, "slow")
    more = [task_for(origin, name) for name in "abc"]
    engine = Engine(tmp_path, limits=QUICK, listener=heard)
    report = run_and(engine, first, lambda: engine.add(more))
    assert list(report.outcomes) == ["first", "a", "b", "c"]
    assert {outcome.state for outcome in report.outcomes.values()} == {State.COMPLETE}
    assert heard.states["a"][0] == State.QUEUED


def test_what_runs_already_is_not_added_again(tmp_path: Path, origin: Origin, heard: Heard) -> None:
    first = task_for(origin, "first", 400_000, "slow")
    engine = Engine(tmp_path, limits=QUICK, listener=heard)

    def add_again() -> None:
        with pytest.raises(EngineError, match="already"):
            engine.add([first])

    report = run_and(engine, first, add_again)
    assert report.outcomes["first"].state == State.COMPLETE


def test_after_cancel_all_nothing_more_is_taken(
    tmp_path: Path, origin: Origin, heard: Heard
) -> None:
    first = task_for(origin, "first", 400_000, "stall")
    engine = Engine(tmp_path, limits=QUICK, listener=heard)

    def stop_then_add() -> None:
        engine.cancel_all()
        engine.add([task_for(origin, "late")])

    report = run_and(engine, first, stop_then_add)
    assert list(report.outcomes) == ["first"]
    assert origin.asked("/image/late") == []
