"""What a process that was killed left behind: resumed when it is the same content, else begun anew."""

import fcntl
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from downloads.engine import DownloadTask, Engine, InTheWay, Limits, State
from downloads.engine.parts import Part, part_of
from downloads.engine.sums import Sums

from .conftest import QUICK, run, task_for
from .origin import Origin, made

SIZE = 300_000
ONCE = replace(QUICK, retries=0)


def left_behind(folder: Path, task: DownloadTask) -> Path:
    """Let a run fail half-way, with the server's ``close``; return its part."""
    report = run(Engine(folder, limits=ONCE), task)
    assert report.outcomes[task.task_id].state == State.FAILED
    part = part_of(folder / task.filename)
    assert part.stat().st_size == SIZE // 2
    assert not (folder / task.filename).exists()
    return part


def test_a_later_run_goes_on(tmp_path: Path, origin: Origin) -> None:
    task = task_for(origin, "a", SIZE, "close")
    left_behind(tmp_path, task)
    report = run(Engine(tmp_path, limits=ONCE, crc32=True), task)
    assert report.outcomes["a"].state == State.COMPLETE
    assert origin.asked("/image/a")[1]["range"] == f"bytes={SIZE // 2}-"
    assert (tmp_path / "a").read_bytes() == made("a", SIZE)
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize(
    "changes",
    [{"checksum": b"x" * 20}, {"size": SIZE + 1}, {"checksum": None}],
    ids=["another checksum", "another size", "no checksum"],
)
def test_a_part_of_other_content_is_begun_anew(
    tmp_path: Path, origin: Origin, changes: dict[str, object]
) -> None:
    task = task_for(origin, "a", SIZE, "close")
    left_behind(tmp_path, task)
    run(Engine(tmp_path, limits=ONCE), replace(task, **changes))  # type: ignore[arg-type]
    assert "range" not in origin.asked("/image/a")[1]


def test_without_a_checksum_the_validator_decides(tmp_path: Path, origin: Origin) -> None:
    task = replace(task_for(origin, "a", SIZE, "close"), checksum=None)
    left_behind(tmp_path, task)
    origin.put("/image/a", made("changed", SIZE), tag='W/"2"')
    report = run(Engine(tmp_path, limits=ONCE), task)
    assert report.outcomes["a"].state == State.COMPLETE
    assert origin.asked("/image/a")[1]["if-range"] == 'W/"1"'
    assert (tmp_path / "a").read_bytes() == made("changed", SIZE)


def test_without_a_checksum_and_a_validator_nothing_is_left_behind(
    tmp_path: Path, origin: Origin
) -> None:
    task = replace(task_for(origin, "a", SIZE, "close"), checksum=None)
    origin.tags["/image/a"] = None
    run(Engine(tmp_path, limits=ONCE), task)
    assert list(tmp_path.iterdir()) == []


def test_without_a_validator_the_checksum_decides(tmp_path: Path, origin: Origin) -> None:
    task = task_for(origin, "a", SIZE, "close")
    origin.tags["/image/a"] = None
    part = left_behind(tmp_path, task)
    part.write_bytes(b"?" * (SIZE // 2))
    report = run(Engine(tmp_path, limits=ONCE), task)
    assert report.outcomes["a"].state == State.COMPLETE
    assert [h.get("range") for h in origin.asked("/image/a")] == [None, "bytes=150000-", None]
    assert (tmp_path / "a").read_bytes() == made("a", SIZE)


@pytest.mark.parametrize("fault", ["norange", "badrange", "416"])
def test_a_server_that_cannot_resume_sends_the_whole(
    tmp_path: Path, origin: Origin, fault: str
) -> None:
    task = task_for(origin, "a", SIZE, "close", fault)
    report = run(Engine(tmp_path, limits=replace(QUICK, retries=2)), task)
    assert report.outcomes["a"].state == State.COMPLETE
    assert (tmp_path / "a").read_bytes() == made("a", SIZE)


def test_a_part_that_lacks_nothing_needs_no_request(tmp_path: Path, origin: Origin) -> None:
    task = task_for(origin, "a", SIZE, "close")
    left_behind(tmp_path, task).write_bytes(made("a", SIZE))
    report = run(Engine(tmp_path, limits=ONCE), task)
    assert report.outcomes["a"].state == State.COMPLETE
    assert len(origin.asked("/image/a")) == 1


def test_a_part_longer_than_the_file_is_begun_anew(tmp_path: Path, origin: Origin) -> None:
    task = task_for(origin, "a", SIZE, "close")
    left_behind(tmp_path, task).write_bytes(made("a", SIZE) + b"more")
    run(Engine(tmp_path, limits=ONCE), task)
    assert (tmp_path / "a").read_bytes() == made("a", SIZE)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note.unlink(),
        lambda note: note.write_text("{"),
        lambda note: note.write_text("[1]"),
        lambda note: note.write_text('{"surprise": 1}'),
        lambda note: note.write_bytes(b"\xff" * 9),
    ],
)
def test_a_part_without_a_readable_note_is_begun_anew(
    tmp_path: Path, origin: Origin, spoil: Callable[[Path], None]
) -> None:
    task = task_for(origin, "a", SIZE, "close")
    part = left_behind(tmp_path, task)
    spoil(part.with_name("a.part.json"))
    run(Engine(tmp_path, limits=ONCE), task)
    assert "range" not in origin.asked("/image/a")[1]
    assert (tmp_path / "a").read_bytes() == made("a", SIZE)


def test_after_a_new_start_of_the_machine_only_a_checksum_is_trusted(
    tmp_path: Path, origin: Origin
) -> None:
    task = replace(task_for(origin, "a", SIZE, "close"), checksum=None)
    note = left_behind(tmp_path, task).with_name("a.part.json")
    note.write_text(json.dumps(json.loads(note.read_text()) | {"boot": "earlier"}))
    run(Engine(tmp_path, limits=ONCE), task)
    assert "range" not in origin.asked("/image/a")[1]


def test_the_note_holds_no_address(tmp_path: Path, origin: Origin) -> None:
    task = task_for(origin, "a", SIZE, "close")
    note = left_behind(tmp_path, task).with_name("a.part.json").read_text()
    assert "127.0.0.1" not in note
    assert "secret" not in note


def test_two_processes_never_write_one_part(tmp_path: Path, origin: Origin) -> None:
    task = task_for(origin, "a", SIZE)
    fd = os.open(tmp_path / "a.part", os.O_CREAT | os.O_RDWR)
    os.write(fd, b"somebody else's")
    fcntl.flock(fd, fcntl.LOCK_EX)
    report = run(Engine(tmp_path, limits=ONCE), task)
    os.close(fd)
    assert isinstance(report.outcomes["a"].error, InTheWay)
    assert (tmp_path / "a.part").read_bytes() == b"somebody else's"


def test_a_part_that_is_a_second_name_of_a_file_does_not_empty_it(
    tmp_path: Path, origin: Origin
) -> None:
    (tmp_path / "photo").write_bytes(b"kept")
    (tmp_path / "a.part").hardlink_to(tmp_path / "photo")
    run(Engine(tmp_path, limits=ONCE), task_for(origin, "a", SIZE))
    assert (tmp_path / "photo").read_bytes() == b"kept"
    assert (tmp_path / "a").read_bytes() == made("a", SIZE)


def test_a_part_that_is_a_symbolic_link_is_not_followed(tmp_path: Path, origin: Origin) -> None:
    (tmp_path / "photo").write_bytes(b"kept")
    (tmp_path / "a.part").symlink_to(tmp_path / "photo")
    report = run(Engine(tmp_path, limits=ONCE), task_for(origin, "a", SIZE))
    assert report.outcomes["a"].state == State.FAILED
    assert (tmp_path / "photo").read_bytes() == b"kept"


def test_the_longest_name_has_a_part_too(tmp_path: Path, origin: Origin) -> None:
    name = "ä" * 125 + ".jpg"
    task = replace(task_for(origin, "a", SIZE, "close"), filename=name)
    report = run(Engine(tmp_path, limits=QUICK), task)
    assert report.outcomes["a"].state == State.COMPLETE
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_a_name_that_no_disk_takes_fails_alone(tmp_path: Path, origin: Origin) -> None:
    tasks = task_for(origin, "a", 9, filename="x" * 300), task_for(origin, "b", 9)
    report = run(Engine(tmp_path, limits=Limits()), *tasks)
    assert [o.state for o in report.outcomes.values()] == [State.FAILED, State.COMPLETE]


def test_an_open_part_is_locked_until_it_is_closed(tmp_path: Path, origin: Origin) -> None:
    task = task_for(origin, "a", SIZE)
    first = Part(task, tmp_path / "a", Sums(crc32=False))
    with pytest.raises(InTheWay):
        Part(task, tmp_path / "a", Sums(crc32=False))
    first.close()
    Part(task, tmp_path / "a", Sums(crc32=False)).close()
    assert list(tmp_path.iterdir()) == []
