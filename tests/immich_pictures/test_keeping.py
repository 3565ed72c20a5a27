"""What is kept stays within its quota, and goes with what it shows."""

import os
import time

import pytest

from portal.library import keeping
from portal.library.immich.models import KeptPicture, StoredAsset
from portal.library.interface import LibraryUnavailable
from portal.library.types import Rendition
from tests.immich_pictures.conftest import Gallery


def test_the_least_recently_used_go_first(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PAUSE", 0)
    rows = [gallery.row(f"IMG_{number:04}.jpg") for number in range(5, 13)]
    for age, row in enumerate(rows):
        gallery.look(row, Rendition.PREVIEW)
        used(gallery, row, 3600 - age)
    keeper = gallery.pictures.keeper
    keeper.quota = round(keeper.used() * 0.75)
    keeper.make_room()
    here = [gallery.is_here(row, Rendition.PREVIEW) for row in rows]
    assert here == sorted(here), "the oldest are gone, the newest are here"
    assert 0 < here.count(True) < len(rows)
    assert keeper.used() <= keeper.quota
    assert KeptPicture.objects.count() == here.count(True)


def test_what_went_is_fetched_again(gallery: Gallery) -> None:
    row = gallery.row("IMG_0005.jpg")
    first = gallery.look(row)
    gallery.pictures.keeper.drop(KeptPicture.objects.values_list("pk", "asset_id", "rendition"))
    assert not gallery.is_here(row)
    assert gallery.look(row) == first


def test_a_full_disk_is_said_and_what_is_here_stays(gallery: Gallery) -> None:
    kept, row = gallery.row("IMG_0005.jpg"), gallery.row("IMG_0006.jpg")
    gallery.look(kept)
    gallery.pictures.keeper.reserve = 2**60
    gallery.pictures.keeper._lacking = lambda size: 1  # type: ignore[method-assign]
    with pytest.raises(LibraryUnavailable, match="full"):
        gallery.look(row)
    assert gallery.look(kept)
    assert not list(gallery.folder.rglob("*.part"))


def test_a_film_is_made_only_where_it_fits_beside_what_it_is_made_of(gallery: Gallery) -> None:
    row = gallery.row("VID_0000.mp4")
    rooms = iter([0, 0])  # for anything, and for the original
    gallery.pictures.keeper._lacking = lambda size: next(rooms, size)  # type: ignore[method-assign]
    with pytest.raises(LibraryUnavailable, match="full"):
        gallery.look(row, Rendition.CLEAN)
    assert not gallery.is_here(row, Rendition.CLEAN)
    assert not list(gallery.folder.rglob("*.part"))


def test_a_disk_that_takes_not_even_a_lock_is_said(gallery: Gallery) -> None:
    row = gallery.row("IMG_0005.jpg")
    (gallery.folder / "locks").write_bytes(b"")
    with pytest.raises(LibraryUnavailable, match="cannot be made right now"):
        gallery.look(row)
    (gallery.folder / "locks").unlink()
    assert gallery.look(row)


def test_a_replaced_picture_is_not_shown_by_its_old_ones(gallery: Gallery) -> None:
    row = gallery.row("IMG_0005.jpg")
    for rendition in (Rendition.THUMBNAIL, Rendition.LARGE):
        gallery.look(row, rendition)
    gallery.immich.control.replace_bytes(str(row.pk))
    row = gallery.row("IMG_0005.jpg")
    gallery.pictures.tidy()
    assert not gallery.is_here(row, Rendition.THUMBNAIL)
    assert not gallery.is_here(row, Rendition.LARGE)


def test_an_edited_picture_is_seen_by_its_new_looks(gallery: Gallery) -> None:
    row = gallery.row("IMG_0005.jpg")
    gallery.look(row)
    StoredAsset.objects.filter(pk=row.pk).update(thumbhash=b"other colours")
    gallery.pictures.tidy()
    assert not gallery.is_here(row)


def test_what_changes_while_it_is_fetched_is_not_kept(gallery: Gallery) -> None:
    row = gallery.row("IMG_0005.jpg")
    StoredAsset.objects.filter(pk=row.pk).update(version="another")
    with pytest.raises(LibraryUnavailable, match="changed"):
        gallery.look(row)
    assert not gallery.is_here(row)


def test_a_favourite_is_not_fetched_again(gallery: Gallery) -> None:
    row = gallery.row("IMG_0005.jpg")
    gallery.look(row)
    gallery.immich.control.change_asset(str(row.pk), {"is_favorite": True})
    gallery.row("IMG_0005.jpg")
    gallery.pictures.tidy()
    assert gallery.is_here(row)


def test_nothing_stays_of_an_asset_that_is_gone(gallery: Gallery) -> None:
    row = gallery.row("IMG_0005.jpg")
    gallery.look(row)
    StoredAsset.objects.filter(pk=row.pk).delete()
    gallery.pictures.tidy()
    assert not gallery.is_here(row)
    assert not KeptPicture.objects.exists()


def test_what_a_killed_process_was_fetching_is_cleared_away(gallery: Gallery) -> None:
    folder = gallery.folder / "renditions" / "fetched"
    folder.mkdir(parents=True)
    left, running = folder / "left.part", folder / "running.part"
    for part in (left, running):
        part.write_bytes(b"half")
    os.utime(left, (0, time.time() - 7 * 3600))
    gallery.pictures.tidy()
    assert not left.exists()
    assert running.exists()


def test_what_a_killed_process_had_made_and_not_counted_goes(gallery: Gallery) -> None:
    """No row tells of which looks it is, so it would stay when the picture is another one."""
    killed, counted, running = (gallery.row(f"IMG_{number:04}.jpg") for number in (5, 6, 7))
    for row in (killed, counted, running):
        gallery.look(row)
    KeptPicture.objects.exclude(asset_id=counted.pk).delete()
    path = gallery.pictures.store.path(killed.pk, Rendition.THUMBNAIL)
    path.with_name(f".{path.name}.012345.part").write_bytes(b"half")
    locks = gallery.folder / "locks"
    for row in (killed, counted):
        (locks / f"alone-{row.pk.hex}.thumbnail").touch()
    (locks / "alone-else").touch()
    with gallery.pictures.turns.alone(f"{running.pk.hex}.thumbnail"):
        gallery.pictures.tidy()
    assert [gallery.is_here(row) for row in (killed, counted, running)] == [False, True, True]
    assert list(path.parent.iterdir()) == []
    assert list(locks.glob("alone-*")) == []
    assert gallery.look(killed)


def used(gallery: Gallery, row: StoredAsset, seconds_ago: float) -> None:
    path = gallery.pictures.store.path(row.pk, Rendition.PREVIEW)
    moment = time.time() - seconds_ago
    os.utime(path, (moment, moment))
