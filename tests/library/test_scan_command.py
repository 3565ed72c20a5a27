"""``manage.py scan`` says in one line what it found."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from portal.library import get_library
from portal.library.types import AssetFilter, Rendition
from tests.library.files import write_photo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def configured(
    photos: Path, incoming: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    monkeypatch.setattr(settings, "LOGGIA_PHOTOS", photos)
    monkeypatch.setattr(settings, "LOGGIA_INCOMING", incoming)
    monkeypatch.setattr(settings, "RENDITIONS_DIR", tmp_path / "renditions")
    get_library.cache_clear()
    yield
    get_library.cache_clear()


def test_it_tells_what_was_found_and_what_was_left_out(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_photo(photos / "A/one.jpg")
    write_photo(photos / "B/two.jpg")
    (photos / os.fsdecode(b"B/not\na \xff picture.jpg")).write_text("fake")

    call_command("scan")

    output = capsys.readouterr()
    assert output.out == "2 photos and 0 videos in 2 albums: 2 new, 1 left out\n"
    assert output.err.startswith(
        "B/not\N{REPLACEMENT CHARACTER}a \N{REPLACEMENT CHARACTER} picture"
    )
    assert len(output.err.splitlines()) == 1

    call_command("scan")
    assert "1 left out" in capsys.readouterr().out


def test_a_missing_folder_is_one_clear_line(photos: Path) -> None:
    photos.rmdir()
    with pytest.raises(CommandError) as refusal:
        call_command("scan")
    assert str(photos) in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_it_makes_the_waiting_renditions_when_asked(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(3):
        write_photo(photos / f"A/{number}.png")
    call_command("scan", "--renditions")
    assert capsys.readouterr().out.splitlines()[-1] == "3 previews made"
    assert get_library().status().renditions_waiting == 0
    asset = get_library().assets(AssetFilter())[0]
    assert get_library().rendition(asset.id, Rendition.PREVIEW).path.exists()


def test_losses_can_be_accepted(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_photo(photos / "A/one.jpg")
    call_command("scan")
    path.unlink()
    with pytest.raises(CommandError, match="--accept-losses"):
        call_command("scan")
    call_command("scan", "--accept-losses")
    assert "1 gone" in capsys.readouterr().out
