"""What is asked for comes, all of it, and nothing else."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.batch.conftest import Run, files_in, manifest_in, run_command, server_flags, wanted_of
from tests.immich import LIMITED_KEY, Immich


def names_in(folder: Path) -> list[str]:
    return sorted(path.rpartition("/")[2] for path in files_in(folder))


def test_all_but_archived_hidden_and_trashed_comes_and_live_photos_whole(
    run: Run, folder: Path, immich: Immich
) -> None:
    ran = run()
    assert ran.code == 0
    assert sorted(files_in(folder).values()) == wanted_of(immich)
    names = names_in(folder)
    assert "IMG_0000.jpg" not in names  # archived
    assert "IMG_0001.jpg" not in names  # in the trash
    assert {"LIVE_0000.jpg", "LIVE_0000.mov"} <= set(names)


def test_files_lie_by_the_day_of_the_clock_where_they_were_taken(
    run: Run, folder: Path, immich: Immich
) -> None:
    asset_id = immich.control.add_asset("Late.jpg", taken_at="2024-05-31T23:30:00Z")
    immich.control.change_asset(asset_id, {"offset": timedelta(hours=2)})
    run("--filters", '{"originalFileName": "Late.jpg"}')
    assert list(files_in(folder)) == ["2024/06/01/Late.jpg"]
    assert (folder / "2024/06/01/Late.jpg").stat().st_mtime == 1717198200


@pytest.mark.parametrize("version", [(2, 7, 5), (3, 2, 0)])
def test_pages_of_equal_times_lose_nothing(
    start_immich: Callable[..., Immich], folder: Path, version: tuple[int, int, int]
) -> None:
    immich = start_immich(assets=2500, equal_times=0.995, version=version, has_oddities=False)
    ran = run_command("--save-to", str(folder), "--dry-run", *server_flags(immich))
    assert "2504 photos and videos" in ran.said
    assert ran.said.count(" would come\n") == 2506


def test_an_album_by_its_name_or_id(run: Run, folder: Path, immich: Immich) -> None:
    manifest = folder / "manifest.jsonl"
    assert run("--album", "small 20", "--write-manifest", str(manifest)).code == 0
    by_name = {each["id"] for each in manifest_in(manifest)}
    assert len(by_name) == 20
    run("--album", immich.control.albums()["Small 20"], "--write-manifest", str(manifest))
    assert {each["id"] for each in manifest_in(manifest)} == by_name


def test_an_ambiguous_album_is_asked_back(run: Run, folder: Path, immich: Immich) -> None:
    twin = immich.control.add_album("Small 20")
    ran = run("--album", "Small 20")
    assert ran.code == 2
    assert twin in ran.error
    assert immich.control.albums()["Small 20"] in ran.error
    assert not folder.exists()


def test_photos_that_others_put_into_a_shared_album_come_too(run: Run, folder: Path) -> None:
    assert run("--album", "Ben's party").code == 0
    assert names_in(folder) == ["BEN_1.jpg"]


def test_persons_are_all_in_the_photo(run: Run, folder: Path, immich: Immich) -> None:
    anna, otto = (each for each in immich.world.people)
    assert run("--person-ids", anna, "--person-ids", otto).code == 0
    assert names_in(folder) == ["IMG_0004.jpg"]
    assert run("--person_ids", anna).code == 0
    assert names_in(folder) == ["IMG_0003.jpg", "IMG_0004.jpg"]


def test_days_times_and_filters_narrow_it(run: Run, folder: Path) -> None:
    assert run("--taken-after", "2024-01-02T06:00:00+00:00",
               "--taken-before", "2024-01-02T07:30:00Z",
               "--filters", '{"type": "VIDEO"}').code == 0  # fmt: skip
    assert names_in(folder) == ["VID_0000.mp4", "VID_0001.mp4"]
    assert "0 photos" in run("--after", "2030-01-01").said
    assert "0 photos" in run("--last-days", "1").said


@pytest.mark.parametrize("visibility", ["archive", "hidden"])
def test_what_is_hidden_comes_when_it_is_asked_for(run: Run, folder: Path, visibility: str) -> None:
    assert run("--filters", json.dumps({"visibility": visibility})).code == 0
    wanted = {"archive": ["IMG_0000.jpg"], "hidden": ["LIVE_0000.mov", "LIVE_0001.mov"]}
    assert names_in(folder) == wanted[visibility]


def test_a_key_that_may_only_read_and_download_is_enough(folder: Path, immich: Immich) -> None:
    key = immich.control.add_key(["asset.read", "asset.download"])
    ran = run_command(
        "--save-to", str(folder), "--immich-api-url", immich.url, "--immich-api-key", key
    )
    assert ran.code == 0
    assert sorted(files_in(folder).values()) == wanted_of(immich)


def test_a_key_that_may_not_download_stops_it_with_a_sentence(folder: Path, immich: Immich) -> None:
    ran = run_command(
        "--save-to", str(folder), "--immich-api-url", immich.url, "--immich-api-key", LIMITED_KEY
    )
    assert ran.code == 1
    assert "Stopped: The server does not accept the credentials (403)" in ran.said
    assert files_in(folder) == {}


def test_a_photo_trashed_meanwhile_is_named(run: Run, folder: Path, immich: Immich) -> None:
    immich.control.fault("404", path="/original$")
    ran = run("--filters", '{"originalFileName": "IMG_0010"}')
    assert ran.code == 1
    assert "Missing: 2024/01/02/IMG_0010.jpg: The server no longer has it (404)" in ran.said


def test_a_lone_half_of_a_live_photo_is_said(run: Run, folder: Path, immich: Immich) -> None:
    immich.control.delete([each["id"] for each in immich.control.truth()
                           if each["filename"] == "LIVE_0000.mov"])  # fmt: skip
    ran = run("--filters", '{"originalFileName": "LIVE_0000"}')
    assert ran.code == 1
    assert "Missing: the moving half of LIVE_0000.jpg" in ran.said
    assert names_in(folder) == ["LIVE_0000.jpg"]


def test_the_manifest_says_what_lies_where(run: Run, folder: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "kept" / "photos.jsonl"
    run("--write-manifest", str(manifest))
    first = manifest.read_text()
    rows = manifest_in(manifest)
    assert {each["path"]: each["sha1"] for each in rows} == files_in(folder)
    assert {frozenset(each) for each in rows} == {frozenset(["id", "path", "sha1", "time"])}
    run("--write-manifest", str(manifest))
    assert manifest.read_text() == first
    assert [path.name for path in manifest.parent.iterdir()] == ["photos.jsonl"]


def test_a_dry_run_writes_nothing(run: Run, folder: Path) -> None:
    ran = run("--dry-run", "--write-manifest", str(folder / "m.jsonl"), "--album", "Small 20")
    assert (ran.code, folder.exists()) == (0, False)
    assert "2024/01/01/IMG_0002.jpg would come" in ran.said
    assert "20 files" in ran.said
