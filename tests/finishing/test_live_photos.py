"""Live photos sent as two files are one, all the way."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from portal.library.types import AssetFilter
from sharing.contributions import deciding, tasks, withdrawing
from sharing.contributions.models import State, Upload
from sharing.models import SharedLink
from tests.finishing.conftest import Send, back_by
from tests.library.files import write_photo, write_video
from tests.memory_library import MemoryLibrary

MARK, OTHER_MARK = "11111111-AAAA", "22222222-BBBB"


def still_of(video: Upload) -> Upload | None:
    return Upload.objects.filter(live_video=video).first()


@pytest.mark.parametrize("first", ["still", "video", "together"])
def test_halves_with_one_mark_become_a_pair_whichever_comes_first(
    send: Send, tmp_path: Path, first: str
) -> None:
    files = [
        write_photo(tmp_path / "image.jpg", content_id=MARK),
        write_video(tmp_path / "image.mov", content_id=MARK),
    ]
    for path in reversed(files) if first == "video" else files:
        send(path)
        if first != "together":
            tasks.check()
    tasks.check()
    still = Upload.objects.get(kind="image")
    assert still.live_video is not None
    assert still.live_video.kind == "video"


def test_ten_photos_called_image_and_their_films_are_paired_by_their_marks(
    send: Send, tmp_path: Path
) -> None:
    for number in range(10):
        mark = f"{number:08}-AAAA"
        send(write_photo(tmp_path / f"{number}.jpg", content_id=mark), filename="image.jpg")
        send(write_video(tmp_path / f"{number}.mov", content_id=mark), filename="image.mov")
    tasks.check()
    pairs = Upload.objects.filter(kind="image").values_list("content_id", "live_video__content_id")
    assert len(pairs) == 10
    assert all(still == video for still, video in pairs)


@pytest.mark.parametrize(
    ("names", "seconds", "is_pair"),
    [
        (("IMG_1.JPG", "img_1.mov"), 2, True),
        (("IMG_1.JPG", "IMG_1.MOV"), 8, False),
        (("IMG_1.JPG", "IMG_2.MOV"), 2, False),
        (("image.jpg", "image.mov"), 2, False),
        (("A/IMG_1.JPG", "B/IMG_1.MOV"), 2, False),
    ],
)
def test_names_tell_pairs_where_they_say_something(
    send: Send, tmp_path: Path, names: tuple[str, str], seconds: float, is_pair: bool
) -> None:
    still, video = names
    send(write_photo(tmp_path / "a.jpg"), filename=still[-9:], relative_path=still)
    film = write_video(tmp_path / "b.mov", seconds=seconds)
    upload = send(film, filename=video[-9:], relative_path=video)
    tasks.check()
    assert (still_of(upload) is not None) is is_pair


def test_another_mark_another_guest_or_two_of_a_name_are_no_pair(
    send: Send, tmp_path: Path
) -> None:
    def sent(name: str, mark: str = "", visitor: str = "Anna") -> Upload:
        if name.endswith(".mov"):
            return send(write_video(tmp_path / name, content_id=mark), visitor)
        return send(write_photo(tmp_path / name, content_id=mark), visitor)

    films = [sent("IMG_1.mov", MARK), sent("IMG_2.mov"), sent("IMG_3.mov")]
    sent("IMG_1.jpg", OTHER_MARK)
    sent("IMG_2.jpg", visitor="Ben")
    sent("IMG_3.jpg")
    sent("img_3.jpg")
    tasks.check()
    assert [still_of(film) for film in films] == [None, None, None]


def pair(send: Send, folder: Path, **facts: object) -> tuple[Upload, Upload]:
    video = send(write_video(folder / "image.mov", content_id=MARK), **facts)
    still = send(write_photo(folder / "image.jpg", content_id=MARK), **facts)
    tasks.check()
    for upload in (still, video):
        upload.refresh_from_db()
    assert still.live_video == video
    return still, video


def test_a_pair_is_decided_about_as_one(send: Send, tmp_path: Path) -> None:
    still, video = pair(send, tmp_path)
    everything, the_film = Upload.objects.all(), Upload.objects.filter(pk=video.pk)
    assert deciding.reject(everything) == 1
    assert {one.state for one in everything.all()} == {State.REJECTED}
    assert deciding.restore(the_film) == 1
    assert {one.state for one in everything.all()} == {State.HELD}
    assert deciding.accept(Upload.objects.filter(pk=still.pk)) == 1
    assert {one.state for one in everything.all()} == {State.ACCEPTED}


def test_a_pair_is_one_live_photo_in_the_library(
    send: Send, tmp_path: Path, library: MemoryLibrary, straight_link: SharedLink
) -> None:
    still, video = pair(send, tmp_path, link=straight_link)
    tasks.hand_over()
    still.refresh_from_db()
    video.refresh_from_db()
    assert (still.state, video.state) == (State.DONE, State.DONE)
    shown = library.assets(AssetFilter(album_id=straight_link.album_id))
    [live] = [asset for asset in shown if asset.id == still.asset_id]
    assert live.live_video_id == video.asset_id
    assert video.asset_id not in {asset.id for asset in shown}


def test_both_halves_are_taken_back_together(
    send: Send, tmp_path: Path, library: MemoryLibrary, straight_link: SharedLink
) -> None:
    still, _video = pair(send, tmp_path, link=straight_link)
    tasks.hand_over()
    still.refresh_from_db()
    assert withdrawing.withdraw(still)
    tasks.hand_over()
    assert len(library.bin) == 2


def test_a_still_waits_a_moment_for_the_film_that_is_being_sent(
    send: Send, tmp_path: Path, straight_link: SharedLink
) -> None:
    coming = send(write_video(tmp_path / "b.mov"), link=straight_link, state=State.ARRIVING)
    still = send(write_photo(tmp_path / "a.jpg", content_id=MARK), link=straight_link)
    plain = send(write_photo(tmp_path / "c.jpg"), link=straight_link)
    tasks.check()
    tasks.hand_over()
    plain.refresh_from_db()
    still.refresh_from_db()
    assert (plain.state, still.state) == (State.DONE, State.ACCEPTED)
    back_by(coming, timezone.now() - timedelta(minutes=1), "touched_at")
    tasks.hand_over()
    still.refresh_from_db()
    assert still.state == State.DONE
