from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from portal.library.types import Album
from portal.media.cookies import binding_cookie
from sharing.access import (
    Access,
    LinkClosed,
    Standing,
    enter,
    find_link,
    make_unlock,
    open_link,
    rights_of,
    standing_of,
)
from sharing.links import LinkSettings, change_link, delete_link, pause_link, share_album
from sharing.models import SharedLink

PAST = timedelta(seconds=-1)


def standing_for(link: SharedLink, cookies: dict[str, str] | None = None) -> Standing:
    try:
        open_link(link.key, cookies or {})
    except LinkClosed as closed:
        return closed.standing
    return Standing.OPEN


def unlocked(link: SharedLink) -> dict[str, str]:
    return {binding_cookie(link.pk): make_unlock(link)}


def test_a_link_opens_by_key_and_by_slug_in_any_case(link: SharedLink) -> None:
    link = change_link(link, LinkSettings(slug="Summer-25"))
    for handle in (link.key, "Summer-25", "summer-25", "SUMMER-25"):
        assert open_link(handle, {}).link == link


def test_a_key_in_another_case_is_unknown(link: SharedLink) -> None:
    assert find_link(link.key.swapcase()) is None


@pytest.mark.parametrize("handle", ["", "nothing-here", "../x", "\x00", "\ud800", "a" * 900, "K"])
def test_anything_else_is_unknown(link: SharedLink, handle: str) -> None:
    with pytest.raises(LinkClosed) as closed:
        open_link(handle, {})
    assert (closed.value.standing, closed.value.link) == (Standing.UNKNOWN, None)


def test_each_closed_state_is_told_apart(link: SharedLink) -> None:
    assert standing_for(link) is Standing.OPEN
    link = change_link(link, LinkSettings(password="sesame"))
    assert standing_for(link) is Standing.LOCKED
    link = change_link(link, LinkSettings(expires_at=timezone.now() + PAST))
    assert standing_for(link) is Standing.EXPIRED
    pause_link(link, paused=True)
    assert standing_for(link) is Standing.PAUSED
    delete_link(link)
    assert standing_for(link) is Standing.DELETED


def test_a_password_does_not_hide_that_a_link_is_over(link: SharedLink) -> None:
    link = change_link(link, LinkSettings(password="x", expires_at=timezone.now() + PAST))
    assert standing_for(link, unlocked(link)) is Standing.EXPIRED


def test_the_password_opens_until_it_changes_even_to_the_same_one(link: SharedLink) -> None:
    link = change_link(link, LinkSettings(password="sesame"))
    cookies = unlocked(link)
    assert standing_for(link, cookies) is Standing.OPEN
    change_link(link, LinkSettings(description="Other words"))
    assert standing_for(link, cookies) is Standing.OPEN
    change_link(link, LinkSettings(password="sesame"))
    assert standing_for(link, cookies) is Standing.LOCKED


def test_one_link_s_cookie_does_not_open_another(link: SharedLink, album: Album) -> None:
    link = change_link(link, LinkSettings(password="sesame"))
    other = share_album(link.owner, album.id, LinkSettings(password="sesame"))
    assert standing_of(other, make_unlock(link)) is Standing.LOCKED


@given(unlock=st.text(max_size=80))
def test_no_made_up_cookie_opens(unlock: str) -> None:
    link = SharedLink(password="argon2$hash")
    assert standing_of(link, unlock) is Standing.LOCKED


def test_media_addresses_are_bound_to_the_cookie_even_after_the_password_is_gone(
    link: SharedLink,
) -> None:
    link = change_link(link, LinkSettings(password="sesame"))
    cookies = unlocked(link)
    link = change_link(link, LinkSettings(password=""))
    assert enter(link, cookies).signer.binding == cookies[binding_cookie(link.pk)]
    assert enter(link, {}).signer.binding == ""


def test_rights_follow_the_switches(link: SharedLink) -> None:
    rights = Access(link, rights_of(link), "").rights
    assert rights.download
    assert rights.originals
    assert not rights.upload


@pytest.mark.parametrize(
    "lacking", ["allow_download", "show_metadata", "show_location"], ids=lambda name: name
)
def test_originals_go_only_where_all_of_their_metadata_may_be_seen(
    link: SharedLink, lacking: str
) -> None:
    setattr(link, lacking, False)
    assert not rights_of(link).originals


def test_no_metadata_means_no_location_either(link: SharedLink) -> None:
    link.show_metadata = False
    assert not rights_of(link).location


def test_a_deleted_slug_answers_deleted_until_somebody_else_takes_it(link: SharedLink) -> None:
    link = change_link(link, LinkSettings(slug="summer"))
    delete_link(link)
    with pytest.raises(LinkClosed) as closed:
        open_link("summer", {})
    assert closed.value.standing is Standing.DELETED
    assert link.album_id
    successor = share_album(link.owner, link.album_id, LinkSettings(slug="SUMMER"))
    assert open_link("summer", {}).link == successor
