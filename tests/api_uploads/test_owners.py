"""What an owner's program sends is in the library when it is said to be."""

import base64
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from portal.library.types import AssetFilter
from sharing.contributions import tasks
from sharing.contributions.models import State, Upload
from sharing.models import SharedLink
from sharing.tasks import rescan
from tests.api_uploads.conftest import TIMES, Home, Program, sha1, words
from tests.intake.pictures import picture
from tests.library.files import write_photo, write_video

pytestmark = pytest.mark.django_db(transaction=True)


def count(home: Home) -> int:
    return home.library.totals(AssetFilter()).count


def files_below(folder: Path, name: str) -> list[str]:
    return sorted(path.name for path in (folder / name).rglob("*") if path.is_file())


def test_a_new_file_is_there_when_it_is_said_to_be(home: Home, program: Program) -> None:
    content = picture("new", 300_000)
    before = count(home)
    asset = home.library.asset(program.created(content, checksum=sha1(content).hexdigest()))

    assert (asset.sha1, asset.filename) == (sha1(content).digest(), "IMG_1.jpg")
    assert count(home) == before + 1
    assert home.library.originals([asset.id])


def test_nothing_is_left_in_staging(home: Home, program: Program, staging: Path) -> None:
    program.created(picture("one"))
    program.send(picture("one"))
    program.send(b"no photo")
    assert list(staging.iterdir()) == []


@pytest.mark.parametrize("checksum", ["hex", "base64", ""])
def test_what_is_there_is_a_duplicate(home: Home, program: Program, checksum: str) -> None:
    content = picture("twice")
    asset_id = program.created(content)
    digest = sha1(content)
    said = {"hex": digest.hexdigest(), "base64": base64.b64encode(digest.digest()).decode()}
    answer = program.send(content, "other-name.jpg", checksum=said.get(checksum, ""))
    assert answer == (200, {"id": str(asset_id), "status": "duplicate"})
    assert home.library.asset(asset_id).filename == "IMG_1.jpg"


def test_a_known_checksum_needs_no_file(home: Home, program: Program) -> None:
    content = picture("known")
    asset_id = program.created(content)
    answer = program.post(checksum=sha1(content).hexdigest())
    assert answer == (200, {"id": str(asset_id), "status": "duplicate"})


def test_another_checksum_than_that_of_the_file_is_refused(home: Home, program: Program) -> None:
    before = count(home)
    answer = words(program.send(picture("wrong"), checksum="00" * 20))
    assert answer == (
        400,
        "IMG_1.jpg did not arrive as it was sent: its checksum is another one.",
    )
    assert count(home) == before


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jpg", b"", "a.jpg is empty"),
        ("a.txt", b"hello", "Unsupported file type a.txt: This is not a photo or video"),
        ("fake.jpg", bytes(2000), "Unsupported file type fake.jpg: The file holds only zeros"),
        ("cut.jpg", picture("cut", 200_000)[:-90_000], "cut.jpg: "),
    ],
)
def test_what_is_no_photo_is_refused(
    home: Home, program: Program, name: str, content: bytes, said: str
) -> None:
    before = count(home)
    status, message = words(program.send(content, name))
    assert status == 400
    assert message.startswith(said)
    assert count(home) == before


def test_the_same_file_sent_many_times_at_once_is_there_once(
    home: Home, program: Program, tmp_path: Path
) -> None:
    content = picture("at once", 100_000)
    before = count(home)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: program.send(content, f"{n}.jpg"), range(8)))

    assert sorted(status for status, _said in answers) == [200] * 7 + [201]
    assert len({said["id"] for _status, said in answers}) == 1
    rescan()
    assert count(home) == before + 1
    assert len(files_below(tmp_path / "incoming", "Uploads")) <= 1


def test_many_files_at_once_are_each_there(home: Home, program: Program) -> None:
    contents = [picture(f"many {number}") for number in range(40)]
    with ThreadPoolExecutor(10) as threads:
        ids = list(threads.map(program.created, contents))
    for asset_id, content in zip(ids, contents, strict=True):
        assert home.library.asset(asset_id).sha1 == sha1(content).digest()


def test_where_the_camera_wrote_no_date_the_earlier_time_stands_in(
    home: Home, program: Program
) -> None:
    asset_id = program.created(picture("undated"))
    rescan()
    taken = home.library.asset(asset_id).taken_at
    assert taken == datetime.fromisoformat(TIMES["fileCreatedAt"]).replace(tzinfo=None)


def test_another_name_may_be_given(home: Home, program: Program) -> None:
    asset_id = program.created(picture("named"), "IMG_1.jpg", filename="renamed.jpg")
    assert home.library.asset(asset_id).filename == "renamed.jpg"


def test_favourites_and_the_archive_are_kept(home: Home, program: Program) -> None:
    liked = program.created(picture("liked"), isFavorite="true")
    stored = program.created(picture("stored"), visibility="archive")
    rescan()
    assert home.library.asset(liked).is_favorite
    assert home.library.asset(stored).is_archived


@pytest.mark.parametrize("visibility", ["hidden", "locked"])
def test_what_should_be_hidden_is_refused_rather_than_shown(
    home: Home, program: Program, visibility: str
) -> None:
    before = count(home)
    status, message = words(program.send(picture("private"), visibility=visibility))
    assert status == 400
    assert "hides no photos" in message
    assert count(home) == before


def test_a_live_photos_still_names_its_video(home: Home, program: Program, tmp_path: Path) -> None:
    moving = write_video(tmp_path / "IMG_2.mov", seconds=2).read_bytes()
    still = write_photo(tmp_path / "IMG_2.jpg").read_bytes()
    before = count(home)
    video_id = program.created(moving, "IMG_2.mov")
    still_id = program.created(still, "IMG_2.jpg", livePhotoVideoId=str(video_id))

    assert home.library.asset(still_id).live_video_id == video_id
    assert count(home) == before + 1
    assert home.library.asset(still_id).filename == "IMG_2.jpg"


@pytest.mark.parametrize(
    ("half", "said"),
    [
        ("nonsense", "livePhotoVideoId must be a UUID"),
        ("00000000-0000-4000-8000-000000000000", "Live photo video not found"),
        ("a photo", "Live photo video must be a video"),
    ],
)
def test_a_live_video_that_is_none_is_refused(
    home: Home, program: Program, half: str, said: str
) -> None:
    if half == "a photo":
        half = str(program.created(picture("no video")))
    assert words(program.send(picture("still"), livePhotoVideoId=half)) == (400, said)


def test_a_home_that_is_away_is_said_in_words(home: Home, program: Program) -> None:
    home.pull_the_plug()
    status, message = words(program.send(picture("away")))
    assert status == 503
    assert message
    home.plug_in()
    program.created(picture("away"))


@pytest.mark.parametrize("home", ["folder"], indirect=True)
def test_a_folder_that_is_full_is_followed_by_another(
    home: Home, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.library.folder.filing.MOST_TOGETHER", 2)
    for number in range(5):
        program.created(picture(f"full {number}"))
    folders = sorted((tmp_path / "incoming/Uploads").iterdir())
    assert [len(list(folder.iterdir())) for folder in folders] == [2, 2, 1]
    assert [folder.name[7:] for folder in folders] == ["", " (2)", " (3)"]


@pytest.mark.parametrize("home", ["folder"], indirect=True)
def test_what_is_gone_from_the_disk_is_no_duplicate(
    home: Home, program: Program, tmp_path: Path
) -> None:
    """A client deletes what it hears to be a duplicate; the next look may be minutes away."""
    content = picture("gone")
    asset_id = program.created(content)
    (kept,) = (path for path in (tmp_path / "incoming").rglob("*.jpg"))
    kept.unlink()
    _status, said = program.send(content, checksum=sha1(content).hexdigest())
    assert said["id"] == str(asset_id)
    assert home.library.original(asset_id).path.read_bytes() == content  # type: ignore[union-attr]
    rescan()
    assert home.library.original(asset_id).path.read_bytes() == content  # type: ignore[union-attr]


def test_what_a_guest_may_take_back_is_the_owners_own_once_sent(
    home: Home,
    program: Program,
    guest_of: Callable[[SharedLink], Program],
    share: Callable[..., SharedLink],
) -> None:
    content = picture("of both")
    guest_of(share(holds_uploads=False)).created(content)
    tasks.hand_over()
    sent = Upload.objects.get()
    assert sent.state == State.DONE

    status, said = program.send(content, checksum=sha1(content).hexdigest())
    assert status == 200
    Upload.objects.update(state=State.WITHDRAWN, is_leaving=True)
    tasks.hand_over()
    rescan()
    asset = home.library.asset(UUID(said["id"]))
    assert home.library.originals([asset.id])
    assert asset.sha1 == sha1(content).digest()


def test_keys_without_the_permission_and_strangers_are_turned_away(
    program_with: Callable[..., Program], program: Program
) -> None:
    content = picture("not mine")
    assert words(program_with("asset.read").send(content)) == (
        403,
        "Missing required permission: asset.upload",
    )
    assert words(Program(program.client).send(content)) == (401, "Authentication required")
    assert words(Program(program.client, headers={"x-api-key": "wrong"}).send(content)) == (
        401,
        "Invalid API key",
    )


def test_a_key_that_is_revoked_meanwhile_brings_nothing(
    home: Home, program: Program, owner: object
) -> None:
    from portal.accounts.models import ApiKey

    def body() -> "object":
        yield b'--x\r\nContent-Disposition: form-data; name="assetData"; filename="a.jpg"\r\n\r\n'
        yield picture("revoked")
        ApiKey.objects.all().delete()
        time.sleep(0.2)
        for name, value in TIMES.items():
            yield f'\r\n--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()
        yield b"\r\n--x--\r\n"

    before = count(home)
    form = {"content-type": "multipart/form-data; boundary=x"}
    assert words(program.post(content=body(), headers=form)) == (401, "Invalid API key")
    assert count(home) == before
