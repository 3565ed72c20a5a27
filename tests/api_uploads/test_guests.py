"""What a guest's program sends goes by the rules of the link, and tells of nothing else."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from portal.library.types import Album, AssetFilter
from sharing.contributions import tasks
from sharing.contributions.models import Contributor, State, Upload
from sharing.models import SharedLink, UploadKinds
from tests.api_uploads.conftest import Home, Program, sha1, words
from tests.intake.pictures import picture
from tests.library.files import write_photo, write_video

pytestmark = pytest.mark.django_db(transaction=True)
GuestOf = Callable[[SharedLink], Program]
Share = Callable[..., SharedLink]


@pytest.fixture
def guest(share: Share, guest_of: GuestOf) -> Program:
    return guest_of(share())


def the_upload() -> Upload:
    return Upload.objects.get()


def shown(home: Home, album: Album) -> tuple[UUID, bytes]:
    asset = home.library.assets(AssetFilter(album_id=album.id))[0]
    assert asset.sha1
    return asset.id, asset.sha1


def content_of(home: Home, tmp_path: Path, sha1: bytes) -> bytes:
    files = [path.read_bytes() for path in (tmp_path / "photos").rglob("*.jpg")]
    return next(content for content in files if _sha1(content) == sha1)


def _sha1(content: bytes) -> bytes:
    return sha1(content).digest()


def test_it_is_checked_and_held_for_review(guest: Program) -> None:
    content = picture("held")
    upload_id = guest.created(content, "a%20beach.jpg", checksum=sha1(content).hexdigest())
    upload = the_upload()
    assert (upload.pk, upload.state) == (upload_id, State.HELD)
    assert (upload.filename, upload.sha1) == ("a beach.jpg", sha1(content).digest())
    assert upload.staged.read_bytes() == content


def test_where_nothing_is_reviewed_it_is_in_the_album_soon(
    home: Home, album: Album, share: Share, guest_of: GuestOf
) -> None:
    """Until then there is no such asset; from then on its sender finds it by the id they have."""
    guest = guest_of(share(holds_uploads=False))
    upload_id = guest.created(picture("straight"))
    url = f"/api/assets/{upload_id}"
    before = guest.client.get(url, params=guest.query)
    assert words((before.status_code, before.json())) == (400, "Not found or no asset.read access")
    tasks.hand_over()
    asset_id = UUID(guest.client.get(url, params=guest.query).json()["id"])
    assert asset_id in {asset.id for asset in home.library.assets(AssetFilter(album_id=album.id))}


@pytest.mark.parametrize("home", ["folder"], indirect=True)
def test_its_pictures_are_had_by_the_id_that_its_sender_has(
    home: Home, share: Share, guest_of: GuestOf
) -> None:
    guest = guest_of(share(holds_uploads=False))
    url = f"/api/assets/{guest.created(picture('seen'))}/thumbnail"
    tasks.hand_over()
    for size in ("thumbnail", "preview"):
        answer = guest.client.get(url, params={**guest.query, "size": size})
        assert answer.headers["content-type"].startswith("image/"), size


@pytest.mark.parametrize("home", ["folder"], indirect=True)
def test_a_made_up_cookie_makes_nobody_another_guest(home: Home, guest: Program) -> None:
    guest.created(picture("mine"))
    guest.headers = {"cookie": "loggia_visitor=api 203.0.113.9"}
    guest.created(picture("mine, too"))
    assert Contributor.objects.count() == 1


def test_what_the_link_shows_is_a_duplicate(
    home: Home, album: Album, guest: Program, tmp_path: Path
) -> None:
    asset_id, digest = shown(home, album)
    expected = (200, {"id": str(asset_id), "status": "duplicate"})
    assert guest.post(checksum=digest.hex()) == expected
    if (tmp_path / "photos").exists():
        assert guest.send(content_of(home, tmp_path, digest)) == expected


def test_what_else_the_library_has_is_taken_as_if_it_were_new(
    home: Home, program: Program, guest: Program
) -> None:
    content = picture("the owner's alone")
    program.created(content)
    status, said = guest.send(content, checksum=sha1(content).hexdigest())
    assert (status, said["status"]) == (201, "created")
    assert said["id"] == str(the_upload().pk)


def test_nothing_is_known_by_a_link_that_hides_its_album(
    home: Home, album: Album, share: Share, guest_of: GuestOf
) -> None:
    _asset_id, digest = shown(home, album)
    status, _said = guest_of(share(hides_album=True)).post(checksum=digest.hex())
    assert status == 400


def test_the_same_file_again_is_the_same_upload(guest: Program) -> None:
    content = picture("again")
    upload_id = guest.created(content)
    assert guest.send(content) == (200, {"id": str(upload_id), "status": "duplicate"})
    assert Contributor.objects.count() == 1


def test_a_live_photo_is_one(
    share: Share, guest_of: GuestOf, home: Home, album: Album, tmp_path: Path
) -> None:
    guest = guest_of(share(holds_uploads=False))
    video = write_video(tmp_path / "clip.mov", seconds=2).read_bytes()
    still = write_photo(tmp_path / "still.jpg").read_bytes()
    video_id = guest.created(video, "IMG_9.mov")
    still_id = guest.created(still, "IMG_9.jpg", livePhotoVideoId=str(video_id))
    tasks.hand_over()
    done = {upload.pk: upload for upload in Upload.objects.all()}
    asset = home.library.asset(done[still_id].asset_id or still_id)
    assert asset.live_video_id == done[video_id].asset_id


def test_a_strangers_upload_is_no_live_video(
    share: Share, guest_of: GuestOf, tmp_path: Path
) -> None:
    video = write_video(tmp_path / "clip.mov", seconds=2).read_bytes()
    video_id = guest_of(share()).created(video, "IMG_9.mov")
    answer = guest_of(share()).send(picture("still"), livePhotoVideoId=str(video_id))
    assert words(answer) == (400, "Live photo video not found")
    assert Upload.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jpg", b"", "a.jpg is empty"),
        ("fake.jpg", b"a lie" * 500, "fake.jpg: This is not a photo or video"),
    ],
)
def test_what_is_no_photo_is_refused(
    guest: Program, staging: Path, name: str, content: bytes, said: str
) -> None:
    status, message = words(guest.send(content, name))
    assert status == 400
    assert message.startswith(said)
    assert list(staging.iterdir()) == []


@pytest.mark.parametrize(
    ("wanted", "status", "said"),
    [
        ({"allow_upload": False}, 401, "Nothing can be added by this link."),
        ({"password": "sesame"}, 401, "Password required"),
        ({"max_upload_size": 1_000}, 413, "Too large"),
        ({"max_upload_bytes": 1_000}, 413, "This album has room for no more than"),
        ({"upload_kinds": UploadKinds.VIDEOS}, 400, "IMG_1.jpg: Only videos can be added here."),
    ],
)
def test_rules_of_the_link_hold(  # noqa: PLR0917
    share: Share,
    guest_of: GuestOf,
    staging: Path,
    wanted: dict[str, Any],
    status: int,
    said: str,
) -> None:
    answer = words(guest_of(share(**wanted)).send(picture("against the rules")))
    assert answer[0] == status
    assert answer[1].startswith(said)
    assert list(staging.iterdir()) == []


def test_a_link_takes_as_many_files_as_it_may(share: Share, guest_of: GuestOf) -> None:
    guest = guest_of(share(max_upload_files=1))
    guest.created(picture("first"))
    assert words(guest.send(picture("second"))) == (
        413,
        "As many files were sent as this album takes.",
    )


def test_a_link_that_is_over_takes_nothing(share: Share, guest_of: GuestOf) -> None:
    link = share()
    guest = guest_of(link)
    SharedLink.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    assert words(guest.send(picture("late"))) == (401, "This link has expired")
    SharedLink.objects.update(expires_at=None, is_paused=True)
    assert words(guest.send(picture("paused"))) == (401, "This link is paused")


def test_a_link_is_found_by_its_slug_and_by_headers(
    share: Share, client: Any, guest_of: GuestOf
) -> None:
    link = share(slug="summer")
    Program(client, query={"slug": "summer"}).created(picture("by slug"))
    Program(client, headers={"x-immich-share-key": link.key}).created(picture("by header"))
    assert Upload.objects.filter(link=link).count() == 2


@pytest.mark.parametrize("home", ["folder"], indirect=True)
def test_a_time_that_no_index_holds_keeps_nothing_from_coming_in(
    home: Home, album: Album, share: Share, guest_of: GuestOf, program: Program
) -> None:
    guest = guest_of(share(holds_uploads=False))
    before = len(home.library.assets(AssetFilter(album_id=album.id)))
    for year in ("0001", "9999"):
        times = dict.fromkeys(("fileCreatedAt", "fileModifiedAt"), f"{year}-01-01T00:00:00Z")
        guest.created(picture(f"a guest's of {year}"), **times)
        assert home.library.asset(program.created(picture(f"an owner's of {year}"), **times))
    guest.created(picture("of today"))
    tasks.hand_over()
    assert len(home.library.assets(AssetFilter(album_id=album.id))) == before + 3
