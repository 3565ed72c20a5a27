"""The final name: only complete files, never over another one without being told."""

from dataclasses import replace
from pathlib import Path

import pytest

from downloads.engine import (
    DownloadTask,
    Engine,
    EngineError,
    Existing,
    Group,
    InTheWay,
    State,
)
from downloads.engine.sums import Sums

from .conftest import QUICK, Heard, run, task_for
from .origin import Origin, made


def test_a_file_comes_with_its_sums(tmp_path: Path, origin: Origin, heard: Heard) -> None:
    task = task_for(origin, "a", 3_000_000, filename="2026/05/a b.jpg")
    report = run(Engine(tmp_path, limits=QUICK, listener=heard, crc32=True), task)
    completed = report.outcomes["a"].completed
    assert completed == heard.done["a"]
    assert completed is not None
    sums = Sums(crc32=True)
    sums.add([made("a", 3_000_000)])
    assert (completed.size, completed.sha1, completed.crc32) == (3_000_000, sums.sha1, sums.crc32)
    assert completed.path == tmp_path / "2026/05/a b.jpg"
    assert completed.path.read_bytes() == made("a", 3_000_000)


def test_progress_counts_up_to_the_whole(tmp_path: Path, origin: Origin, heard: Heard) -> None:
    run(Engine(tmp_path, limits=QUICK, listener=heard), task_for(origin, "a", 3_000_000, "close"))
    received = [got for got, _ in heard.progressed["a"]]
    assert received == sorted(received)
    assert heard.progressed["a"][-1] == (3_000_000, 3_000_000)
    assert heard.states["a"] == [
        State.QUEUED,
        State.RUNNING,
        State.RETRYING,
        State.RUNNING,
        State.COMPLETE,
    ]


def test_an_empty_file_is_a_file(tmp_path: Path, origin: Origin) -> None:
    tasks = task_for(origin, "a", 0), task_for(origin, "b", 0, size=None, checksum=None)
    report = run(Engine(tmp_path, limits=QUICK), *tasks)
    assert len(report.ended_as(State.COMPLETE)) == 2
    assert (tmp_path / "a").read_bytes() == b""


def test_a_file_that_is_there_stays(tmp_path: Path, origin: Origin) -> None:
    (tmp_path / "a").write_bytes(b"mine")
    report = run(Engine(tmp_path, limits=QUICK), task_for(origin, "a"))
    assert isinstance(report.outcomes["a"].error, InTheWay)
    assert (tmp_path / "a").read_bytes() == b"mine"
    assert origin.seen == []


def test_a_file_that_comes_meanwhile_stays(tmp_path: Path, origin: Origin) -> None:
    class Puts(Heard):
        def progress(self, task: DownloadTask, received: int, total: int | None) -> None:
            (tmp_path / "a").write_bytes(b"mine")

    report = run(Engine(tmp_path, limits=QUICK, listener=Puts()), task_for(origin, "a"))
    assert isinstance(report.outcomes["a"].error, InTheWay)
    assert (tmp_path / "a").read_bytes() == b"mine"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_a_right_file_is_not_fetched_again(tmp_path: Path, origin: Origin) -> None:
    (tmp_path / "a").write_bytes(made("a", 100_000))
    (tmp_path / "a.part").hardlink_to(tmp_path / "a")
    (tmp_path / "a.part.json").write_text("{}")
    engine = Engine(tmp_path, limits=QUICK, existing=Existing.VERIFY)
    completed = run(engine, task_for(origin, "a")).outcomes["a"].completed
    assert completed is not None
    assert not completed.fetched
    assert origin.seen == []
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("there", [b"", b"short", b"?" * 100_000])
def test_a_broken_file_is_repaired(tmp_path: Path, origin: Origin, there: bytes) -> None:
    (tmp_path / "a").write_bytes(there)
    engine = Engine(tmp_path, limits=QUICK, existing=Existing.VERIFY)
    assert run(engine, task_for(origin, "a")).outcomes["a"].state == State.COMPLETE
    assert (tmp_path / "a").read_bytes() == made("a", 100_000)


def test_a_broken_file_stays_until_the_right_one_is_here(tmp_path: Path, origin: Origin) -> None:
    (tmp_path / "a").write_bytes(b"broken")
    engine = Engine(tmp_path, limits=QUICK, existing=Existing.REPLACE)
    report = run(engine, task_for(origin, "a", 100_000, *["close"] * 4))
    assert report.outcomes["a"].state == State.FAILED
    assert (tmp_path / "a").read_bytes() == b"broken"


@pytest.mark.parametrize("existing", list(Existing))
def test_a_folder_of_the_name_is_in_the_way(
    tmp_path: Path, origin: Origin, existing: Existing
) -> None:
    (tmp_path / "a").mkdir()
    engine = Engine(tmp_path, limits=QUICK, existing=existing)
    assert run(engine, task_for(origin, "a")).outcomes["a"].state == State.FAILED
    assert (tmp_path / "a").is_dir()


@pytest.mark.parametrize("name", ["", "/etc/x", "../x", "a/../../x", "a\0b", "..", "a/.."])
def test_a_name_never_leads_outside(name: str) -> None:
    with pytest.raises(EngineError):
        DownloadTask("a", "http://h/", {}, name)


def test_two_tasks_never_share_a_name_or_an_id(tmp_path: Path, origin: Origin) -> None:
    task = task_for(origin, "a")
    for other in (replace(task, task_id="b"), replace(task, filename="b")):
        with pytest.raises(EngineError):
            run(Engine(tmp_path), task, other)


# ── Live photos ───────────────────────────────────────────────────────────────
def halves(origin: Origin, name: str, *faults: str) -> list[DownloadTask]:
    return [
        task_for(
            origin,
            f"{name}-{part}",
            9,
            *(faults if part == "video" else ()),
            group=Group.LIVEPHOTO,
            metadata={"part": part, "id": name},
        )
        for part in ("image", "video")
    ]


def test_a_live_photo_is_complete_when_both_halves_are(tmp_path: Path, origin: Origin) -> None:
    tasks = [*halves(origin, "whole"), *halves(origin, "lone", "404"), task_for(origin, "x", 9)]
    report = run(Engine(tmp_path, limits=QUICK), *tasks)
    whole, lone = report.pairs
    assert (whole.id, whole.is_complete, whole.lone_half) == ("whole", True, None)
    assert (lone.id, lone.is_complete) == ("lone", False)
    assert lone.lone_half == report.outcomes["lone-image"]
    assert lone.video is not None
    assert lone.video.state == State.SKIPPED


def test_a_half_whose_other_was_never_asked_for_is_lone(tmp_path: Path, origin: Origin) -> None:
    report = run(Engine(tmp_path, limits=QUICK), halves(origin, "one")[1])
    assert report.pairs[0].image is None
    assert report.pairs[0].lone_half == report.outcomes["one-video"]
