"""What goes wrong over there stays a matter of trying again, and never a wrong picture."""

import gc
import time
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from portal.library.content.bare import is_bare
from portal.library.immich import fetching
from portal.library.immich.models import StoredAsset
from portal.library.interface import LibraryUnavailable
from portal.library.types import Rendition
from tests.immich_pictures.conftest import Gallery


@pytest.fixture(autouse=True)
def asks_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "AWAY_FOR", 0.0)


@pytest.mark.parametrize(
    "fault",
    ["500", "503", "429", "401", "404", "reset", "close", "short-body", "wrong-bytes", "html"],
)
@pytest.mark.parametrize("rendition", [Rendition.THUMBNAIL, Rendition.PREVIEW, Rendition.CLEAN])
def test_no_fault_leaves_a_picture_that_is_not_whole(
    gallery: Gallery, fault: str, rendition: Rendition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "FIRST_PAUSE", 0.0)
    row = gallery.row("VID_0000.mp4")
    gallery.immich.control.fault(fault, path="thumbnail|original", value=0)
    said = trouble_with(gallery, row, rendition)
    assert gallery.immich.api_key not in said
    assert bool(said) != gallery.is_here(row, rendition)
    gallery.immich.control.clear_faults()
    assert gallery.look(row, rendition)
    gc.collect()  # a connection that broke is closed now, not later


@pytest.mark.parametrize("rendition", [Rendition.PREVIEW, Rendition.CLEAN])
def test_a_trickling_server_holds_nobody_for_ever(
    gallery: Gallery, rendition: Rendition, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = gallery.row("VID_0000.mp4")
    monkeypatch.setattr(fetching, "LONGEST_PICTURE", 0.5)
    gallery.immich.control.fault("slow", value=1000)
    began = time.monotonic()
    with pytest.raises(LibraryUnavailable):
        gallery.look(row, rendition)
    assert time.monotonic() - began < 3
    assert not gallery.is_here(row, rendition)
    gc.collect()  # its connection is closed now, not later


def test_an_original_without_end_is_not_kept_until_the_disk_is_full(gallery: Gallery) -> None:
    row = gallery.row("VID_0000.mp4")
    row.size //= 2
    with pytest.raises(LibraryUnavailable, match="something else"):
        gallery.look(row, Rendition.CLEAN)
    assert not gallery.is_here(row, Rendition.CLEAN)


@pytest.mark.parametrize("rendition", [Rendition.THUMBNAIL, Rendition.CLEAN])
def test_a_question_that_is_refused_is_a_picture_that_cannot_be_had_now(
    gallery: Gallery, rendition: Rendition
) -> None:
    row = gallery.row("VID_0000.mp4")
    gallery.immich.control.fault("400", path="thumbnail|original")
    with pytest.raises(LibraryUnavailable):
        gallery.look(row, rendition)


def test_a_server_that_is_away_is_left_alone_for_a_moment(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "AWAY_FOR", 60.0)
    row, kept = gallery.row("IMG_0005.jpg"), gallery.row("IMG_0006.jpg")
    gallery.look(kept)
    gallery.immich.control.clear_requests()
    gallery.immich.control.fault("503", times=None, value=0)
    for _again in range(5):
        with pytest.raises(LibraryUnavailable):
            gallery.look(row)
    assert len(gallery.asked()) == 1
    assert gallery.look(kept), "what is here stays visible"


@pytest.mark.parametrize("form", ["WEBP", "PNG", "JPEG"])
def test_other_settings_in_immich_make_no_other_form_here(gallery: Gallery, form: str) -> None:
    """Formats and sizes of thumbnails and previews are an admin's choice there."""
    row = gallery.row("IMG_0005.jpg")
    draw(gallery, row.pk.hex, form, (2600, 1900))
    for rendition, kind, size in (
        (Rendition.THUMBNAIL, "WEBP", (342, 250)),
        (Rendition.PREVIEW, "JPEG", (1440, 1052)),
    ):
        picture = Image.open(BytesIO(gallery.look(row, rendition)))
        assert (picture.format, picture.size) == (kind, size)


@pytest.mark.parametrize("form", ["WEBP", "JPEG"])
def test_metadata_in_a_picture_of_immichs_is_left_behind(gallery: Gallery, form: str) -> None:
    row = gallery.row("IMG_0005.jpg")
    draw(gallery, row.pk.hex, form, (400, 300), exif=b"Exif\0\0secret place")
    for rendition in (Rendition.THUMBNAIL, Rendition.PREVIEW):
        data = gallery.look(row, rendition)
        assert b"secret" not in data
        assert is_bare(data)


@pytest.mark.parametrize(
    "nonsense", [b"", b"\xff\xd8\xff\xe0nothing", b"<html>", b"GIF89a", b"RIFF"]
)
def test_nonsense_is_no_picture(gallery: Gallery, nonsense: bytes) -> None:
    row = gallery.row("IMG_0005.jpg")
    answer_with(gallery, row.pk.hex, lambda _size: (nonsense, "image/webp"))
    for rendition in (Rendition.THUMBNAIL, Rendition.PREVIEW, Rendition.THUMBNAIL_2X):
        with pytest.raises(LibraryUnavailable):
            gallery.look(row, rendition)
        assert not gallery.is_here(row, rendition)


def trouble_with(gallery: Gallery, row: StoredAsset, rendition: Rendition) -> str:
    """What is said when a rendition does not come; empty when it did."""
    try:
        gallery.look(row, rendition)
    except LibraryUnavailable as exc:
        return str(exc)
    return ""


def draw(gallery: Gallery, asset: str, form: str, size: tuple[int, int], exif: bytes = b"") -> None:
    file = BytesIO()
    Image.new("RGB", size, (40, 90, 160)).save(file, form, **({"exif": exif} if exif else {}))
    answer_with(gallery, asset, lambda _size: (file.getvalue(), f"image/{form.lower()}"))


def answer_with(gallery: Gallery, asset: str, picture: Callable[[str], tuple[bytes, str]]) -> None:
    world = gallery.immich.world
    with world.lock:
        found = {each.id.replace("-", ""): each for each in world.assets.values()}
        found[asset].picture = picture
