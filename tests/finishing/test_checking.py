"""What becomes of files by what is in them, and by their link's rules."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from PIL import Image

from sharing.contributions import tasks
from sharing.contributions.models import State, Upload
from sharing.contributions.working import MOST_DEATHS
from sharing.links import LinkSettings, pause_link, share_album
from sharing.models import Happening, SharedLink, UploadKinds
from tests.finishing.conftest import Send, staged_files
from tests.library.files import write_photo, write_video
from tests.memory_library import MemoryLibrary


def test_a_photo_waits_for_review_with_a_look_and_its_facts(
    send_and_check: Send, tmp_path: Path, staging: Path
) -> None:
    photo = write_photo(tmp_path / "IMG_1.jpg", taken="2024-07-01 10:00:00", size=(1200, 900))
    upload = send_and_check(photo, filename="holiday.mov")
    assert (upload.state, upload.reason, upload.kind) == (State.HELD, "", "image")
    assert (upload.media_type, upload.width, upload.height) == ("image/jpeg", 1200, 900)
    assert upload.taken_at == datetime(2024, 7, 1, 10, tzinfo=UTC)
    assert upload.sha1 is not None
    assert len(upload.sha1) == 20
    assert upload.decided_at is None
    with Image.open(upload.look) as look:
        assert (look.format, look.size) == ("WEBP", (667, 500))
    assert staged_files(staging) == {upload.pk.hex, f"{upload.pk.hex}.webp"}


def test_a_video_has_a_look_too(send_and_check: Send, tmp_path: Path) -> None:
    upload = send_and_check(write_video(tmp_path / "film.mov", seconds=2))
    assert (upload.state, upload.kind, upload.duration) == (
        State.HELD, "video", timedelta(seconds=2),
    )  # fmt: skip
    assert upload.look.exists()


def test_what_goes_straight_into_the_album_is_accepted_at_once(
    send_and_check: Send, straight_link: SharedLink, tmp_path: Path
) -> None:
    upload = send_and_check(write_photo(tmp_path / "a.jpg"), link=straight_link)
    assert upload.state == State.ACCEPTED
    assert upload.decided_at is not None


def test_what_arrived_before_its_link_was_paused_waits_for_its_owner(
    send: Send, straight_link: SharedLink, tmp_path: Path
) -> None:
    upload = send(write_photo(tmp_path / "a.jpg"), link=straight_link)
    pause_link(straight_link, paused=True)
    tasks.check()
    upload.refresh_from_db()
    assert upload.state == State.HELD


def test_a_file_without_a_date_keeps_that_of_the_file(send_and_check: Send, tmp_path: Path) -> None:
    moment = datetime(2019, 5, 4, 12, tzinfo=UTC)
    upload = send_and_check(write_photo(tmp_path / "a.jpg"), modified_at=moment)
    assert upload.taken_at == moment


def zeros(folder: Path) -> Path:
    return written(folder / "zeros.jpg", b"\0" * 5000)


def web_page(folder: Path) -> Path:
    return written(folder / "page.jpg", b"<!DOCTYPE html><title>Sign in to the hotel</title>")


def archive(folder: Path) -> Path:
    content = BytesIO()
    with ZipFile(content, "w") as zipped:
        zipped.writestr("IMG_1.jpg", b"x" * 1000)
    return written(folder / "photos.jpg", content.getvalue())


def enormous(folder: Path) -> Path:
    """A PNG that says it is 100,000 pixels wide and high."""
    whole = write_photo(folder / "huge.png").read_bytes()
    size = (100_000).to_bytes(4, "big")
    return written(folder / "huge.png", whole[:16] + size + size + whole[24:])


def cut_photo(folder: Path) -> Path:
    photo = write_photo(folder / "cut.jpg", size=(900, 600))
    return written(photo, photo.read_bytes()[: photo.stat().st_size // 2])


def cut_video(folder: Path) -> Path:
    film = write_video(folder / "cut.mov")
    return written(film, film.read_bytes()[: film.stat().st_size // 2])


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (zeros, "holds only zeros"),
        (web_page, "a web page"),
        (archive, "not a photo or video"),
        (enormous, "pixels|damaged"),
        (cut_photo, "cut off"),
        (cut_video, "cut off"),
    ],
)
def test_what_is_no_whole_photo_or_video_is_refused_in_words(
    send_and_check: Send, tmp_path: Path, staging: Path, make: Callable[[Path], Path], words: str
) -> None:
    upload = send_and_check(make(tmp_path))
    assert upload.state == State.REFUSED
    assert any(word in upload.why for word in words.split("|")), upload.why
    assert staged_files(staging) == set()


def test_an_empty_file_is_refused(send_and_check: Send, tmp_path: Path) -> None:
    upload = send_and_check(written(tmp_path / "nothing.jpg", b""))
    assert (upload.state, upload.why) == (State.REFUSED, "The file is empty.")


def test_a_file_that_is_shorter_than_it_was_said_to_be_is_refused(
    send_and_check: Send, tmp_path: Path
) -> None:
    upload = send_and_check(write_photo(tmp_path / "a.jpg"), size=10**6)
    assert upload.state == State.REFUSED
    assert "did not arrive whole" in upload.why


@pytest.mark.parametrize(
    ("kinds", "kept"), [(UploadKinds.PHOTOS, "image"), (UploadKinds.VIDEOS, "video")]
)
def test_only_the_kinds_that_the_link_takes_are_kept(
    send: Send, link: SharedLink, tmp_path: Path, kinds: str, kept: str
) -> None:
    link.upload_kinds = kinds
    link.save()
    send(write_photo(tmp_path / "a.jpg"), link=link, filename="a.mov")
    send(write_video(tmp_path / "b.mov"), link=link, filename="b.jpg")
    tasks.check()
    assert Upload.objects.get(state=State.HELD).kind == kept
    assert "Only" in Upload.objects.get(state=State.REFUSED).why


def test_what_the_guest_sees_in_the_album_is_not_taken_twice(
    send_and_check: Send, straight_link: SharedLink, tmp_path: Path, staging: Path
) -> None:
    photo = write_photo(tmp_path / "a.jpg")
    send_and_check(photo, link=straight_link)
    tasks.hand_over()
    again = send_and_check(photo, "Ben", straight_link)
    assert (again.state, again.why) == (State.DUPLICATE, "Already in the album")
    assert again.pk.hex not in staged_files(staging)


def test_nobody_learns_what_else_the_owner_has(
    send_and_check: Send, owner: User, library: MemoryLibrary, straight_link: SharedLink,
    tmp_path: Path,
) -> None:  # fmt: skip
    photo = write_photo(tmp_path / "a.jpg")
    send_and_check(photo, link=straight_link)
    tasks.hand_over()
    other = share_album(owner, library.add_album("Other", 2).id, LinkSettings(allow_upload=True))
    hidden = share_album(
        owner, other.album_id or library.add_album("X").id,
        LinkSettings(allow_upload=True, hides_album=True),
    )  # fmt: skip
    assert send_and_check(photo, "Ben", other).state == State.HELD
    assert send_and_check(photo, "Ben", hidden).state == State.HELD


def test_the_same_guest_sends_a_photo_once_others_may_send_it_too(
    send: Send, tmp_path: Path
) -> None:
    photo = write_photo(tmp_path / "a.jpg")
    sent = [send(photo), send(photo), send(photo, "Ben")]
    tasks.check()
    states = [Upload.objects.get(pk=upload.pk).state for upload in sent]
    assert states == [State.HELD, State.DUPLICATE, State.HELD]


def test_many_files_are_one_line_of_activity(send: Send, tmp_path: Path, link: SharedLink) -> None:
    for number in range(20):
        send(write_photo(tmp_path / f"{number}.jpg"))
    tasks.check()
    assert Upload.objects.held().count() == 20
    told = Happening.objects.get(link=link, kind=Happening.Kind.CONTRIBUTED)
    assert told.count == 20


def test_a_file_that_kills_workers_is_left_to_the_owner_and_holds_up_no_other(
    send: Send, tmp_path: Path
) -> None:
    deadly = send(write_photo(tmp_path / "a.jpg"), attempts=MOST_DEATHS)
    good = send(write_photo(tmp_path / "b.jpg"))
    tasks.check()
    deadly.refresh_from_db()
    good.refresh_from_db()
    assert (good.state, good.reason, good.attempts) == (State.HELD, "", 0)
    assert deadly.state == State.HELD
    assert "has ended Loggia’s process" in deadly.why
    assert deadly.staged.exists()


def test_what_a_worker_died_over_once_is_looked_into_again(send: Send, tmp_path: Path) -> None:
    suspects = [send(write_photo(tmp_path / f"{n}.jpg"), attempts=1) for n in range(3)]
    tasks.check()
    for upload in suspects:
        upload.refresh_from_db()
        assert (upload.state, upload.attempts) == (State.HELD, 0)


def test_what_was_taken_back_while_it_was_looked_into_stays_taken_back(
    send: Send, tmp_path: Path, staging: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = send(write_photo(tmp_path / "a.jpg"))
    Upload.objects.filter(pk=upload.pk).update(state=State.WITHDRAWN)
    from sharing.contributions import checking

    checking._check([upload])
    assert Upload.objects.get().state == State.WITHDRAWN
    assert staged_files(staging) == set()


def test_a_disk_that_cannot_be_read_now_is_asked_again_later(send: Send, tmp_path: Path) -> None:
    upload = send(write_photo(tmp_path / "a.jpg"))
    content = upload.staged.read_bytes()
    upload.staged.unlink()
    upload.staged.symlink_to(tmp_path / "a.jpg")  # refused by the system, as a broken disk would
    tasks.check()
    upload.refresh_from_db()
    assert upload.state == State.ARRIVED
    assert upload.retry_at is not None
    assert upload.retry_at > timezone.now()
    upload.staged.unlink()
    upload.staged.write_bytes(content)
    Upload.objects.update(retry_at=timezone.now())
    tasks.check()
    upload.refresh_from_db()
    assert upload.state == State.HELD
