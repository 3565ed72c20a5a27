"""Real camera files, as guests would send them; and what only large ones go through."""

from pathlib import Path

import pytest
from PIL import Image, ImageOps

from sharing.contributions import checking, deciding, tasks
from sharing.contributions.models import State, Upload
from tests.finishing.conftest import Send
from tests.library.files import write_photo, write_video
from tests.memory_library import MemoryLibrary


def test_real_photos_come_into_the_library_byte_for_byte_with_upright_looks(
    send: Send, samples: Path, library: MemoryLibrary
) -> None:
    paths = [path for path in samples.rglob("*") if path.is_file() and path.suffix != ".md"]
    sent = {send(path, filename="image.jpg").pk: path for path in paths}
    tasks.check()
    held = Upload.objects.held()
    assert {upload.pk for upload in held} == sent.keys()
    for upload in held:
        with Image.open(upload.look) as look:
            assert look.format == "WEBP"
            assert (look.width > look.height) is (upload.width > upload.height)
            assert not look.getexif()
    assert deciding.accept(Upload.objects.all()) == len(sent)
    tasks.hand_over()
    for upload in Upload.objects.filter(state=State.DONE):
        assert upload.asset_id is not None
        kept = library.original(upload.asset_id).path.read_bytes()
        assert kept == sent.pop(upload.pk).read_bytes()
    assert not sent


def test_a_turned_photo_has_an_upright_look(send_and_check: Send, tmp_path: Path) -> None:
    path = write_photo(tmp_path / "a.jpg", size=(1600, 900))
    with Image.open(path) as image:
        exif = image.getexif()
        exif[0x0112] = 6  # turned by 90 degrees
        image.save(path, exif=exif)
    upload = send_and_check(path)
    with Image.open(upload.look) as look, Image.open(path) as image:
        upright = ImageOps.exif_transpose(image)
        assert (upload.width, upload.height) == upright.size
        assert look.height > look.width


def test_a_film_of_gigabytes_is_looked_into_where_nobody_waits_behind_it(
    send: Send, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = send(write_photo(tmp_path / "a.jpg"))
    film = send(write_video(tmp_path / "film.mov", seconds=3))
    monkeypatch.setattr(checking, "LARGE", photo.size)
    tasks.check()
    photo.refresh_from_db()
    film.refresh_from_db()
    assert (photo.state, film.state) == (State.HELD, State.ARRIVED)
    tasks.check_large()
    film.refresh_from_db()
    assert film.state == State.HELD
