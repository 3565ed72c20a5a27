"""What goes wrong on the way, and how a file arrives all the same or is named."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from downloads.engine import (
    BatchState,
    Canceled,
    Engine,
    Gone,
    Interrupted,
    Refused,
    State,
    Unauthorized,
    WrongContent,
)
from downloads.engine.patience import backoff, retry_after

from .conftest import QUICK, Heard, run, task_for
from .origin import Origin, made


def test_a_transfer_that_breaks_off_goes_on_where_it_was(
    tmp_path: Path, origin: Origin, heard: Heard
) -> None:
    task = task_for(origin, "a", 400_000, "close", "close")
    report = run(Engine(tmp_path, limits=QUICK, listener=heard), task)
    first, second, third = origin.asked("/image/a")
    assert "range" not in first
    assert (second["range"], second["if-range"]) == ("bytes=200000-", 'W/"1"')
    assert third["range"] == "bytes=300000-"
    assert (tmp_path / "a").read_bytes() == made("a", 400_000)
    assert report.outcomes["a"].retries == 2
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("fault", ["500", "503", "429", "reset", "close", "stall", "short", "408"])
def test_what_may_pass_is_tried_again(tmp_path: Path, origin: Origin, fault: str) -> None:
    report = run(Engine(tmp_path, limits=QUICK), task_for(origin, "a", 50_000, fault))
    assert report.outcomes["a"].state == State.COMPLETE
    assert (tmp_path / "a").read_bytes() == made("a", 50_000)


def test_after_three_retries_a_file_is_named_as_failed(
    tmp_path: Path, origin: Origin, heard: Heard
) -> None:
    report = run(
        Engine(tmp_path, limits=QUICK, listener=heard), task_for(origin, "a", 9, *["500"] * 4)
    )
    assert report.outcomes["a"].state == State.FAILED
    assert isinstance(report.outcomes["a"].error, Interrupted)
    assert len(origin.asked("/image/a")) == 4
    assert heard.states["a"].count(State.RETRYING) == 3
    assert heard.states["a"][-1] == State.FAILED
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", ["404", "410", "400"])
def test_what_the_server_no_longer_has_is_skipped(
    tmp_path: Path, origin: Origin, status: str
) -> None:
    tasks = task_for(origin, "a", 9, status), task_for(origin, "b")
    report = run(Engine(tmp_path, limits=QUICK), *tasks)
    assert report.outcomes["a"].state == State.SKIPPED
    assert isinstance(report.outcomes["a"].error, Gone)
    assert report.outcomes["b"].state == State.COMPLETE
    assert [p.name for p in tmp_path.iterdir()] == ["b"]


@pytest.mark.parametrize("status", ["401", "403"])
def test_refused_credentials_stop_the_batch(
    tmp_path: Path, origin: Origin, heard: Heard, status: str
) -> None:
    tasks = [task_for(origin, f"{n}", 1000, status) for n in range(20)]
    report = run(Engine(tmp_path, limits=QUICK, listener=heard), *tasks)
    assert report.state == BatchState.STOPPED_UNAUTHORIZED
    assert isinstance(report.error, Unauthorized)
    assert len(origin.seen) <= 3
    assert {o.state for o in report.outcomes.values()} == {State.FAILED, State.CANCELED}
    assert heard.batches[-1] == BatchState.STOPPED_UNAUTHORIZED
    assert list(tmp_path.iterdir()) == []


def test_wrong_bytes_are_fetched_once_more(tmp_path: Path, origin: Origin) -> None:
    report = run(Engine(tmp_path, limits=QUICK), task_for(origin, "a", 50_000, "wrong"))
    assert report.outcomes["a"].state == State.COMPLETE
    assert (tmp_path / "a").read_bytes() == made("a", 50_000)


@pytest.mark.parametrize("fault", ["wrong", "page"])
def test_bytes_wrong_twice_are_no_file(tmp_path: Path, origin: Origin, fault: str) -> None:
    task = task_for(origin, "a", 15, *[fault] * 9)
    report = run(Engine(tmp_path, limits=QUICK), task)
    assert isinstance(report.outcomes["a"].error, WrongContent)
    assert len(origin.asked("/image/a")) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_page_where_nothing_is_known_of_the_file_is_refused(
    tmp_path: Path, origin: Origin
) -> None:
    task = task_for(origin, "a", 50_000, "page", size=None, checksum=None)
    report = run(Engine(tmp_path, limits=QUICK), task)
    assert isinstance(report.outcomes["a"].error, Refused)
    assert list(tmp_path.iterdir()) == []


def test_a_compressed_answer_is_refused(tmp_path: Path, origin: Origin) -> None:
    report = run(Engine(tmp_path, limits=QUICK), task_for(origin, "a", 5000, "gzip"))
    assert isinstance(report.outcomes["a"].error, Refused)
    assert origin.asked("/image/a")[0]["accept-encoding"] == "identity"


def test_a_body_without_a_length_is_judged_by_what_is_known(tmp_path: Path, origin: Origin) -> None:
    tasks = (
        task_for(origin, "a", 300_000, "chunked"),
        task_for(origin, "b", 300_000, "chunked", size=299_999),
        task_for(origin, "c", 300_000, "chunked", size=None, checksum=None),
    )
    report = run(Engine(tmp_path, limits=QUICK), *tasks)
    states = [outcome.state for outcome in report.outcomes.values()]
    assert states == [State.COMPLETE, State.FAILED, State.COMPLETE]


def test_a_body_without_end_is_read_no_further_than_the_file_goes(
    tmp_path: Path, origin: Origin, heard: Heard
) -> None:
    task = task_for(origin, "a", 20_000_000, "chunked", "chunked", size=1_000_000)
    report = run(Engine(tmp_path, limits=QUICK, listener=heard), task)
    assert isinstance(report.outcomes["a"].error, WrongContent)
    assert max(received for received, _total in heard.progressed["a"]) <= 1_000_000
    assert list(tmp_path.iterdir()) == []


def test_credentials_never_go_to_another_host(tmp_path: Path, origin: Origin) -> None:
    elsewhere = origin.url.replace("127.0.0.1", "localhost") + "/image/b"
    tasks = task_for(origin, "a", 9, f"to:{elsewhere}"), task_for(origin, "c", 9, "to:/image/d")
    origin.put("/image/d", made("c", 9))
    report = run(Engine(tmp_path, limits=QUICK), *tasks)
    assert isinstance(report.outcomes["a"].error, Refused)
    assert report.outcomes["c"].state == State.COMPLETE
    assert "/image/b" not in {path for path, _ in origin.seen}
    assert origin.asked("/image/d")[0]["x-api-key"] == "secret"


def test_a_redirect_in_a_circle_ends(tmp_path: Path, origin: Origin) -> None:
    task = task_for(origin, "a", 9, *["to:/image/a"] * 20)
    report = run(Engine(tmp_path, limits=QUICK), task)
    assert isinstance(report.outcomes["a"].error, Refused)
    assert len(origin.seen) == 6


def test_cookies_are_not_kept(tmp_path: Path, origin: Origin) -> None:
    tasks = [task_for(origin, f"{n}", 100, "cookie") for n in range(9)]
    report = run(Engine(tmp_path, limits=QUICK), *tasks)
    assert report.ended_as(State.COMPLETE)
    assert not [headers for _, headers in origin.seen if "cookie" in headers]


@pytest.mark.parametrize("url", ["ftp://h/x", "http://", "nonsense", "http://h:x/"])
def test_an_address_that_is_none_fails_its_file_alone(
    tmp_path: Path, origin: Origin, url: str
) -> None:
    tasks = replace(task_for(origin, "a"), url=url), task_for(origin, "b")
    report = run(Engine(tmp_path, limits=QUICK), *tasks)
    assert isinstance(report.outcomes["a"].error, Refused)
    assert report.outcomes["b"].state == State.COMPLETE


def test_no_error_tells_an_address_or_a_key(tmp_path: Path, origin: Origin) -> None:
    faults = ["500", "404", "401", "wrong", "reset", "gzip", "to:http://x/"]
    for number, fault in enumerate(faults):
        task = task_for(origin, f"{number}", 99, *[fault] * 9)
        report = run(Engine(tmp_path / fault[:3], limits=QUICK), task)
        error = report.outcomes[task.task_id].error
        assert error is not None
        assert "http" not in str(error)
        assert "secret" not in repr(report)


def test_one_broken_server_name_is_an_interruption(tmp_path: Path, origin: Origin) -> None:
    task = replace(task_for(origin, "a"), url="http://127.0.0.1:1/x")
    report = run(Engine(tmp_path, limits=QUICK), task)
    assert isinstance(report.outcomes["a"].error, Interrupted)


def test_retry_after_is_honoured_and_capped(tmp_path: Path, origin: Origin) -> None:
    origin.retry_after = "9999"
    limits = replace(QUICK, retry_after_cap=0.3, backoff=0.0)
    began = datetime.now(UTC)
    report = run(Engine(tmp_path, limits=limits), task_for(origin, "a", 9, "429"))
    took = (datetime.now(UTC) - began).total_seconds()
    assert report.outcomes["a"].state == State.COMPLETE
    assert 0.3 <= took < 2


NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 120 ", 120.0),
        ("Fri, 01 May 2026 12:01:00 GMT", 60.0),
        ("Fri, 01 May 2026 11:00:00 GMT", 0.0),
        ("Fri, 01 May 2026 12:01:00", 60.0),
        ("soon", None),
        ("-3", None),
        ("٣", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def test_pauses_grow_and_are_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.uniform", lambda _, high: high)
    limits = replace(QUICK, backoff=1.0, backoff_cap=5.0)
    assert [backoff(limits, n) for n in range(5)] == [1.0, 2.0, 4.0, 5.0, 5.0]
    monkeypatch.undo()
    assert len({backoff(limits, 3) for _ in range(20)}) > 15


def test_a_batch_of_nothing_ends(tmp_path: Path) -> None:
    report = run(Engine(tmp_path, limits=QUICK))
    assert report.state == BatchState.ENDED
    assert not [o for o in report.outcomes.values() if isinstance(o.error, Canceled)]
