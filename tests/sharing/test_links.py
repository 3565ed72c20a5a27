from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_django.fixtures import Settings

import portal.settings as product
from portal.library.types import Album, AssetFilter
from sharing.links import (
    LinkSettings,
    change_link,
    delete_link,
    is_taken,
    pause_link,
    remove_assets,
    restore_link,
    share_album,
    share_assets,
)
from sharing.models import RESERVED_SLUGS, SharedLink
from tests.memory_library import MemoryLibrary

FULL = LinkSettings(allow_download=True, allow_upload=True, show_metadata=True, show_location=True)


def epoch(link: SharedLink) -> int:
    return SharedLink.objects.get(pk=link.pk).epoch


def rise(link: SharedLink, **changes: object) -> int:
    """By how much the epoch rises when a link with everything allowed gets these settings."""
    change_link(link, FULL)
    before = epoch(link)
    change_link(link, replace(FULL, **changes))  # type: ignore[arg-type]
    return epoch(link) - before


def test_keys_are_fifty_random_bytes(link: SharedLink) -> None:
    assert len(link.key) == 67
    assert len({SharedLink().key for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "name", ["allow_download", "allow_upload", "show_metadata", "show_location"]
)
def test_taking_a_right_away_raises_the_epoch(link: SharedLink, name: str) -> None:
    assert rise(link, **{name: False}) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"description": "Words"},
        {"slug": "new-slug"},
        {"password": ""},
        {"expires_at": timezone.now() + timedelta(days=1)},
        {"expires_at": timezone.now() - timedelta(days=1)},
    ],
    ids=["nothing", "title", "address", "no password", "a day more", "a day less"],
)
def test_other_edits_do_not(link: SharedLink, changes: dict[str, object]) -> None:
    assert rise(link, **changes) == 0


def test_giving_a_right_does_not_raise_the_epoch(link: SharedLink) -> None:
    change_link(link, LinkSettings(allow_download=False, show_metadata=False))
    before = epoch(link)
    change_link(link, FULL)
    assert epoch(link) == before


def test_a_new_password_raises_the_epoch(link: SharedLink) -> None:
    assert rise(link, password="sesame") == 1
    assert rise(link, password="other") == 1


def test_pausing_raises_the_epoch_once_and_resuming_does_not(link: SharedLink) -> None:
    pause_link(link, paused=True)
    pause_link(link, paused=True)
    assert (link.epoch, epoch(link)) == (2, 2)
    pause_link(link, paused=False)
    assert epoch(link) == 2


def test_deleting_raises_the_epoch_once_and_undo_does_not(link: SharedLink) -> None:
    delete_link(link)
    delete_link(link)
    assert epoch(link) == 2
    restore_link(link)
    assert epoch(link) == 2
    assert SharedLink.objects.alive().get() == link


def test_taking_photos_out_raises_the_epoch(
    owner: User, library: MemoryLibrary, album: Album
) -> None:
    ids = library.members[album.id]
    link = share_assets(owner, ids[:3], LinkSettings())
    assert remove_assets(link, [uuid4()]) == 0
    assert epoch(link) == 1
    assert remove_assets(link, ids[:2]) == 2
    assert epoch(link) == 2
    assert link.assets() == AssetFilter(ids=frozenset({ids[2]}))


def test_every_change_is_seen_by_those_who_ask_what_was_revised(link: SharedLink) -> None:
    for change in (
        lambda: pause_link(link, paused=True),
        lambda: delete_link(link),
        lambda: restore_link(link),
        lambda: change_link(link, LinkSettings(expires_at=timezone.now())),
    ):
        moment = timezone.now()
        change()
        assert SharedLink.objects.revised_since(moment).get() == link


def test_a_stale_page_does_not_put_an_old_epoch_or_count_back(link: SharedLink) -> None:
    stale = SharedLink.objects.get(pk=link.pk)
    pause_link(link, paused=True)
    SharedLink.objects.filter(pk=link.pk).update(visits=7)
    changed = change_link(stale, LinkSettings(description="Words"))
    assert (changed.epoch, changed.visits, changed.is_paused) == (2, 7, True)


def test_an_album_that_is_not_there_cannot_be_shared(owner: User, library: MemoryLibrary) -> None:
    with pytest.raises(ValidationError, match="does not exist"):
        share_album(owner, uuid4(), LinkSettings())
    assert not SharedLink.objects.exists()


def test_only_photos_that_are_there_are_shared(
    owner: User, library: MemoryLibrary, album: Album
) -> None:
    known = library.members[album.id][0]
    assert share_assets(owner, [known, uuid4()], LinkSettings()).items.get().asset_id == known
    with pytest.raises(ValidationError, match="at least one photo"):
        share_assets(owner, [uuid4()], LinkSettings())


def test_chosen_photos_take_no_uploads(owner: User, library: MemoryLibrary, album: Album) -> None:
    ids = library.members[album.id]
    with pytest.raises(ValidationError, match="Only a link to an album"):
        share_assets(owner, ids, LinkSettings(allow_upload=True))
    link = share_assets(owner, ids, LinkSettings())
    with pytest.raises(ValidationError, match="Only a link to an album"):
        change_link(link, LinkSettings(allow_upload=True))


@pytest.mark.parametrize("slug", ["abc", "A-b_c", "2025", "x" * 64])
def test_good_slugs(link: SharedLink, slug: str) -> None:
    assert change_link(link, LinkSettings(slug=slug)).path == f"/s/{slug}"


@pytest.mark.parametrize(
    "slug",
    [
        *("../x", "ab", "x" * 65, "a b", "a/b", "a.b", "été", "abc\n", "аbc", "%2e"),
        *("LOGIN", "Api"),
        *sorted(RESERVED_SLUGS),
    ],
)
def test_bad_slugs_are_refused_and_change_nothing(link: SharedLink, slug: str) -> None:
    with pytest.raises(ValidationError) as refused:
        change_link(link, LinkSettings(slug=slug, description="Words"))
    assert set(refused.value.message_dict) == {"slug"}
    link.refresh_from_db()
    assert (link.slug, link.description) == ("", "")


def test_slugs_are_unique_whatever_their_case_until_deleted(
    owner: User, link: SharedLink, album: Album
) -> None:
    first = share_album(owner, album.id, LinkSettings(slug="Summer"))
    with pytest.raises(ValidationError, match="taken"):
        share_album(owner, album.id, LinkSettings(slug="sUMMER"))
    with pytest.raises(ValidationError, match="taken"):
        change_link(link, LinkSettings(slug="summer"))
    assert is_taken("SUMMER")
    assert not is_taken("SUMMER", but_by=first)
    delete_link(first)
    assert not is_taken("summer")
    change_link(link, LinkSettings(slug="summer"))
    with pytest.raises(ValidationError, match="taken"):
        restore_link(first)
    assert first.deleted_at is not None


def test_many_links_live_without_a_slug(owner: User, link: SharedLink, album: Album) -> None:
    share_album(owner, album.id, LinkSettings())
    assert SharedLink.objects.count() == 2
    assert not is_taken("")


def test_passwords_of_links_and_people_are_argon2(
    settings: Settings, owner: User, link: SharedLink
) -> None:
    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS
    link = change_link(link, LinkSettings(password="sesame"))
    owner.set_password("owner's secret")
    for stored in (link.password, owner.password):
        assert stored.startswith("argon2$argon2id$v=19$m=102400,t=2,p=8$")
    assert link.check_password("sesame")
    assert not link.check_password("Sesame")
    assert not link.check_password("")


def test_a_link_without_password_keeps_none_and_has_none_to_check(link: SharedLink) -> None:
    link = change_link(link, LinkSettings(password=""))
    assert link.password == ""
    assert not link.check_password("")


def test_deleted_links_are_cleared_after_thirty_days(link: SharedLink) -> None:
    delete_link(link)
    assert not SharedLink.objects.long_gone().exists()
    SharedLink.objects.update(deleted_at=timezone.now() - timedelta(days=30, seconds=1))
    assert SharedLink.objects.long_gone().get() == link
