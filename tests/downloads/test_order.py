"""An archive has the order of the album that its link shares."""

from collections.abc import Callable

from django.contrib.auth.models import User

from downloads.models import Download
from sharing.access import enter
from sharing.albums.arranging import Target, move_photos
from sharing.albums.editing import make_album, set_order
from sharing.links import LinkSettings, share_portal_album
from sharing.models import SharedLink
from tests.downloads.files_library import FilesLibrary

Fetch = Callable[..., Download]


def test_an_album_by_hand_is_downloaded_in_its_order(
    link: SharedLink, library: FilesLibrary, fetch_ready: Fetch
) -> None:
    ids = list(library.held)
    album = make_album(User.objects.get(), "Best/of", ids)
    set_order(album, "hand")
    move_photos(album, [ids[2]], Target("first"))
    access = enter(share_portal_album(link.owner, album, LinkSettings()), {})
    every, some = fetch_ready(access), fetch_ready(access, asset_ids=[ids[1], ids[2]])
    names = [[item.name for item in one.items.order_by("position")] for one in (every, some)]
    assert names == [["IMG_2.jpg", "IMG_0.jpg", "IMG_1.jpg"], ["IMG_2.jpg", "IMG_1.jpg"]]
    assert every.name.startswith("Best")


def test_without_metadata_files_are_numbered_in_the_album_s_order(
    link: SharedLink, library: FilesLibrary, fetch_ready: Fetch
) -> None:
    ids = list(library.held)
    album = make_album(User.objects.get(), "Best of", ids)
    set_order(album, "newest")
    wanted = LinkSettings(show_metadata=False, show_location=False)
    download = fetch_ready(enter(share_portal_album(link.owner, album, wanted), {}))
    items = download.items.order_by("position")
    assert [item.asset_id for item in items] == ids[::-1]
    assert [item.name for item in items] == ["photo-0001.jpg", "photo-0002.jpg", "photo-0003.jpg"]
