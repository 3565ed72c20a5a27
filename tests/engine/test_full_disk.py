"""A full disk: the batch waits, says so, and goes on."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from downloads.engine import BatchState, Completed, DownloadTask, Engine, State

from .conftest import QUICK, Heard, run, task_for, until
from .origin import Origin, made

FULL_THEN_EMPTY = [
    BatchState.RUNNING,
    BatchState.PAUSED_FOR_DISK,
    BatchState.RUNNING,
    BatchState.ENDED,
]


def test_what_would_not_fit_is_not_begun(tmp_path: Path, origin: Origin, heard: Heard) -> None:
    figures = iter([10**7, 10**5, 10**5, 10**5])
    asked: list[int] = []

    def free(_: Path) -> int:
        asked.append(len(origin.seen))
        return next(figures, 10**12)

    engine = Engine(tmp_path, limits=QUICK, listener=heard, free=free)
    report = run(engine, task_for(origin, "a", 3_000_000))
    assert report.outcomes["a"].state == State.COMPLETE
    assert heard.batches == FULL_THEN_EMPTY
    assert asked[1:4] == [0, 0, 0]


def test_the_reserve_stays_free(tmp_path: Path, origin: Origin, heard: Heard) -> None:
    figures = iter([10**9, 5 * 10**6])
    limits = replace(QUICK, disk_reserve=4 * 10**6)
    engine = Engine(tmp_path, limits=limits, listener=heard, free=lambda _: next(figures, 10**12))
    assert run(engine, task_for(origin, "a", 3_000_000)).outcomes["a"].state == State.COMPLETE
    assert heard.batches == FULL_THEN_EMPTY


def test_the_reserve_stays_free_of_files_of_unknown_size(
    tmp_path: Path, origin: Origin, heard: Heard
) -> None:
    limits = replace(QUICK, disk_reserve=4 * 10**6)
    lowest = [10**12]

    def free(folder: Path) -> int:
        if BatchState.PAUSED_FOR_DISK in heard.batches:
            return 10**12
        taken = sum(path.stat().st_size for path in folder.iterdir())
        lowest[0] = min(lowest[0], 7 * 10**6 - taken)
        return lowest[0]

    endless = task_for(origin, "a", 20_000_000, "chunked", size=None)
    engine = Engine(tmp_path, limits=limits, listener=heard, free=free)
    assert run(engine, endless).outcomes["a"].state == State.COMPLETE
    assert heard.batches == FULL_THEN_EMPTY
    assert lowest[0] > 2 * 10**6, "it was noticed with the next write"


def test_running_files_keep_what_was_set_aside_for_them(tmp_path: Path, origin: Origin) -> None:
    origin.chance = lambda path: "slow"
    tasks = [task_for(origin, name, 3_000_000) for name in "abc"]
    disk = [7_500_000]

    class Frees(Heard):
        def completed(self, task: DownloadTask, completed: Completed) -> None:
            super().completed(task, completed)
            assert BatchState.PAUSED_FOR_DISK in self.batches
            if len(self.done) == 2:
                assert len(origin.seen) == 2
                disk[0] = 10**12

    def free(folder: Path) -> int:
        return disk[0] - sum(p.stat().st_size for p in folder.iterdir())

    report = run(Engine(tmp_path, limits=QUICK, listener=Frees(), free=free), *tasks)
    assert len(report.ended_as(State.COMPLETE)) == 3


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Five megabytes, really."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=5m", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this user may not mount a small disk")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def test_a_disk_that_fills_up_pauses_all_and_loses_nothing(
    small_disk: Path, origin: Origin, heard: Heard
) -> None:
    origin.chance = lambda path: "slow"
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"0" * 3_000_000)
    tasks = [task_for(origin, name, 1_500_000, checksum=None) for name in "abc"]

    class Frees(Heard):
        def batch(self, state: BatchState, reason: str) -> None:
            super().batch(state, reason)
            if state == BatchState.PAUSED_FOR_DISK:
                assert "full" in reason
                assert not list(small_disk.glob("[abc]")) or ballast.exists()
                ballast.unlink(missing_ok=True)

    heard = Frees()
    # The figure of free space lies, as it does under a quota.
    engine = Engine(small_disk, limits=QUICK, listener=heard, free=lambda _: 10**12)
    report = run(engine, *tasks)
    assert len(report.ended_as(State.COMPLETE)) == 3
    assert heard.batches[:3] == FULL_THEN_EMPTY[:3]
    for name in "abc":
        assert (small_disk / name).read_bytes() == made(name, 1_500_000)
    assert sorted(p.name for p in small_disk.iterdir()) == ["a", "b", "c"]
    assert max(outcome.retries for outcome in report.outcomes.values()) == 0


def test_a_full_disk_waits_without_a_connection(
    small_disk: Path, origin: Origin, heard: Heard
) -> None:
    (small_disk / "ballast").write_bytes(b"0" * 4_500_000)
    engine = Engine(small_disk, limits=QUICK, listener=heard, free=lambda _: 10**12)
    task = task_for(origin, "a", 3_000_000)

    async def go() -> None:
        with anyio.fail_after(10):
            async with anyio.create_task_group() as group:
                group.start_soon(engine.run, [task])
                await until(lambda: BatchState.PAUSED_FOR_DISK in heard.batches)
                await until(lambda: not origin.busy["all"])
                await anyio.sleep(0.2)
                assert len(origin.seen) == 1
                engine.cancel_all()

    anyio.run(go)
    assert [p.name for p in small_disk.iterdir()] == ["ballast"]


def test_a_folder_that_cannot_be_written_fails_the_file(tmp_path: Path, origin: Origin) -> None:
    (tmp_path / "file").write_bytes(b"")
    tasks = task_for(origin, "a", 9, filename="file/a"), task_for(origin, "b", 9)
    report = run(Engine(tmp_path, limits=QUICK), *tasks)
    assert [o.state for o in report.outcomes.values()] == [State.FAILED, State.COMPLETE]
