"""Originals on another server become archives: whole, right, and fetched once."""

from collections.abc import Callable

import httpx
import pytest
from django.db.models import F
from django_q.models import OrmQ

from downloads import tasks
from downloads.contents import missing_note
from downloads.dock import dock_of
from downloads.models import Download, ItemState, Reason
from downloads.services import retry_failed
from downloads.spool.models import SpoolFile
from downloads.tickets import Viewpoint
from sharing.access import Access
from sharing.models import SharedLink
from tests.downloads.conftest import VISITOR
from tests.immich import Immich
from tests.spool.conftest import OTHER, RemoteLibrary, fetched, spool_files, unpack

pytestmark = pytest.mark.django_db(transaction=True)
Ask = Callable[..., Download]
Save = Callable[[Download], dict[str, bytes]]


def done(download: Download) -> Download:
    download.refresh_from_db()
    return download


def states(download: Download) -> list[tuple[str, str]]:
    return list(download.items.values_list("state", "reason"))


@pytest.fixture
def save(browser: httpx.Client, view: Viewpoint) -> Save:
    """Save an archive as a guest's browser does, and look into it."""

    def save_it(download: Download) -> dict[str, bytes]:
        url = view.archive_url(download.pk, download.name, download.expires)
        answer = browser.get(url)
        assert answer.status_code == 200
        assert len(answer.content) == download.archive_size
        return unpack(answer.content)

    return save_it


@pytest.fixture
def view(access: Access) -> Viewpoint:
    return Viewpoint(access.link.pk, access.link.epoch, "", VISITOR, access.link.path, "en")


def test_an_archive_holds_the_bytes_that_the_server_has(
    library: RemoteLibrary, ask: Ask, work: Callable[[], int], save: Save
) -> None:
    photos = [library.put(f"IMG_{n}.jpg", 40_000 * (n + 1)) for n in range(5)]
    live = library.put("LIVE.jpg", 30_000, live=60_000)
    download = ask()
    work()
    assert done(download).is_ready
    files = save(download)
    assert files["LIVE.jpg"] == library.truth(live.id)
    assert live.live_video_id is not None
    assert files["LIVE.MOV"] == library.truth(live.live_video_id)
    for photo in photos:
        assert files[photo.filename] == library.truth(photo.id)
    assert len(files) == 7


def test_two_guests_with_the_same_choice_cost_one_fetch(
    library: RemoteLibrary, immich: Immich, ask: Ask, work: Callable[[], int]
) -> None:
    photos = [library.put(f"IMG_{n}.jpg") for n in range(4)]
    first, second = ask(), ask(visitor=OTHER)
    work()
    assert done(first).is_ready
    assert done(second).is_ready
    assert [fetched(immich, photo) for photo in photos] == [1, 1, 1, 1]
    third = ask(photos[0], visitor=OTHER)
    work()
    assert done(third).is_ready
    assert fetched(immich) == 4


def test_of_an_external_library_the_size_is_checked_and_the_checksum_is_not(
    library: RemoteLibrary, ask: Ask, work: Callable[[], int]
) -> None:
    photo = library.put("outside.jpg")
    library.external.add(photo.id)
    download = ask()
    work()
    assert done(download).is_ready
    assert SpoolFile.objects.get().length == len(library.truth(photo.id))


@pytest.mark.parametrize("fault", ["close", "reset", "500", "429", "short-body", "wrong-bytes"])
def test_a_fault_that_passes_costs_nothing(
    library: RemoteLibrary, immich: Immich, ask: Ask, work: Callable[[], int], fault: str
) -> None:
    photos = [library.put(f"IMG_{n}.jpg", 300_000) for n in range(3)]
    immich.control.fault(fault, times=1, value=0)
    download = ask()
    work()
    assert done(download).is_ready
    assert download.count_left_out == 0
    found = {file.asset_id: file.path.read_bytes() for file in SpoolFile.objects.all()}
    assert found == {photo.id: library.truth(photo.id) for photo in photos}


def test_a_file_with_other_bytes_is_named_and_the_rest_goes_on(
    library: RemoteLibrary, immich: Immich, ask: Ask, work: Callable[[], int], save: Save
) -> None:
    good, bad = library.put("good.jpg"), library.put("bad.jpg")
    immich.control.fault("wrong-bytes", times=None, path=f"{bad.id}/original$")
    download = ask()
    work()
    assert states(done(download)) == [
        (ItemState.READY, ""),
        (ItemState.FAILED, Reason.DAMAGED),
    ]
    files = save(download)
    assert files["good.jpg"] == library.truth(good.id)
    assert "bad.jpg" not in files
    assert b"bad.jpg: arrived damaged" in files["MISSING.txt"]
    assert [path.stat().st_size for path in spool_files()] == [good.size]


def test_an_asset_trashed_meanwhile_is_named_and_the_rest_goes_on(
    library: RemoteLibrary, immich: Immich, ask: Ask, work: Callable[[], int]
) -> None:
    library.put("stays.jpg")
    gone = library.put("gone.jpg")
    immich.control.delete([str(gone.id)])
    download = ask()
    work()
    assert done(download).is_ready
    assert states(download)[1] == (ItemState.MISSING, Reason.GONE)


def test_a_lone_half_of_a_live_photo_is_said_to_be_alone(
    library: RemoteLibrary, immich: Immich, ask: Ask, work: Callable[[], int], view: Viewpoint
) -> None:
    live = library.put("LIVE.jpg", live=30_000)
    immich.control.delete([str(live.live_video_id)])
    download = ask()
    work()
    assert done(download).is_ready
    left_out = download.items.left_out().with_lone_halves()
    said = [(item.name, item.reason, item.part, item.lone) for item in left_out]
    assert b"LIVE.MOV: is no longer there (its photo LIVE.jpg is here)" in missing_note(said)
    card = dock_of(view).cards[0]
    assert [file.lone for file in card.files] == ["LIVE.jpg"]


def prepare(download: Download) -> None:
    """Plan it, as the short lane does, without anybody who fetches."""
    download.refresh_from_db()
    tasks.prepare(str(download.pk), download.turn)


def test_what_has_changed_since_it_was_asked_for_is_named_and_had_by_trying_again(
    library: RemoteLibrary, ask: Ask, work: Callable[[], int]
) -> None:
    photo = library.put("edited.jpg")
    library.external.add(photo.id)
    library.put("same.jpg")
    download = ask()
    prepare(download)
    OrmQ.objects.all().delete()
    library.versions[photo.id] = "2"
    tasks.fetch()
    assert done(download).is_ready
    assert states(download) == [(ItemState.FAILED, Reason.CHANGED), (ItemState.READY, "")]
    assert retry_failed(download)
    work()
    assert states(done(download)) == [(ItemState.READY, ""), (ItemState.READY, "")]


def test_what_leaves_the_link_meanwhile_is_named_and_never_given_out(
    library: RemoteLibrary, ask: Ask, work: Callable[[], int], access: Access
) -> None:
    gone = library.put("trashed.jpg")
    library.put("stays.jpg")
    download = ask()
    prepare(download)
    library.hidden.add(gone.id)
    SharedLink.objects.filter(pk=access.link.pk).update(epoch=F("epoch") + 1)
    work()
    expected = [("stays.jpg", ""), ("trashed.jpg", Reason.WITHDRAWN)]
    assert done(download).is_ready
    assert list(download.items.values_list("name", "reason")) == expected
    assert retry_failed(download)
    work()
    assert list(done(download).items.values_list("name", "reason")) == expected
