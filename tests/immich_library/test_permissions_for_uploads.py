"""What a key needs for uploads is asked for where a link takes some, and not before."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from portal.checks import check_immich
from portal.library.immich.library import ImmichLibrary
from portal.serving.preparing import home_in_words
from sharing.links import LinkSettings, share_album
from sharing.managing.permissions import lacking_now
from sharing.models import SharedLink
from sharing.tasks import rescan
from tests.immich import Immich
from tests.immich_library.test_sharing import album_id, library, owner

__all__ = ["library", "owner"]

pytestmark = pytest.mark.django_db(transaction=True)
LOOKING = ["album.read", "asset.read", "asset.view", "asset.download", "user.read",
           "asset.statistics", "person.read"]  # fmt: skip
FOR_UPLOADS = ["asset.upload", "albumAsset.create", "asset.delete", "albumAsset.delete"]


@pytest.fixture
def link(immich: Immich, library: ImmichLibrary, owner: User) -> SharedLink:
    immich.control.set_permissions(immich.api_key, LOOKING)
    rescan()
    return share_album(owner, album_id(immich, "Small 20"), LinkSettings(allow_upload=True))


def test_they_are_told_where_a_link_takes_uploads(link: SharedLink, library: ImmichLibrary) -> None:
    told = lacking_now(library.status())
    assert [name for name, _words in told] == FOR_UPLOADS
    assert all(words for _name, words in told)
    assert [name for name in FOR_UPLOADS if name in home_in_words()] == FOR_UPLOADS
    warnings = [str(warning.msg) for warning in check_immich(None)]
    assert [name for name in FOR_UPLOADS if any(name in text for text in warnings)] == FOR_UPLOADS


def test_nothing_is_told_where_none_does(link: SharedLink, library: ImmichLibrary) -> None:
    for change in (
        {"allow_upload": False},
        {"allow_upload": True, "uploads_until": timezone.now() - timedelta(minutes=1)},
    ):
        SharedLink.objects.update(**change)
        assert lacking_now(library.status()) == []
        assert check_immich(None) == []
        assert "lacks" not in home_in_words()
