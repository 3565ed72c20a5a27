"""What a link withholds is on no page, in no part of one and in no address."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from portal.library.types import Asset
from sharing.models import SharedLink

Share = Callable[..., SharedLink]
DATES = ("2025", "20250712", "July", "14:03")
CAMERA = ("Canon", "RF24", "1/250", "ISO")
NAMES = ("DSC_", "MVI_", ".HEIC", ".MOV")
AS_IT_LIES = ("/original/", "/playback/")
PLACE = ("47.37", "8.54", "geo:")


def everything(client: Client, link: SharedLink, *assets: Asset) -> Iterator[str]:
    """All that a guest of the link is sent."""
    parts = ["", "/tiles", "/timeline", "/ids"]
    parts += [f"/{part}/{asset.id}" for asset in assets for part in ("photo", "info")]
    for part in parts:
        response = client.get(link.path + part)
        assert response.status_code == (404 if "/info/" in part and not link.show_metadata else 200)
        yield response.content.decode() + str(response.headers)


def test_without_metadata_there_is_none(
    guest: Client, share: Share, photo: Asset, video: Asset, live_photo: Asset
) -> None:
    link = share(show_metadata=False, show_location=True, description="Ours")
    for answer in everything(guest, link, photo, video, live_photo):
        for told in (*DATES, *CAMERA, *NAMES, *PLACE, "Evening", "3.2", *AS_IT_LIES):
            assert told not in answer, told


def test_without_metadata_the_order_stays_and_names_are_numbers(
    guest: Client, share: Share, photo: Asset, video: Asset
) -> None:
    page = guest.get(share(show_metadata=False).path).content.decode()
    assert page.index(str(photo.id)) < page.index(str(video.id))
    assert page.count('<section class="day"') == 1
    assert "/photo-0001.jpg" in page
    assert "/video-0002.mp4" in page
    assert f"/{video.id.hex}/clean/" in page


def test_without_location_there_is_no_place(
    guest: Client, share: Share, photo: Asset, video: Asset, live_photo: Asset
) -> None:
    link = share(show_location=False)
    for answer in everything(guest, link, photo, video, live_photo):
        for told in (*PLACE, *AS_IT_LIES, "3.2"):
            assert told not in answer, told
    assert "Canon EOS R6" in guest.get(f"{link.path}/info/{photo.id}").content.decode()


def test_without_location_the_names_stay_but_not_their_kinds(
    guest: Client, share: Share, photo: Asset, video: Asset
) -> None:
    page = guest.get(share(show_location=False).path).content.decode()
    assert "/DSC_20250712_000.jpg" in page
    assert "/MVI_20250712.mp4" in page


def test_originals_come_under_their_own_names(
    guest: Client, share: Share, photo: Asset, video: Asset
) -> None:
    page = guest.get(share().path).content.decode()
    assert f"/{photo.id.hex}/original/" in page
    assert f"/{photo.filename}" in page
    assert f"/{video.id.hex}/original/" in page


def test_without_download_there_is_nothing_to_save(
    guest: Client, share: Share, photo: Asset, video: Asset
) -> None:
    link = share(allow_download=False)
    for answer in everything(guest, link, photo, video):
        for told in ("ownload", "/large/", f"/{photo.id.hex}/original/", "css/dock", "hx-get"):
            assert told not in answer, told
    assert f"/{video.id.hex}/playback/" in guest.get(link.path).content.decode()


@pytest.mark.parametrize("withheld", [{"show_metadata": False}, {"show_location": False}])
def test_a_video_to_look_at_is_cleaned_as_one_to_save(
    guest: Client, share: Share, video: Asset, withheld: dict[str, bool]
) -> None:
    page = guest.get(share(allow_download=False, **withheld).path).content.decode()
    assert f"/{video.id.hex}/clean/" in page
    assert f"/{video.id.hex}/original/" not in page
    assert "/playback/" not in page


def test_originals_are_offered_only_where_they_are_given(
    guest: Client, share: Share, photo: Asset
) -> None:
    assert 'value="original"' in guest.get(share().path).content.decode()
    page = guest.get(share(show_location=False).path).content.decode()
    assert 'value="original"' not in page
    assert 'name="size" value="large"' in page


def test_the_owner_is_not_named(guest: Client, share: Share, photo: Asset) -> None:
    for answer in everything(guest, share(), photo):
        assert "olga" not in answer
        assert "Private" not in answer
