"""Which photos may be zoomed into at full size: where originals are given and browsers show them."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from portal.library.types import Album, Asset, AssetKind
from sharing.models import SharedLink
from tests.guest.conftest import GuestLibrary

Share = Callable[..., SharedLink]


@pytest.fixture
def jpeg(library: GuestLibrary, album: Album) -> Asset:
    return library.add(album, media_type="image/jpeg", filename="DSC_1.JPG")


def tile(client: Client, link: SharedLink) -> str:
    found = re.search(r'<a href="[^"]+/photo/[^>]+>', client.get(link.path).content.decode())
    assert found
    return found[0]


def test_the_original_comes_inline_at_its_own_size(
    guest: Client, share: Share, jpeg: Asset
) -> None:
    shown = tile(guest, share())
    full = re.search(r'data-full="([^"]+)"', shown)
    assert full
    assert re.fullmatch(rf"/media/[0-9a-f]+/{jpeg.id.hex}/original/[\w-]+", full[1])
    assert 'data-width="4000" data-height="3000"' in shown


@pytest.mark.parametrize(
    "withheld", [{"show_metadata": False}, {"show_location": False}, {"allow_download": False}]
)
def test_where_originals_are_withheld_there_is_none(
    guest: Client, share: Share, jpeg: Asset, withheld: dict[str, bool]
) -> None:
    shown = tile(guest, share(**withheld))
    assert "/original/" not in shown
    assert "4000" not in shown


@pytest.mark.parametrize(
    "changes",
    [
        {"media_type": "image/heic"},
        {"media_type": "image/tiff"},
        {"media_type": "image/x-adobe-dng"},
        {"media_type": "video/mp4", "kind": AssetKind.VIDEO},
        {"media_type": "image/jpeg", "width": 30_000, "height": 8_000},
        {"media_type": "image/png", "size": 200_000_000},
    ],
    ids=["heic", "tiff", "raw", "video", "panorama", "heavy"],
)
def test_what_a_browser_cannot_show_or_bear_stays_a_rendition(
    guest: Client, library: GuestLibrary, album: Album, share: Share, changes: dict[str, object]
) -> None:
    library.add(album, **changes)
    assert "data-full" not in tile(guest, share())


def test_moving_pictures_move(
    guest: Client, library: GuestLibrary, album: Album, share: Share
) -> None:
    gif = library.add(album, media_type="image/gif", filename="wave.gif", width=400, height=300)
    link = share()
    assert "data-moves" in tile(guest, link)
    page = guest.get(f"{link.path}/photo/{gif.id}").content.decode()
    assert re.search(rf'<img src="/media/[^"]+{gif.id.hex}/original/', page)


def test_a_heavy_moving_picture_stands_still_until_it_is_zoomed(
    guest: Client, library: GuestLibrary, album: Album, share: Share
) -> None:
    library.add(album, media_type="image/gif", size=40_000_000, width=400, height=300)
    shown = tile(guest, share())
    assert "data-moves" not in shown
    assert "data-full" in shown
