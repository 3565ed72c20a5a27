"""Many files through many faults, and kills: each right or named, none wrong, none lost."""

import json
import random
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha1
from pathlib import Path

import pytest

from downloads.engine import DownloadTask, Engine, Group, State

from .children import start_child
from .conftest import QUICK, run, task_for
from .origin import Origin, made

FAULTS = ["close", "reset", "500", "429", "short", "wrong", "norange", "badrange", "page", "503"]
RARE = ["stall", "404"]


def sometimes(seed: int, share: float) -> Callable[[str], str | None]:
    """Faults at random for a share of the requests; the same ones for the same seed."""
    dice = random.Random(seed)  # noqa: S311 - faults, repeatable

    def fault(path: str) -> str | None:
        if dice.random() >= share:
            return None
        return dice.choice(RARE if dice.random() < 0.02 else FAULTS)

    return fault


def test_five_hundred_files_through_faults(tmp_path: Path, origin: Origin) -> None:
    sizes = random.Random(1)  # noqa: S311
    tasks = [
        task_for(origin, f"{n}", sizes.randint(0, 60_000), group=list(Group)[n % 3])
        for n in range(500)
    ]
    origin.chance = sometimes(2, 0.3)
    report = run(Engine(tmp_path, limits=replace(QUICK, silence=0.3)), *tasks)
    for task in tasks:
        outcome, path = report.outcomes[task.task_id], tmp_path / task.filename
        if outcome.state == State.COMPLETE:
            assert sha1(path.read_bytes(), usedforsecurity=False).digest() == task.checksum
        else:
            assert outcome.error is not None
            assert not path.exists()
    complete = {task.task_id for task in tasks if (tmp_path / task.filename).exists()}
    assert len(complete) > 450
    left = {p.name.partition(".")[0] for p in tmp_path.iterdir()} - complete
    assert left <= {o.task.task_id for o in report.ended_as(State.FAILED)}

    origin.chance = lambda path: None
    again = [task for task in tasks if task.task_id not in complete]
    assert len(run(Engine(tmp_path, limits=QUICK), *again).ended_as(State.COMPLETE)) == len(again)
    assert len(list(tmp_path.iterdir())) == 500


def no_file_is_wrong(folder: Path, tasks: list[DownloadTask]) -> bool:
    """Whether whatever stands under a final name is that file, whole."""
    there = [task for task in tasks if (folder / task.filename).exists()]
    return all(
        (folder / task.filename).read_bytes() == made(task.task_id, task.size or 0)
        for task in there
    )


@pytest.mark.slow
def test_killed_at_any_moment_a_later_run_loses_nothing(tmp_path: Path, origin: Origin) -> None:
    tasks = [task_for(origin, f"{n}", 1_500_000, group=list(Group)[n % 3]) for n in range(60)]
    dice = random.Random(3)  # noqa: S311
    faults = sometimes(4, 0.2)
    origin.slow_piece = 0.008
    origin.chance = lambda path: faults(path) or "slow"
    for _ in range(20):
        child = start_child(tmp_path, tasks)
        time.sleep(dice.uniform(0.0, 0.5))
        child.send_signal(signal.SIGKILL)
        child.communicate()
        assert no_file_is_wrong(tmp_path, tasks)
    resumed = [headers for _, headers in origin.seen if "range" in headers]
    assert resumed
    origin.chance = lambda path: None
    states = json.loads(start_child(tmp_path, tasks).communicate()[0])
    assert set(states.values()) == {"complete"}, states
    assert no_file_is_wrong(tmp_path, tasks)
    assert len(list(tmp_path.iterdir())) == len(tasks)
