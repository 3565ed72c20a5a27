from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.media.grants import Grant
from sharing.grants import LinkGrants
from sharing.links import delete_link, pause_link
from sharing.models import SharedLink

pytestmark = pytest.mark.django_db


@pytest.fixture
def link() -> SharedLink:
    owner = User.objects.create_user("owner")
    return SharedLink.objects.create(
        owner=owner, kind=SharedLink.Kind.ALBUM, album_id=uuid4(), password="a hash"
    )


def found(link: SharedLink) -> Grant:
    grant = LinkGrants().find(link.pk)
    assert grant is not None
    return grant


def test_an_open_link(link: SharedLink, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        assert found(link) == Grant(link.pk, epoch=1, is_open=True, expires_at=None)


def test_a_link_nobody_made() -> None:
    assert LinkGrants().find(uuid4()) is None


def test_paused_and_deleted_links_are_closed_and_in_a_new_epoch(link: SharedLink) -> None:
    pause_link(link, paused=True)
    assert (found(link).is_open, found(link).epoch) == (False, 2)
    pause_link(link, paused=False)
    assert (found(link).is_open, found(link).epoch) == (True, 2)
    delete_link(link)
    assert (found(link).is_open, found(link).epoch) == (False, 3)


def test_expiry_is_told_in_seconds(link: SharedLink) -> None:
    link.expires_at = timezone.now() + timedelta(hours=1)
    link.save()
    assert found(link).expires_at == link.expires_at.timestamp()


def test_what_changed_since(
    link: SharedLink, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    before = timezone.now()
    with django_assert_num_queries(1):
        assert LinkGrants().revised_since(before) == []
    pause_link(link, paused=True)
    assert LinkGrants().revised_since(before) == [found(link)]
    assert LinkGrants().revised_since(timezone.now()) == []
