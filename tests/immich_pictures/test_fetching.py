"""A rendition comes from Immich once, in the form that Loggia promises, and stays."""

from io import BytesIO

import av
import pytest
from PIL import Image

from portal.library.content.bare import is_bare
from portal.library.immich.pictures import Pictures
from portal.library.interface import ContentUnreadable, LibraryUnavailable
from portal.library.types import Rendition
from tests.immich_pictures.conftest import Gallery


@pytest.mark.parametrize(
    ("rendition", "kind", "short", "long"),
    [
        (Rendition.THUMBNAIL, "WEBP", 250, 375),
        (Rendition.THUMBNAIL_2X, "WEBP", 320, 480),
        (Rendition.PREVIEW, "JPEG", 320, 480),
        (Rendition.LARGE, "JPEG", 320, 480),
    ],
)
def test_a_photo_has_all_its_pictures(
    gallery: Gallery, rendition: Rendition, kind: str, short: int, long: int
) -> None:
    data = gallery.look(gallery.row("IMG_0005.jpg"), rendition)
    picture = Image.open(BytesIO(data))
    assert (picture.format, *sorted(picture.size)) == (kind, short, long)
    assert is_bare(data)


def test_what_is_here_is_not_asked_for_again(gallery: Gallery) -> None:
    row = gallery.row("IMG_0005.jpg")
    first = gallery.look(row)
    gallery.immich.stop()
    assert gallery.look(row) == first


def test_the_picture_for_dense_screens_is_made_of_the_preview(gallery: Gallery) -> None:
    row = gallery.row("IMG_0005.jpg")
    gallery.look(row, Rendition.THUMBNAIL_2X)
    gallery.look(row, Rendition.PREVIEW)
    assert gallery.asked() == [f"/api/assets/{row.pk}/thumbnail?size=preview"]


def test_a_video_has_a_poster_and_no_larger_picture(gallery: Gallery) -> None:
    row = gallery.row("VID_0000.mp4")
    assert Image.open(BytesIO(gallery.look(row, Rendition.PREVIEW))).format == "JPEG"
    with pytest.raises(ContentUnreadable):
        gallery.look(row, Rendition.LARGE)


def test_a_video_comes_without_its_metadata(gallery: Gallery) -> None:
    data = gallery.look(gallery.row("VID_0000.mp4"), Rendition.CLEAN)
    with av.open(BytesIO(data)) as film:
        assert film.streams.video[0].frames > 0
        assert "location" not in film.metadata
    assert b"asset " not in data


def test_a_live_photo_moves_by_its_video(gallery: Gallery) -> None:
    still, moving = gallery.row("LIVE_0000.jpg"), gallery.row("LIVE_0000.mov")
    still.live_video = moving
    still.save()
    data = gallery.look(still, Rendition.MOTION)
    with av.open(BytesIO(data)) as film:
        assert film.streams.video[0].frames > 0


def test_nothing_is_left_of_what_was_fetched_to_be_made_into_something(gallery: Gallery) -> None:
    gallery.look(gallery.row("IMG_0005.jpg"), Rendition.LARGE)
    assert not list(gallery.folder.rglob("*.part"))


def test_what_immich_has_not_made_yet_comes_when_it_has(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.library.immich.fetching.FIRST_PAUSE", 0.2)
    row = gallery.row("IMG_0005.jpg")
    gallery.immich.control.unmake_thumbnails([str(row.pk)])
    for _again in range(3):
        with pytest.raises(LibraryUnavailable, match="has not made"):
            gallery.look(row)
    assert len(gallery.asked("thumbnail")) == 1, "not asked again and again"
    gallery.immich.control.make_thumbnails([str(row.pk)])
    assert gallery.another_process().get(row, Rendition.THUMBNAIL).size


def test_a_key_that_may_not_download_shows_the_preview_instead(gallery: Gallery) -> None:
    gallery.immich.control.set_permissions(gallery.immich.api_key, ["asset.read", "asset.view"])
    row = gallery.row("IMG_0005.jpg")
    assert gallery.look(row, Rendition.LARGE) == gallery.look(row, Rendition.PREVIEW)
    gallery.immich.control.set_permissions(gallery.immich.api_key, ["all"])
    gallery.look(row, Rendition.LARGE)
    assert gallery.pictures.store.path(row.pk, Rendition.LARGE).exists()


def test_an_original_that_is_no_picture_is_shown_by_its_preview(gallery: Gallery) -> None:
    row = gallery.row("IMG_0005.jpg")
    gallery.immich.control.set_bytes(str(row.pk), "this is no picture")
    row = gallery.row("IMG_0005.jpg")
    assert gallery.look(row, Rendition.LARGE) == gallery.look(row, Rendition.PREVIEW)
    gallery.look(row, Rendition.LARGE)
    assert len(gallery.asked("original")) == 1, "it is not fetched again and again"


def test_another_process_uses_the_same_files(gallery: Gallery) -> None:
    row = gallery.row("IMG_0005.jpg")
    gallery.look(row)
    gallery.immich.control.clear_requests()
    other: Pictures = gallery.another_process()
    assert other.get(row, Rendition.THUMBNAIL).size
    assert not gallery.asked()
