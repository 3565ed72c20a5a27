"""What an owner gathers in years, written straight into the tables: of its files there is none."""

from datetime import date
from secrets import token_hex

from bench.pages import write_album

LINKS, PHOTOS, ALBUMS = 5_000, 20_000, 20_000


def write_all() -> None:
    """5,000 links to an album of 20,000 photos, and 20,000 albums."""
    from django.contrib.auth.models import User

    from portal.library.folder.models import StoredAlbum, StoredAsset
    from sharing.models import SharedLink

    album = write_album(PHOTOS)
    cover = StoredAsset.objects.earliest("taken_at")
    day = date(2025, 7, 1)
    StoredAlbum.objects.bulk_create(
        [
            StoredAlbum(
                name=f"Trip {number}",
                images=12_345,
                size=10**9,
                first=day,
                last=day,
                cover=cover,
                version=token_hex(8),
            )
            for number in range(1, ALBUMS)
        ],
        batch_size=1000,
    )
    owner = User.objects.get()
    SharedLink.objects.bulk_create(
        [
            SharedLink(
                owner=owner,
                kind=SharedLink.Kind.ALBUM,
                album_id=album,
                description=f"Link {number}",
                slug=f"link-{number}",
                visits=number,
            )
            for number in range(1, LINKS + 1)
        ],
        batch_size=1000,
    )
