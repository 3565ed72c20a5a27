"""What lies in the folder is known by its bytes: kept, repaired, or left to whom it belongs."""

import json
import shutil
from pathlib import Path

import pytest

from downloads.batch.memory import FOLDER
from tests.batch.conftest import Run, files_in, wanted_of
from tests.immich import Immich

ONE = ("--filters", '{"originalFileName": "IMG_0010"}')
PLACE = "2024/01/02/IMG_0010.jpg"
SECOND = "2024/01/02/IMG_0010 (2).jpg"


def right_sha1(immich: Immich) -> str:
    return next(
        str(each["sha1"]) for each in immich.control.truth() if each["filename"] == "IMG_0010.jpg"
    )


def put(folder: Path, content: bytes) -> Path:
    path = folder / PLACE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_second_run_fetches_nothing(run: Run, folder: Path, immich: Immich) -> None:
    run()
    before = files_in(folder)
    immich.control.clear_requests()
    ran = run()
    assert (ran.code, files_in(folder)) == (0, before)
    assert f"{len(before)} already there" in ran.said
    # The external one has no SHA-1 on the server; ours of the first run tells.
    assert immich.control.requests("/original$") == []


def test_the_same_without_any_memory_of_the_first_run(
    run: Run, folder: Path, immich: Immich
) -> None:
    run()
    before = files_in(folder)
    shutil.rmtree(folder / FOLDER)
    immich.control.clear_requests()
    assert run().code == 0
    assert files_in(folder) == before
    # Only what has no SHA-1 on the server is fetched again, to be compared.
    assert len(immich.control.requests("/original$")) == 1


@pytest.mark.parametrize("damage", [b"", b"short", None])
def test_a_damaged_file_of_ours_is_repaired(
    run: Run, folder: Path, immich: Immich, damage: bytes | None
) -> None:
    run(*ONE)
    path = folder / PLACE
    if damage is None:  # one bit, and no trace in size
        content = bytearray(path.read_bytes())
        content[100] ^= 1
        damage = bytes(content)
    path.write_bytes(damage)
    ran = run(*ONE)
    assert (ran.code, files_in(folder)) == (0, {PLACE: right_sha1(immich)})
    assert "1 repaired" in ran.said


def test_a_half_download_of_another_tool_is_repaired(
    run: Run, folder: Path, immich: Immich
) -> None:
    run(*ONE)
    half = (folder / PLACE).read_bytes()[:50_000]
    shutil.rmtree(folder)
    put(folder, half)
    assert run(*ONE).code == 0
    assert files_in(folder) == {PLACE: right_sha1(immich)}


@pytest.mark.parametrize("size", [0, 10, 3_000_000])
def test_a_foreign_file_of_that_name_is_never_touched(
    run: Run, folder: Path, immich: Immich, size: int
) -> None:
    foreign = put(folder, b"mine, not yours" * (size or 1))
    before = foreign.read_bytes()
    for _ in range(2):
        assert run(*ONE).code == 0
        assert foreign.read_bytes() == before
        assert files_in(folder)[SECOND] == right_sha1(immich)
        assert len(files_in(folder)) == 2


def test_another_spelling_of_a_foreign_name_counts_as_that_name(
    run: Run, folder: Path, immich: Immich
) -> None:
    put(folder, b"mine").rename(folder / "2024/01/02/img_0010.JPG")
    assert run(*ONE).code == 0
    assert set(files_in(folder)) == {"2024/01/02/img_0010.JPG", SECOND}


def test_a_foreign_file_that_came_after_a_run_was_killed_is_not_taken_for_ours(
    run: Run, folder: Path, immich: Immich
) -> None:
    immich.control.fault("500", times=None, path="/original$")
    run("--threads", "1", *ONE)
    immich.control.clear_faults()
    foreign = put(folder, b"mine" * 100_000)
    assert run(*ONE).code == 0
    assert foreign.read_bytes() == b"mine" * 100_000
    assert files_in(folder)[SECOND] == right_sha1(immich)


def test_changed_content_of_an_asset_replaces_what_we_had(
    run: Run, folder: Path, immich: Immich
) -> None:
    run(*ONE)
    asset_id = next(each["id"] for each in immich.control.truth()
                    if each["filename"] == "IMG_0010.jpg")  # fmt: skip
    immich.control.replace_bytes(asset_id)
    assert run(*ONE).code == 0
    assert files_in(folder) == {PLACE: right_sha1(immich)}


def test_a_folder_that_is_a_link_out_of_it_is_refused(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder.mkdir()
    (folder / "2024").symlink_to(elsewhere)
    ran = run(*ONE)
    assert (ran.code, list(elsewhere.iterdir())) == (1, [])
    assert f"Missing: {PLACE}: its folder is a link that leads out of --save-to" in ran.said


def test_a_link_in_a_file_s_place_is_somebody_else_s(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    target = tmp_path / "precious"
    target.write_bytes(b"")
    (folder / PLACE).parent.mkdir(parents=True)
    (folder / PLACE).symlink_to(target)
    assert run(*ONE).code == 0
    assert target.read_bytes() == b""
    assert (folder / SECOND).is_file()


def test_a_file_in_a_folder_s_place_is_named(run: Run, folder: Path) -> None:
    folder.mkdir()
    (folder / "2024").write_text("a list of things to do in 2024")
    ran = run(*ONE)
    assert ran.code == 1
    assert f"Missing: {PLACE}" in ran.said
    assert (folder / "2024").read_text() == "a list of things to do in 2024"


def test_alike_names_of_one_day_all_arrive_and_keep_their_names(
    run: Run, folder: Path, immich: Immich
) -> None:
    for _ in range(3):
        immich.control.add_asset("DSC.jpg", taken_at="2024-07-01T10:00:00Z")
    run()
    before = files_in(folder)
    assert {"2024/07/01/DSC.jpg", "2024/07/01/DSC (2).jpg", "2024/07/01/DSC (3).jpg"} < set(before)
    assert sorted(before.values()) == wanted_of(immich)
    early = immich.control.add_asset("dsc.JPG", taken_at="2024-07-01T10:00:00Z")
    immich.control.change_asset(early, {"created_at": "2020-01-01T00:00:00Z"})
    run("--taken-after", "2024-06-01")
    shutil.rmtree(folder / FOLDER)
    run()
    after = files_in(folder)
    assert {path: after[path] for path in before} == before
    assert set(after) - set(before) == {"2024/07/01/dsc (4).JPG"}


def test_a_live_photo_s_halves_share_their_number(run: Run, folder: Path, immich: Immich) -> None:
    (folder / "2024/01/02").mkdir(parents=True)
    (folder / "2024/01/02/LIVE_0000.mov").write_bytes(b"mine" * 100_000)
    run("--filters", '{"originalFileName": "LIVE_0000"}')
    assert [path.rpartition("/")[2] for path in files_in(folder)] == [
        "LIVE_0000 (2).jpg", "LIVE_0000 (2).mov", "LIVE_0000.mov",
    ]  # fmt: skip


def test_two_runs_into_one_folder_do_not_mix(run: Run, folder: Path) -> None:
    from downloads.batch.memory import Memory

    folder.mkdir()
    with Memory(folder):
        ran = run(*ONE)
    assert ran.code == 1
    assert "Another download into" in ran.error
    assert run(*ONE).code == 0


def test_a_torn_line_in_the_memory_does_no_harm(run: Run, folder: Path) -> None:
    run()
    before = files_in(folder)
    memory = folder / FOLDER / "names.jsonl"
    memory.write_bytes(memory.read_bytes()[:-30])
    assert run().code == 0
    assert files_in(folder) == before


@pytest.mark.parametrize("path", ["../precious", "2024/01/02/..", "elsewhere/IMG.jpg", "/etc/x"])
def test_what_somebody_wrote_into_the_memory_leads_nowhere_else(
    run: Run, folder: Path, tmp_path: Path, path: str, immich: Immich
) -> None:
    run(*ONE)
    memory = folder / FOLDER / "names.jsonl"
    (remembered,) = {
        line["id"]: line for line in map(json.loads, memory.read_text().splitlines())
    }.values()
    lines = [
        remembered | {"path": path, "sha1": None},
        remembered | {"path": path, "sha1": None, "id": []},
        remembered | {"path": 5},
        remembered | {"sha1": "ours", "natural": path, "path": path},
    ]
    memory.write_text("".join(f"{json.dumps(line)}\n" for line in lines) + "[" * 5000 + "\n")
    before = sorted(tmp_path.iterdir())
    assert run(*ONE).code == 0
    assert files_in(folder) == {PLACE: right_sha1(immich)}
    assert sorted(tmp_path.iterdir()) == before


def test_a_link_in_the_memory_s_place_is_not_followed(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    (elsewhere := tmp_path / "elsewhere").mkdir()
    folder.mkdir()
    (folder / FOLDER).symlink_to(elsewhere)
    ran = run(*ONE)
    assert (ran.code, list(elsewhere.iterdir())) == (1, [])
    assert "is a link" in ran.error
