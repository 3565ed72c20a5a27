"""What is over after its days, and what a kill left behind."""

import os
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from sharing.contributions import deciding, forgetting, leftovers, tasks
from sharing.contributions.models import Contributor, State, Upload
from tests.finishing.conftest import Send, back_by, staged_files
from tests.library.files import write_photo


def test_uploads_of_which_nothing_came_for_a_week_expire(
    send: Send, tmp_path: Path, staging: Path
) -> None:
    quiet = send(write_photo(tmp_path / "a.jpg"), state=State.ARRIVING)
    fresh = send(write_photo(tmp_path / "b.jpg"), state=State.ARRIVING)
    held = send(write_photo(tmp_path / "c.jpg"), state=State.HELD)
    for upload in (quiet, held):
        back_by(upload, timezone.now() - timedelta(days=8), "touched_at")
    assert forgetting.expire() == 1
    quiet.refresh_from_db()
    assert quiet.state == State.EXPIRED
    assert staged_files(staging) == {fresh.pk.hex, held.pk.hex}


def test_the_bin_is_emptied_after_thirty_days(
    send_and_check: Send, tmp_path: Path, staging: Path
) -> None:
    old = send_and_check(write_photo(tmp_path / "a.jpg"))
    recent = send_and_check(write_photo(tmp_path / "b.jpg"))
    assert deciding.reject(Upload.objects.all()) == 2
    back_by(old, timezone.now() - timedelta(days=31), "decided_at")
    assert forgetting.empty_bin() == 1
    old.refresh_from_db()
    recent.refresh_from_db()
    assert (old.state, recent.state) == (State.EMPTIED, State.REJECTED)
    assert staged_files(staging) == {recent.pk.hex, f"{recent.pk.hex}.webp"}


def test_a_rejection_can_be_undone_until_it_is_emptied(
    send_and_check: Send, tmp_path: Path, staging: Path
) -> None:
    upload = send_and_check(write_photo(tmp_path / "a.jpg"))
    everything = Upload.objects.all()
    assert deciding.reject(everything) == 1
    assert deciding.accept(everything) == 0
    assert deciding.restore(everything) == 1
    assert deciding.reject(everything) == 1
    assert deciding.empty(everything) == 1
    assert deciding.restore(everything) == 0
    upload.refresh_from_db()
    assert upload.state == State.EMPTIED
    assert staged_files(staging) == set()


def test_files_that_no_row_needs_are_deleted_and_others_stay(
    send: Send, tmp_path: Path, staging: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = write_photo(tmp_path / "a.jpg")
    kept = [send(photo, state=state) for state in (State.ARRIVING, State.HELD, State.REJECTED)]
    leaving = send(photo, state=State.WITHDRAWN, is_leaving=True)
    for state in (State.DONE, State.REFUSED, State.WITHDRAWN, State.EMPTIED):
        over = send(photo, state=state)
        over.look.write_bytes(b"look")
    (staging / uuid4().hex).write_bytes(b"nobody's")
    (staging / f"{uuid4().hex}.webp").write_bytes(b"nobody's")
    (staging / "README").write_bytes(b"not ours")
    assert leftovers.remove_orphans() == 0, "all of it is new"
    later = time.time() + 2 * leftovers.NEW
    monkeypatch.setattr(time, "time", lambda: later)
    leftovers.remove_orphans()
    assert staged_files(staging) == {"README", leaving.pk.hex, *(one.pk.hex for one in kept)}


def test_the_age_of_a_file_is_not_that_of_the_photo_in_it(
    send: Send, tmp_path: Path, staging: Path
) -> None:
    path = staging / uuid4().hex
    path.write_bytes(b"its row comes in a moment")
    os.utime(path, (0, 0))
    assert leftovers.remove_orphans() == 0


def test_the_look_of_what_is_done_stays_for_its_sender_for_thirty_days(
    send_and_check: Send, tmp_path: Path
) -> None:
    upload = send_and_check(write_photo(tmp_path / "a.jpg"))
    deciding.accept(Upload.objects.all())
    tasks.hand_over()
    assert upload.look.exists()
    upload.refresh_from_db()
    back_by(upload, timezone.now() - timedelta(days=31), "done_at")
    leftovers.delete_files([upload.pk])
    assert not upload.look.exists()


def test_who_sent_nothing_that_was_kept_is_forgotten(send: Send, tmp_path: Path) -> None:
    photo = write_photo(tmp_path / "a.jpg")
    gone = send(photo, "Ben", state=State.WITHDRAWN)
    done = send(photo, "Anna", state=State.DONE)
    for upload in (gone, done):
        back_by(upload, timezone.now() - timedelta(days=31), "touched_at")
    Contributor.objects.update(created_at=timezone.now() - timedelta(days=31))
    forgetting.forget()
    assert [contributor.name for contributor in Contributor.objects.all()] == ["Anna"]


def test_the_sweep_calls_for_all_that_is_due_and_not_twice(send: Send, tmp_path: Path) -> None:
    from django_q.models import OrmQ

    send(write_photo(tmp_path / "a.jpg"))
    send(write_photo(tmp_path / "b.jpg"), state=State.ACCEPTED)
    tasks.sweep()
    tasks.sweep()
    queued = sorted(str(task.func()).rsplit(".", 1)[-1] for task in OrmQ.objects.all())
    assert queued == ["check", "hand_over"]
