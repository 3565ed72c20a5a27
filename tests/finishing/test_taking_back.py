"""What guests may do with what they sent: say something about it, and take it back."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from portal.library.types import Album, AssetFilter
from sharing.albums.editing import make_album
from sharing.contributions import deciding, tasks, withdrawing
from sharing.contributions.models import State, Upload
from sharing.links import LinkSettings, share_portal_album
from sharing.models import Happening, SharedLink
from tests.finishing.conftest import Send, back_by, staged_files
from tests.library.files import write_photo
from tests.memory_library import MemoryLibrary


@pytest.fixture
def done(send_and_check: Send, straight_link: SharedLink, tmp_path: Path) -> Upload:
    """A photo that is in the library."""
    upload = send_and_check(write_photo(tmp_path / "a.jpg"), link=straight_link)
    tasks.hand_over()
    upload.refresh_from_db()
    assert upload.state == State.DONE
    return upload


def in_library(library: MemoryLibrary, upload: Upload) -> bool:
    return any(asset.sha1 == upload.sha1 for asset in library.assets(AssetFilter()))


@pytest.mark.parametrize("state", [State.ARRIVING, State.ARRIVED, State.HELD])
def test_until_it_is_accepted_it_goes_at_once(
    send: Send, tmp_path: Path, staging: Path, state: State
) -> None:
    upload = send(write_photo(tmp_path / "a.jpg"), state=state)
    assert withdrawing.withdraw(upload)
    upload.refresh_from_db()
    assert (upload.state, upload.is_leaving) == (State.WITHDRAWN, False)
    assert staged_files(staging) == set()
    assert not withdrawing.withdraw(upload)


@pytest.mark.parametrize(
    "state", [State.REFUSED, State.REJECTED, State.EMPTIED, State.DUPLICATE, State.EXPIRED]
)
def test_what_is_over_cannot_be_taken_back(send: Send, tmp_path: Path, state: State) -> None:
    upload = send(write_photo(tmp_path / "a.jpg"), state=state)
    assert not withdrawing.withdraw(upload)
    assert not withdrawing.caption(upload, "Mine")


def test_within_a_day_it_leaves_album_and_library_and_its_pictures_are_void(
    done: Upload, library: MemoryLibrary, straight_link: SharedLink, staging: Path
) -> None:
    epoch = straight_link.epoch
    assert withdrawing.withdraw(done)
    tasks.hand_over()
    done.refresh_from_db()
    straight_link.refresh_from_db()
    assert (done.state, done.is_leaving, done.asset_id) == (State.WITHDRAWN, False, None)
    assert not in_library(library, done)
    assert len(library.bin) == 1
    assert straight_link.epoch > epoch
    assert staged_files(staging) == set()
    told = Happening.objects.get(link=straight_link, kind=Happening.Kind.TAKEN_BACK)
    assert told.count == 1


def test_after_a_day_it_stays(done: Upload, library: MemoryLibrary) -> None:
    back_by(done, timezone.now() - timedelta(hours=25), "decided_at")
    assert not done.can_be_taken_back
    assert not withdrawing.withdraw(done)
    assert not withdrawing.caption(done, "Too late")
    assert in_library(library, done)


def test_what_the_owner_had_before_stays_with_the_owner(
    done: Upload, library: MemoryLibrary, send_and_check: Send, link: SharedLink, tmp_path: Path
) -> None:
    elsewhere = library.add_album("Elsewhere", 2)
    SharedLink.objects.filter(pk=link.pk).update(album_id=elsewhere.id)
    link.refresh_from_db()
    same = send_and_check(tmp_path / "a.jpg", "Ben", link)
    deciding.accept(Upload.objects.filter(pk=same.pk))
    tasks.hand_over()
    same.refresh_from_db()
    assert same.was_there
    withdrawing.withdraw(same)
    tasks.hand_over()
    assert in_library(library, done)
    assert len(library.assets(AssetFilter(album_id=elsewhere.id))) == 2


def test_a_library_that_is_away_is_asked_to_let_go_later(
    done: Upload, library: MemoryLibrary
) -> None:
    library.is_away = True
    withdrawing.withdraw(done)
    tasks.hand_over()
    done.refresh_from_db()
    assert (done.state, done.is_leaving) == (State.WITHDRAWN, True)
    library.is_away = False
    assert in_library(library, done)
    Upload.objects.update(retry_at=timezone.now())
    tasks.hand_over()
    assert not in_library(library, done)


def test_what_is_taken_back_while_the_library_takes_it_leaves_again(
    send_and_check: Send, library: MemoryLibrary, straight_link: SharedLink, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    upload = send_and_check(write_photo(tmp_path / "a.jpg"), link=straight_link)
    take_in = library.take_in

    def meanwhile(*args: object) -> object:
        answers = take_in(*args)  # type: ignore[arg-type]
        assert withdrawing.withdraw(upload)
        return answers

    monkeypatch.setattr(library, "take_in", meanwhile)
    tasks.hand_over()
    upload.refresh_from_db()
    assert upload.state == State.WITHDRAWN
    assert upload.asset_id is not None
    tasks.hand_over()
    assert not in_library(library, upload)


def test_it_leaves_an_album_made_here_unless_it_was_there_before(
    send_and_check: Send, owner: User, library: MemoryLibrary, album: Album, tmp_path: Path
) -> None:
    made = make_album(owner, "Best", [])
    wanted = LinkSettings(allow_upload=True, holds_uploads=False, hides_album=True)
    link = share_portal_album(owner, made, wanted)
    photo = write_photo(tmp_path / "a.jpg")
    first = send_and_check(photo, "Anna", link)
    tasks.hand_over()
    second = send_and_check(photo, "Ben", link)
    tasks.hand_over()
    epoch = SharedLink.objects.get(pk=link.pk).epoch
    withdrawing.withdraw(second)
    tasks.hand_over()
    first.refresh_from_db()
    assert set(made.items.asset_ids()) == {first.asset_id}
    withdrawing.withdraw(first)
    tasks.hand_over()
    made.refresh_from_db()
    assert made.count == 0
    assert SharedLink.objects.get(pk=link.pk).epoch > epoch


def test_the_first_of_two_who_sent_the_same_leaves_it_to_the_second(
    send_and_check: Send, owner: User, library: MemoryLibrary, tmp_path: Path
) -> None:
    made = make_album(owner, "Best", [])
    wanted = LinkSettings(allow_upload=True, holds_uploads=False, hides_album=True)
    link = share_portal_album(owner, made, wanted)
    photo = write_photo(tmp_path / "a.jpg")
    first, second = send_and_check(photo, "Anna", link), send_and_check(photo, "Ben", link)
    tasks.hand_over()
    withdrawing.withdraw(first)
    tasks.hand_over()
    made.refresh_from_db()
    assert made.count == 1
    assert in_library(library, second)


def test_a_caption_is_kept_in_one_safe_text(send: Send, tmp_path: Path) -> None:
    upload = send(write_photo(tmp_path / "a.jpg"))
    assert withdrawing.caption(upload, "  Aunt Mia\u202e and the cake\x00hidden " + "x" * 600)
    upload.refresh_from_db()
    assert upload.caption == "Aunt Mia and the cake"
    assert withdrawing.caption(upload, "é" * 600)
    upload.refresh_from_db()
    assert len(upload.caption) == 500
