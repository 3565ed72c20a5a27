"""What owners' programs change in an Immich hangs on what the portal's key there may do."""

import pytest
from django.contrib.auth.models import User

from portal.library.immich.library import ImmichLibrary
from portal.library.types import AssetFilter
from tests.api_links.conftest import program_of
from tests.immich import Immich
from tests.immich_library.test_permissions_for_uploads import LOOKING
from tests.immich_library.test_sharing import album_id, library, owner

__all__ = ["library", "owner"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_the_key_may_not_do_is_refused_in_words_and_changes_nothing(
    immich: Immich, library: ImmichLibrary, owner: User
) -> None:
    immich.control.set_permissions(immich.api_key, LOOKING)
    program = program_of(owner)
    album = album_id(immich, "Small 20")
    (first, *_others) = library.timeline(AssetFilter(album_id=album))
    ids = {"ids": [str(first.id)]}
    for response, permission in (
        (program.put(f"/api/assets/{first.id}", {"description": "No"}), "asset.update"),
        (program.delete("/api/assets", ids), "asset.delete"),
        (program.delete(f"/api/albums/{album}/assets", ids), "albumAsset.delete"),
    ):
        assert response.status_code == 400
        assert permission in response.json()["message"]
    assert first in library.timeline(AssetFilter(album_id=album))


def test_a_partners_photo_is_not_thrown_away(
    immich: Immich, library: ImmichLibrary, owner: User
) -> None:
    from portal.library.immich.models import StoredAsset

    (first, *_others) = library.timeline(AssetFilter(album_id=album_id(immich, "Small 20")))
    StoredAsset.objects.filter(pk=first.id).update(owner_id=first.id)
    response = program_of(owner).delete("/api/assets", {"ids": [str(first.id)]})
    assert response.status_code == 400
    assert library.asset(first.id)
