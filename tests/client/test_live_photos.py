"""Live photos are sent in pairs, halves first; sidecars go along with their files."""

from pathlib import Path

import pytest

from downloads.client import UploadStats
from downloads.client.pairing import seconds
from tests.client.conftest import film, photo, send
from tests.immich import Immich


def test_a_still_and_its_short_film_become_one_live_photo(server: Immich, camera: Path) -> None:
    still, moving = photo(camera / "IMG_1.HEIC"), film(camera / "IMG_1.MOV", 2.8)
    result = send(server, camera, album_name="Live")
    assert result.is_whole
    ids = {entry.filepath: str(entry.asset.id) for entry in result.uploaded}
    assert server.world.assets[ids[still]].live_video_id == ids[moving]
    assert server.world.assets[ids[moving]].visibility == "hidden"
    album = server.world.albums[server.control.albums()["Live"]]
    assert list(album.asset_ids) == [ids[still]]


def test_a_half_that_is_there_already_is_found_by_its_still(server: Immich, camera: Path) -> None:
    moving = film(camera / "IMG_1.MOV", 2.8)
    [before] = send(server, moving).uploaded
    still = photo(camera / "IMG_1.HEIC")
    result = send(server, camera)
    [entry] = result.uploaded
    assert entry.filepath == still
    assert server.world.assets[str(entry.asset.id)].live_video_id == str(before.asset.id)


@pytest.mark.parametrize(
    ("films", "stills"),
    [
        ([("IMG_1.MOV", 12.0)], ["IMG_1.JPG"]),  # a camera's film of the same number
        ([("IMG_2.MOV", 2.0)], ["IMG_1.JPG"]),
        ([("IMG_1.MOV", 2.0), ("IMG_1.mp4", 2.0)], ["IMG_1.JPG"]),
        ([("IMG_1.MOV", 2.0)], ["IMG_1.JPG", "IMG_1.HEIC"]),
    ],
)
def test_what_may_be_no_pair_is_left_alone(
    immich: Immich, camera: Path, films: list[tuple[str, float]], stills: list[str]
) -> None:
    for name, length in films:
        film(camera / name, length)
    for name in stills:
        photo(camera / name)
    result = send(immich, camera)
    assert result.stats.uploaded == len(films) + len(stills)
    assert not any(
        immich.world.assets[str(entry.asset.id)].live_video_id for entry in result.uploaded
    )


def test_a_still_waits_for_a_half_that_did_not_arrive(immich: Immich, camera: Path) -> None:
    photo(camera / "IMG_1.HEIC")
    film(camera / "IMG_1.MOV", 2.8)
    immich.control.fault("502", times=4, path="api/assets$")
    result = send(immich, camera)
    assert result.stats == UploadStats(total=2, uploaded=0, rejected=0, failed=2)
    assert any("moving half has to go first" in each.error for each in result.failed)
    assert send(immich, camera).is_whole
    assert sum(bool(each.live_video_id) for each in immich.world.assets.values()) == 3


def test_a_film_without_a_length_has_none(tmp_path: Path) -> None:
    assert seconds(film(tmp_path / "a.mov", 2.5)) == 2.5
    for number, content in enumerate((b"", b"\xff\xd8", b"\x00\x00\x00\x08moov", b"\x00" * 99)):
        path = tmp_path / f"{number}.mov"
        path.write_bytes(content)
        assert seconds(path) == 0
    assert seconds(tmp_path / "missing.mov") == 0


def test_sidecars_go_along(immich: Immich, camera: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo(camera / "a.jpg")
    photo(camera / "b.jpg")
    photo(camera / "c.jpg")
    (camera / "a.xmp").write_text("<a/>")
    (camera / "a.jpg.xmp").write_text("<of a.jpg alone/>")
    (camera / "b.XMP").write_text("<b/>")
    sent: dict[str, str] = {}

    from portal.fake_immich import uploading

    def seen(files):  # type: ignore[no-untyped-def]
        found = usual(files)
        if "sidecarData" in files:
            sent[found[0]] = files["sidecarData"].read().decode()
        return found

    usual = uploading._file
    monkeypatch.setattr(uploading, "_file", seen)
    result = send(immich, camera)
    assert result.stats.uploaded == 3
    assert sent == {"a.jpg": "<of a.jpg alone/>", "b.jpg": "<b/>"}
    assert result.left_out == 0
