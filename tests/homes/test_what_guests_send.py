"""What guests send, from its last byte to the album that shows it, in each home of photos."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from portal.library.types import Album, AssetFilter
from sharing.albums.editing import make_album
from sharing.contributions import tasks, withdrawing
from sharing.contributions.models import State, Upload
from sharing.links import LinkSettings, share_portal_album
from sharing.models import SharedLink
from sharing.tasks import rescan
from tests.finishing.conftest import back_by, staged_files
from tests.homes.conftest import Home, Send
from tests.library.files import write_photo, write_video

pytestmark = pytest.mark.django_db(transaction=True)


def hand_over(*uploads: Upload) -> None:
    tasks.hand_over()
    for upload in uploads:
        upload.refresh_from_db()


def ids_in(home: Home, album: Album) -> set[object]:
    return {entry.id for entry in home.library.timeline(AssetFilter(album_id=album.id))}


def test_it_is_on_the_page_of_the_album_and_staged_no_more(
    home: Home, album: Album, send_and_check: Send, tmp_path: Path, staging: Path
) -> None:
    upload = send_and_check(write_photo(tmp_path / "IMG_1.jpg"))
    assert upload.state == State.ACCEPTED
    hand_over(upload)

    assert (upload.state, upload.was_there) == (State.DONE, False)
    assert staged_files(staging) <= {upload.look.name}
    page = Client().get("/s/summer").content.decode()
    assert upload.asset_id
    assert upload.asset_id.hex in page.replace("-", "")
    assert home.library.asset(upload.asset_id).sha1 == upload.sha1
    rescan()
    assert upload.asset_id in ids_in(home, album)


def test_a_home_that_is_away_is_waited_for(
    home: Home, album: Album, send_and_check: Send, tmp_path: Path, staging: Path
) -> None:
    upload = send_and_check(write_photo(tmp_path / "IMG_1.jpg"))
    home.pull_the_plug()
    hand_over(upload)
    assert upload.state == State.ACCEPTED
    assert upload.reason
    assert upload.staged.exists()

    home.plug_in()
    back_by(upload, timezone.now(), "retry_at")
    hand_over(upload)
    assert upload.state == State.DONE
    assert upload.asset_id in ids_in(home, album)
    assert home.library.album(album.id).count == album.count + 1


def test_both_halves_of_a_live_photo_arrive_as_one(
    home: Home, album: Album, send_and_check: Send, send: Send, tmp_path: Path
) -> None:
    mark = "4F3B6A10-90A5-4C4E-8E1B-0A1B2C3D4E5F"
    moving = send(write_video(tmp_path / "IMG_2.mov", seconds=2, content_id=mark))
    still = send_and_check(write_photo(tmp_path / "IMG_2.jpg", content_id=mark))
    hand_over(still, moving)

    assert (still.state, moving.state) == (State.DONE, State.DONE)
    assert still.asset_id
    assert home.library.asset(still.asset_id).live_video_id == moving.asset_id
    after = home.library.album(album.id)
    assert (after.images, after.videos) == (album.images + 1, album.videos)


def test_what_is_taken_back_is_gone_and_its_addresses_are_void(
    home: Home, album: Album, link: SharedLink, send_and_check: Send, tmp_path: Path
) -> None:
    upload = send_and_check(write_photo(tmp_path / "IMG_1.jpg"))
    hand_over(upload)
    link.refresh_from_db()
    epoch, asset_id = link.epoch, upload.asset_id
    assert withdrawing.withdraw(upload)
    hand_over(upload)

    link.refresh_from_db()
    assert link.epoch > epoch
    assert asset_id not in ids_in(home, album)
    assert home.library.album(album.id).count == album.count
    rescan()
    assert home.library.album(album.id).count == album.count


def test_an_album_made_in_the_portal_gets_it_and_no_other_album_does(
    home: Home, owner: User, album: Album, send_and_check: Send, tmp_path: Path
) -> None:
    chosen = [entry.id for entry in home.library.timeline(AssetFilter(album_id=album.id))]
    made = make_album(owner, "Best of", chosen[:1])
    wanted = LinkSettings(allow_upload=True, holds_uploads=False, slug="best")
    link = share_portal_album(owner, made, wanted)
    upload = send_and_check(write_photo(tmp_path / "IMG_3.jpg"), link=link)
    hand_over(upload)

    made.refresh_from_db()
    assert upload.state == State.DONE
    assert made.images == 2
    assert set(made.items.there().asset_ids()) == {chosen[0], upload.asset_id}
    assert home.library.album(album.id).count == album.count

    withdrawing.withdraw(upload)
    hand_over(upload)
    made.refresh_from_db()
    assert made.images == 1


def test_forty_files_of_one_name_all_arrive(
    home: Home, album: Album, send: Send, tmp_path: Path, staging: Path
) -> None:
    uploads = [
        send(write_photo(tmp_path / f"{number}.jpg"), filename="image.jpg") for number in range(40)
    ]
    tasks.check()
    hand_over(*uploads)

    assert {upload.state for upload in uploads} == {State.DONE}
    assert len({upload.asset_id for upload in uploads}) == 40
    assert home.library.album(album.id).count == album.count + 40
    assert not [name for name in staged_files(staging) if not name.endswith(".webp")]
