"""Files that guests send go to Immich: in the words of its generation, once, and checked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from portal.library.immich.library import ImmichLibrary
from portal.library.immich.models import Arrival
from portal.library.immich.recording import Recorder
from portal.library.interface import LibraryUnavailable
from portal.library.types import Album, Incoming, NotTaken, TakenIn
from tests.immich import Immich
from tests.library.files import write_photo, write_video
from tests.library.sending import WHEN, ids_in, refused, sent, take

MirrorOf = Callable[..., ImmichLibrary]
LOOKING = ["album.read", "asset.read", "asset.view", "asset.download", "user.read"]
SENDING = [*LOOKING, "asset.upload", "albumAsset.create"]
SENT = "^/api/assets$"


@pytest.fixture
def album(immich: Immich, mirror: ImmichLibrary) -> Album:
    return next(album for album in mirror.albums() if album.name == "Small 20")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return write_photo(tmp_path / "IMG_1.jpg", taken="2024-07-01 10:00:00")


@pytest.fixture
def file(photo: Path, album: Album) -> Incoming:
    return sent(photo, album)


def really_there(immich: Immich, filename: str) -> list[UUID]:
    told = immich.control.truth()
    return [UUID(a["id"]) for a in told if a["filename"] == filename and not a["is_trashed"]]


@pytest.mark.parametrize("version", ["2.7.5", "3.2.0"])
def test_a_file_arrives_byte_for_byte_in_immich_and_its_album(
    immich: Immich, mirror: ImmichLibrary, album: Album, photo: Path, version: str
) -> None:
    immich.control.set_version(version)
    file = sent(photo, album, filename="Ünter „den“ Linden 📷.jpg")
    [asset_id] = take(mirror, file)

    [told] = immich.control.truth(str(asset_id))
    assert told["filename"] == file.filename
    assert bytes.fromhex(told["sha1"]) == file.sha1
    assert told["taken_at"] == WHEN.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert str(asset_id) in immich.world.albums[str(album.id)].asset_ids


@pytest.mark.parametrize("version", ["2.7.5", "3.2.0"])
def test_a_sidecar_goes_along_and_both_times(
    immich: Immich, mirror: ImmichLibrary, album: Album, photo: Path, version: str
) -> None:
    immich.control.set_version(version)
    file = replace(
        sent(photo, album), sidecar=b"<x:xmpmeta/>", created_at=WHEN - timedelta(days=30)
    )
    [asset_id] = take(mirror, file)
    told = immich.world.assets[str(asset_id)]
    assert told.sidecar == b"<x:xmpmeta/>"
    assert told.taken_at == file.created_at


def test_an_owners_file_that_is_no_photo_never_comes_there(
    immich: Immich, mirror: ImmichLibrary, album: Album, tmp_path: Path
) -> None:
    """Immich itself takes whatever has the name of a photo."""
    fake = tmp_path / "fake.jpg"
    fake.write_bytes(b"a lie" * 500)
    [answer] = mirror.take_in([replace(sent(fake, album), is_owners=True)])
    assert isinstance(answer, NotTaken)
    assert answer.is_final
    assert really_there(immich, "fake.jpg") == []


def test_what_immich_reads_of_a_file_later_comes_with_the_next_look(
    immich: Immich, mirror: ImmichLibrary, album: Album, photo: Path
) -> None:
    [asset_id] = take(mirror, sent(photo, album))
    immich.control.read_uploads()
    report = mirror.refresh()

    asset = mirror.asset(asset_id)
    assert (asset.width, asset.height) == (48, 32)
    assert f"{asset.taken_at:%Y-%m-%d %H:%M}" == "2024-07-01 10:00"
    assert report.lost_assets == frozenset()
    assert asset_id in ids_in(mirror, album)
    assert mirror.refresh().added == 0


def test_the_moving_half_is_hidden_in_immich_too(
    immich: Immich, mirror: ImmichLibrary, album: Album, photo: Path, tmp_path: Path
) -> None:
    moving = sent(write_video(tmp_path / "IMG_1.mov", seconds=2), album)
    still_id, moving_id = take(mirror, sent(photo, album, live_video_key=moving.key), moving)

    assert immich.control.truth(str(moving_id))[0]["visibility"] == "hidden"
    assert immich.control.truth(str(still_id))[0]["live_video_id"] == str(moving_id)
    assert str(moving_id) not in immich.world.albums[str(album.id)].asset_ids
    immich.control.read_uploads()
    mirror.refresh()
    assert mirror.asset(still_id).live_video_id == moving_id


def test_a_photo_in_the_trash_comes_out_of_it_and_goes_back(
    immich: Immich, mirror: ImmichLibrary, album: Album, photo: Path
) -> None:
    first = sent(photo, album)
    [asset_id] = take(mirror, first)
    Arrival.objects.all().delete()
    immich.control.trash([str(asset_id)])
    mirror.acknowledge(mirror.refresh())
    [answer] = mirror.take_in([file := sent(photo, album)])

    assert answer == TakenIn(file.key, asset_id, was_there=False)
    assert asset_id in ids_in(mirror, album)
    mirror.take_out([file.key])
    assert immich.control.truth(str(asset_id))[0]["is_trashed"]


def test_what_is_taken_back_lies_in_immich_s_trash(
    immich: Immich, mirror: ImmichLibrary, album: Album, photo: Path
) -> None:
    file = sent(photo, album)
    [asset_id] = take(mirror, file)
    mirror.take_out([file.key])
    assert immich.control.truth(str(asset_id))[0]["is_trashed"]


def test_what_the_owner_has_is_never_thrown_away(
    immich: Immich, mirror: ImmichLibrary, photo: Path
) -> None:
    [asset_id] = take(mirror, sent(photo))
    Arrival.objects.all().delete()
    nothing = UUID(immich.control.add_album("For guests"))
    mirror.refresh()
    file = sent(photo, album_id=nothing)
    take(mirror, file)
    assert str(asset_id) in immich.world.albums[str(nothing)].asset_ids

    mirror.take_out([file.key])
    assert not immich.control.truth(str(asset_id))[0]["is_trashed"]
    assert not immich.world.albums[str(nothing)].asset_ids


def test_an_album_deleted_meanwhile_takes_nothing(
    immich: Immich, mirror: ImmichLibrary, album: Album, photo: Path
) -> None:
    immich.control.delete_album(str(album.id))
    assert refused(mirror, sent(photo, album)).is_final
    mirror.refresh()
    assert refused(mirror, sent(photo, album)).is_final


@pytest.mark.parametrize(
    ("permissions", "lacking"), [(LOOKING, "asset.upload, albumAsset.create"),
                                 (SENDING[:-1], "albumAsset.create")],
)  # fmt: skip
def test_a_key_that_may_only_look_is_told(
    immich: Immich, mirror: ImmichLibrary, photo: Path, permissions: list[str], lacking: str
) -> None:
    immich.control.set_permissions(immich.api_key, permissions)
    with pytest.raises(LibraryUnavailable, match=lacking):
        mirror.take_in([sent(photo)])
    mirror.refresh()
    status = mirror.status()
    assert status.trouble == ""
    assert set(lacking.split(", ")) <= set(status.lacking_for_uploads)
    assert not {"asset.upload", "albumAsset.create"} & set(status.lacking)


def test_a_key_that_may_not_delete_takes_in_and_says_why_it_takes_nothing_back(
    immich: Immich, mirror: ImmichLibrary, album: Album, photo: Path
) -> None:
    immich.control.set_permissions(immich.api_key, SENDING)
    file = sent(photo, album)
    [asset_id] = take(mirror, file)
    with pytest.raises(LibraryUnavailable, match=r"asset\.delete"):
        mirror.take_out([file.key])
    assert asset_id in ids_in(mirror, album)

    immich.control.set_permissions(immich.api_key, ["all"])
    assert mirror.take_out([file.key]).lost_assets == {asset_id}


def test_a_server_that_is_away_loses_nothing(
    immich: Immich, mirror: ImmichLibrary, album: Album, photo: Path
) -> None:
    file = sent(photo, album)
    immich.stop()
    with pytest.raises(LibraryUnavailable):
        mirror.take_in([file])
    immich.start()
    take(mirror, file)
    assert len(really_there(immich, "IMG_1.jpg")) == 1


@pytest.mark.parametrize(
    "step", ["bulk-upload-check$", SENT, r"/api/assets/[0-9a-f-]{36}$", "/albums/.*/assets$"]
)
@pytest.mark.parametrize("fault", ["reset", "503", "not-json"])
def test_trouble_at_any_step_is_gone_over_again_without_a_second_copy(
    immich: Immich, mirror: ImmichLibrary, file: Incoming, step: str, fault: str
) -> None:
    immich.control.fault(fault, path=step, times=5)
    try:
        answers = list(mirror.take_in([file]))
        assert not isinstance(answers[0], TakenIn)
        assert not answers[0].is_final
    except LibraryUnavailable:
        pass
    immich.control.clear_faults()

    [answer] = mirror.take_in([file])
    assert isinstance(answer, TakenIn)
    assert not answer.was_there
    assert really_there(immich, "IMG_1.jpg") == [answer.asset_id]
    assert mirror.take_out([file.key]).lost_assets == {answer.asset_id}


def test_an_answer_that_is_lost_after_the_upload_does_not_make_it_the_owner_s(
    immich: Immich, mirror: ImmichLibrary, album: Album, photo: Path
) -> None:
    file = sent(photo, album)
    immich.control.fault("html", path=SENT, times=None)
    with pytest.raises(LibraryUnavailable):
        mirror.take_in([file])
    immich.control.clear_faults()
    row = Arrival.objects.get(pk=file.key)
    assert (row.asset_id, row.was_there) == (None, False)
    # Immich has it, though nobody was told
    other = uuid4()
    take(mirror, sent(photo, key=other))
    Arrival.objects.filter(pk=other).delete()

    mirror.take_out([file.key])
    assert really_there(immich, "IMG_1.jpg") == []


def test_one_file_that_immich_chokes_on_keeps_no_other_away(
    immich: Immich, mirror: ImmichLibrary, album: Album, tmp_path: Path
) -> None:
    files = [sent(write_photo(tmp_path / f"{n}.jpg"), album) for n in range(3)]
    immich.control.fault("500", path=SENT, times=1)
    first, *others = mirror.take_in(files)

    assert not isinstance(first, TakenIn)
    assert not first.is_final
    assert all(isinstance(answer, TakenIn) for answer in others)
    take(mirror, files[0])


def test_a_full_server_is_waited_for(
    immich: Immich, mirror: ImmichLibrary, album: Album, photo: Path
) -> None:
    immich.control.set_quota(1)
    file = sent(photo, album)
    with pytest.raises(LibraryUnavailable, match="Quota"):
        mirror.take_in([file])
    immich.control.set_quota(None)
    take(mirror, file)


def test_a_proxy_that_takes_no_large_files_is_told(
    immich: Immich, mirror: ImmichLibrary, album: Album, photo: Path
) -> None:
    immich.control.fault("413", path=SENT)
    answer = refused(mirror, sent(photo, album))
    assert not answer.is_final
    assert "proxy" in answer.reason


def test_what_immich_does_not_take_is_refused_in_its_words(
    immich: Immich, mirror: ImmichLibrary, album: Album, photo: Path
) -> None:
    immich.control.fault("400", path=SENT)
    answer = refused(mirror, sent(photo, album))
    assert answer.is_final
    assert "refused" in answer.reason
    assert not Arrival.objects.exists()


def test_a_look_that_began_before_takes_nothing_out_of_the_album(
    immich: Immich, mirror: ImmichLibrary, album: Album, photo: Path
) -> None:
    before = ids_in(mirror, album)
    [asset_id] = take(mirror, sent(photo, album))
    assert not Recorder().fill_album(album.id, before)  # as an older answer of Immich's had it

    assert ids_in(mirror, album) == before | {asset_id}
    report = mirror.refresh()
    assert report.shrunk_albums == frozenset()
    assert ids_in(mirror, album) == before | {asset_id}


def test_what_the_owner_removes_at_once_is_gone_within_minutes(
    immich: Immich, mirror: ImmichLibrary, album: Album, photo: Path
) -> None:
    [asset_id] = take(mirror, sent(photo, album))
    immich.control.remove_from_album(str(album.id), [str(asset_id)])
    mirror.refresh()
    Arrival.objects.update(joined_at=WHEN)  # minutes later
    mirror.refresh()
    assert asset_id not in ids_in(mirror, album)
