"""Files to a server: which ones, what is told of them, and what became of each."""

import os
from pathlib import Path

import pytest

from downloads.client import ClientError, NotAllowed, Reason, Status, UploadStats
from tests.client.conftest import go, names, photo, send, sha1, truth_of, with_client
from tests.immich import Immich


def test_files_and_folders_arrive_whole_with_names_and_times(server: Immich, camera: Path) -> None:
    files = [photo(camera / "a b.jpg"), photo(camera / "sub/Ü 100%41.JPG"), photo(camera / "c.PNG")]
    for number, path in enumerate(files):
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
    result = send(server, camera)
    assert result.is_whole
    assert result.stats == UploadStats(total=3, uploaded=3, rejected=0, failed=0)
    for entry in result.uploaded:
        there = server.world.assets[str(entry.asset.id)]
        assert entry.asset.status == Status.CREATED
        assert there.filename == entry.filepath.name
        assert there.sha1.hex() == sha1(entry.filepath)
        assert there.taken_at.timestamp() == entry.filepath.stat().st_mtime


def test_names_that_are_not_unicode_or_would_break_a_form_arrive(
    server: Immich, camera: Path
) -> None:
    os.close(os.open(os.fsencode(camera) + b"/\xff.jpg", os.O_CREAT | os.O_WRONLY))
    (camera / os.fsdecode(b"\xff.jpg")).write_bytes(b"\xff\xd8\xff one")
    photo(camera / 'say "hi"\n.jpg')
    result = send(server, camera)
    assert result.is_whole
    names_there = sorted(server.world.assets[str(e.asset.id)].filename for e in result.uploaded)
    assert names_there == ["?.jpg", 'say "hi"\n.jpg']


def test_what_is_there_is_not_sent_again(server: Immich, camera: Path) -> None:
    files = [photo(camera / f"{number}.jpg") for number in range(40)]
    first = send(server, [files[0]])
    server.control.clear_requests()
    result = send(server, camera)
    assert (result.stats.uploaded, result.stats.rejected) == (39, 1)
    [entry] = result.rejected
    assert (entry.filepath, entry.reason) == (files[0], Reason.DUPLICATE)
    assert entry.asset_id == first.uploaded[0].asset.id
    assert len(server.control.requests("api/assets$")) == 39


def test_without_the_check_the_server_says_it_at_the_file(server: Immich, camera: Path) -> None:
    photo(camera / "a.jpg")
    send(server, camera)
    result = send(server, camera, skip_duplicates=True)
    [entry] = result.rejected
    assert entry.reason == Reason.DUPLICATE
    assert entry.asset_id is not None
    assert result.stats == UploadStats(total=1, uploaded=0, rejected=1, failed=0)


def test_twins_are_sent_once(server: Immich, camera: Path) -> None:
    files = [photo(camera / name, "twins") for name in ("a.jpg", "b.jpg", "c.jpg")]
    result = send(server, camera, album_name="Twins")
    assert len(server.control.requests("api/assets$")) == 1
    assert result.stats == UploadStats(total=3, uploaded=1, rejected=2, failed=0)
    ids = {entry.asset_id for entry in result.rejected} | {result.uploaded[0].asset.id}
    assert len(ids) == 1
    assert sorted(names(camera)) == [each.name for each in files]


def test_an_album_is_made_once_and_found_again(server: Immich, camera: Path) -> None:
    photo(camera / "a.jpg")
    photo(camera / "b.jpg")
    send(server, camera / "a.jpg", album_name="Sommer 24")
    result = send(server, camera, album_name="Sommer 24")
    assert result.is_whole
    albums = [each for each in server.world.albums.values() if each.name == "Sommer 24"]
    assert len(albums) == 1
    assert len(albums[0].asset_ids) == 2, "what was there already is in the album as well"
    send(server, camera / "a.jpg", album_name="Other")
    assert len(server.world.albums[server.control.albums()["Other"]].asset_ids) == 1


def test_two_albums_of_one_name_are_not_guessed(immich: Immich, camera: Path) -> None:
    photo(camera / "a.jpg")
    immich.control.add_album("Twice")
    immich.control.add_album("Twice")
    with pytest.raises(ClientError, match="2 albums named Twice"):
        send(immich, camera, album_name="Twice")
    assert immich.control.requests("api/assets$") == []


def test_hidden_ignored_and_other_files_are_left_out(immich: Immich, camera: Path) -> None:
    for name in ("a.jpg", ".b.jpg", ".trash/c.jpg", "sub/d.jpg", "drafts/e.jpg", "x/drafts/f.jpg"):
        photo(camera / name)
    (camera / "notes.txt").write_text("x")
    os.mkfifo(camera / "pipe.jpg")
    result = send(immich, camera, ignore_pattern=["*/drafts/*", "d.jpg"])
    assert [each.filepath.name for each in result.uploaded] == ["a.jpg"]
    assert result.left_out == 4
    everything = send(immich, camera, include_hidden=True)
    assert everything.stats.uploaded == 5


def test_a_folder_above_that_is_hidden_hides_nothing(immich: Immich, tmp_path: Path) -> None:
    photo(tmp_path / ".camera/roll/a.jpg")
    assert send(immich, tmp_path / ".camera/roll").stats.uploaded == 1
    photo(tmp_path / ".named.jpg")
    assert send(immich, tmp_path / ".named.jpg").stats.uploaded == 1


def test_a_file_given_twice_is_sent_once(immich: Immich, camera: Path) -> None:
    path = photo(camera / "a.jpg")
    result = send(immich, [camera, path, str(path)])
    assert result.stats == UploadStats(total=1, uploaded=1, rejected=0, failed=0)


def test_named_files_of_other_kinds_and_empty_ones_are_named(immich: Immich, camera: Path) -> None:
    (camera / "notes.txt").write_text("x")
    (camera / "empty.jpg").touch()
    missing = camera / "missing.jpg"
    result = send(immich, [camera / "notes.txt", camera / "empty.jpg", missing])
    assert [(e.filepath.name, e.reason) for e in result.rejected] == [
        ("notes.txt", Reason.UNSUPPORTED)
    ]
    assert {e.filepath.name: e.error for e in result.failed} == {
        "empty.jpg": "It is empty",
        "missing.jpg": "It cannot be read: No such file or directory",
    }
    assert not result.is_whole


def test_nothing_to_send_is_no_error(immich: Immich, camera: Path) -> None:
    assert send(immich, camera, album_name="None").stats == UploadStats(0, 0, 0, 0)
    assert "None" not in immich.control.albums()


def test_a_dry_run_asks_and_changes_nothing(server: Immich, camera: Path) -> None:
    files = [photo(camera / f"{number}.jpg") for number in range(3)]
    send(server, files[0])
    before = len(server.world.assets)
    result = send(
        server, camera, dry_run=True, album_name="Dry", delete_uploads=True, delete_duplicates=True
    )
    assert (result.stats.uploaded, result.stats.rejected) == (2, 1)
    assert all(entry.asset.id is None for entry in result.uploaded)
    assert sorted(result.deleted) == files, "as they would be"
    assert sorted(names(camera)) == [each.name for each in files]
    assert len(server.world.assets) == before
    assert "Dry" not in server.control.albums()


def test_no_more_at_once_than_wanted(immich: Immich, camera: Path) -> None:
    for number in range(12):
        photo(camera / f"{number}.jpg")
    immich.control.fault("delay", times=None, value=0.05, path="api/assets$")
    send(immich, camera, concurrency=3)
    assert immich.control.most_at_once("api/assets$") == 3
    with pytest.raises(ValueError, match="at least 1"):
        send(immich, camera, concurrency=0)


def test_a_key_without_the_permission_is_told_before_anything_is_read(
    server: Immich, camera: Path
) -> None:
    photo(camera / "a.jpg")
    key = server.control.add_key(["asset.read"])
    result = with_client(server.url, lambda client: client.upload(camera), key)
    assert "asset.upload" in result.stopped
    assert result.stats.failed == 1
    with pytest.raises(NotAllowed):
        with_client(server.url, lambda client: client.upload(camera, album_name="A"), key)


def test_the_progress_names_what_arrived(
    immich: Immich, camera: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo(camera / "one.jpg")
    send(immich, camera, show_progress=True)
    assert "one.jpg" in capsys.readouterr().err


def test_the_server_has_what_the_result_says(server: Immich, camera: Path) -> None:
    path = photo(camera / "a.jpg")
    [entry] = send(server, path).uploaded
    assert truth_of(server, str(entry.asset.id))["sha1"] == sha1(path)
    back = go(server, lambda client: client.download_asset_to_file(
        str(entry.asset.id), camera / "back"))  # fmt: skip
    assert back.read_bytes() == path.read_bytes()
