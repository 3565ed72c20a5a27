"""From accepted to the library and the album: exactly once, and never without a proof."""

from datetime import timedelta
from hashlib import sha1
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from portal.library.interface import LibraryUnavailable
from portal.library.types import Album, AssetFilter
from sharing.albums.editing import make_album
from sharing.contributions import deciding, tasks
from sharing.contributions.models import State, Upload
from sharing.links import LinkSettings, share_portal_album
from sharing.models import SharedLink
from tests.finishing.conftest import Send, staged_files
from tests.library.files import write_photo
from tests.memory_library import MemoryLibrary


@pytest.fixture
def accepted(send_and_check: Send, straight_link: SharedLink, tmp_path: Path) -> Upload:
    return send_and_check(write_photo(tmp_path / "IMG_1.jpg"), link=straight_link)


def in_album(library: MemoryLibrary, album: Album) -> set[UUID]:
    return {asset.id for asset in library.assets(AssetFilter(album_id=album.id))}


def retry_now() -> None:
    Upload.objects.update(retry_at=timezone.now() - timedelta(seconds=1))
    tasks.hand_over()


def test_an_accepted_photo_is_in_the_album_and_its_copy_is_gone(
    accepted: Upload, library: MemoryLibrary, album: Album, staging: Path, tmp_path: Path
) -> None:
    tasks.hand_over()
    accepted.refresh_from_db()
    assert accepted.state == State.DONE
    assert accepted.done_at is not None
    assert accepted.asset_id in in_album(library, album)
    assert accepted.asset_id is not None
    content = (tmp_path / "IMG_1.jpg").read_bytes()
    assert library.original(accepted.asset_id).path.read_bytes() == content
    assert library.asset(accepted.asset_id).sha1 == sha1(content, usedforsecurity=False).digest()
    assert staged_files(staging) == {f"{accepted.pk.hex}.webp"}


def test_held_photos_come_in_once_they_are_accepted(
    send: Send, library: MemoryLibrary, album: Album, tmp_path: Path
) -> None:
    for number in range(35):
        send(write_photo(tmp_path / f"{number}.jpg"))
    tasks.check()
    tasks.hand_over()
    assert len(in_album(library, album)) == 3
    chosen = list(Upload.objects.values_list("pk", flat=True)[:30])
    assert deciding.accept(Upload.objects.filter(pk__in=chosen)) == 30
    assert deciding.reject(Upload.objects.exclude(pk__in=chosen)) == 5
    tasks.hand_over()
    assert len(in_album(library, album)) == 33
    assert Upload.objects.filter(state=State.DONE).count() == 30


@pytest.mark.parametrize("trouble", ["is_away", "is_full"])
def test_a_library_that_is_away_or_full_is_waited_for(
    accepted: Upload, library: MemoryLibrary, album: Album, trouble: str
) -> None:
    setattr(library, trouble, True)
    tasks.hand_over()
    accepted.refresh_from_db()
    assert (accepted.state, accepted.tries) == (State.ACCEPTED, 1)
    assert accepted.why == "The photo folder is away, or full."
    assert accepted.staged.exists()
    assert accepted.retry_at is not None
    first_pause = accepted.retry_at - timezone.now()
    retry_now()
    accepted.refresh_from_db()
    assert accepted.retry_at - timezone.now() > first_pause
    setattr(library, trouble, False)
    retry_now()
    accepted.refresh_from_db()
    assert (accepted.state, accepted.reason, accepted.tries) == (State.DONE, "", 0)
    assert len(in_album(library, album)) == 4


def test_nobody_asks_again_before_the_pause_is_over(
    accepted: Upload, library: MemoryLibrary
) -> None:
    library.is_away = True
    tasks.hand_over()
    library.is_away = False
    tasks.hand_over()
    accepted.refresh_from_db()
    assert accepted.state == State.ACCEPTED


def test_a_worker_that_died_after_the_library_took_it_costs_no_second_copy(
    accepted: Upload, library: MemoryLibrary, album: Album, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sharing.contributions import handing

    def die(*_args: object) -> None:
        raise SystemExit

    with monkeypatch.context() as death:
        death.setattr(handing, "_note", die)
        with pytest.raises(SystemExit):
            tasks.hand_over()
    accepted.refresh_from_db()
    assert accepted.state == State.ACCEPTED
    assert len(in_album(library, album)) == 4
    tasks.hand_over()
    accepted.refresh_from_db()
    assert (accepted.state, accepted.was_there) == (State.DONE, False)
    assert len(in_album(library, album)) == 4


def test_what_the_library_refuses_goes_back_to_the_owner_with_its_reason(
    accepted: Upload, library: MemoryLibrary
) -> None:
    library.refuses[accepted.filename] = "The server does not know this kind of file."
    tasks.hand_over()
    accepted.refresh_from_db()
    assert (accepted.state, accepted.decided_at) == (State.HELD, None)
    assert accepted.why == "The server does not know this kind of file."
    assert accepted.staged.exists()
    library.refuses.clear()
    deciding.accept(Upload.objects.all())
    tasks.hand_over()
    accepted.refresh_from_db()
    assert accepted.state == State.DONE


def test_what_the_library_does_not_show_is_kept_and_asked_for_again(
    accepted: Upload, library: MemoryLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as blind:
        blind.setattr(library, "originals", lambda _ids: {})
        tasks.hand_over()
    accepted.refresh_from_db()
    assert (accepted.state, accepted.tries) == (State.ACCEPTED, 1)
    assert accepted.staged.exists()
    retry_now()
    accepted.refresh_from_db()
    assert accepted.state == State.DONE


def test_one_that_does_not_fit_holds_up_no_other(
    send: Send, library: MemoryLibrary, straight_link: SharedLink, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from sharing.contributions import choosing

    monkeypatch.setattr(choosing, "BATCH_BYTES", 5_000)
    large = send(write_photo(tmp_path / "large.png", size=(900, 700)), link=straight_link)
    small = send(write_photo(tmp_path / "small.jpg"), link=straight_link)
    tasks.check()
    take_in = library.take_in

    def nearly_full(files: list[object], *args: object) -> object:
        if any(getattr(file, "size", 0) > 5_000 for file in files):
            raise LibraryUnavailable("The disk is full.")
        return take_in(files, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(library, "take_in", nearly_full)
    tasks.hand_over()
    large.refresh_from_db()
    small.refresh_from_db()
    assert (large.state, large.why) == (State.ACCEPTED, "The disk is full.")
    assert small.state == State.DONE


def test_what_the_owner_has_elsewhere_comes_into_the_album_as_the_same_asset(
    send_and_check: Send, library: MemoryLibrary, straight_link: SharedLink, link: SharedLink,
    tmp_path: Path,
) -> None:  # fmt: skip
    photo = write_photo(tmp_path / "a.jpg")
    first = send_and_check(photo, link=straight_link)
    tasks.hand_over()
    first.refresh_from_db()
    elsewhere = library.add_album("Elsewhere", 2)
    SharedLink.objects.filter(pk=link.pk).update(album_id=elsewhere.id)
    link.refresh_from_db()
    second = send_and_check(photo, "Ben", link)
    deciding.accept(Upload.objects.filter(pk=second.pk))
    tasks.hand_over()
    second.refresh_from_db()
    assert (second.state, second.was_there) == (State.DONE, True)
    assert second.asset_id == first.asset_id
    assert second.asset_id in in_album(library, elsewhere)


def test_photos_for_an_album_made_here_join_it(
    send_and_check: Send, owner: User, library: MemoryLibrary, album: Album, tmp_path: Path
) -> None:
    made = make_album(owner, "Best", in_album(library, album))
    wanted = LinkSettings(allow_upload=True, holds_uploads=False)
    link = share_portal_album(owner, made, wanted)
    upload = send_and_check(write_photo(tmp_path / "a.jpg"), link=link)
    tasks.hand_over()
    upload.refresh_from_db()
    made.refresh_from_db()
    assert (upload.state, upload.joined_album) == (State.DONE, True)
    assert upload.asset_id in set(made.items.asset_ids())
    assert made.count == 4


def test_what_nobody_could_look_into_is_handed_over_when_its_owner_wants_it(
    send: Send, library: MemoryLibrary, album: Album, tmp_path: Path
) -> None:
    upload = send(write_photo(tmp_path / "a.jpg"), state=State.HELD, reason="A riddle.")
    deciding.accept(Upload.objects.all())
    tasks.hand_over()
    upload.refresh_from_db()
    assert (upload.state, upload.reason) == (State.DONE, "")
    assert upload.asset_id in in_album(library, album)
