"""Rules, senders and duplicates, as pages and other rooms ask for them."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from django_q.models import OrmQ
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from portal.library import get_library
from portal.library.types import AssetFilter
from sharing.albums.models import PortalAlbum
from sharing.contributions.arriving import sweep
from sharing.contributions.contributors import clean_name, contributor_of, known_contributor
from sharing.contributions.duplicates import shown
from sharing.contributions.models import Contributor, State, Upload
from sharing.contributions.naming import LONGEST, moment_of, safe_name, safe_path
from sharing.contributions.protocol import metadata_in
from sharing.contributions.rules import rules_of
from sharing.contributions.staging import PIECE, make_folder
from sharing.models import SharedLink
from tests.memory_library import MemoryLibrary


@pytest.fixture(autouse=True)
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryLibrary]:
    stand_in = MemoryLibrary()
    home = SimpleNamespace(FolderLibrary=SimpleNamespace(from_settings=lambda: stand_in))
    monkeypatch.setitem(sys.modules, "portal.library.folder.library", home)
    get_library.cache_clear()
    yield stand_in
    get_library.cache_clear()


@pytest.fixture
def link(db: None) -> SharedLink:
    owner = User.objects.create_user("olga")
    return SharedLink.objects.create(
        owner=owner, kind="ALBUM", album_id=uuid4(), allow_upload=True, description="Wedding"
    )


def sent(link: SharedLink, size: int, state: State = State.ARRIVED, **values: Any) -> Upload:
    return Upload.objects.create(
        owner=link.owner,
        link=link,
        contributor=contributor_of(link, "somebody"),
        filename="a.jpg",
        size=size,
        state=state,
        **values,
    )


# ── Rules ────────────────────────────────────────────────────────────────────
def test_a_link_without_rules_has_the_portals(link: SharedLink, settings: Settings) -> None:
    rules = rules_of(link)
    assert rules.is_open
    assert rules.max_size == settings.LOGGIA_UPLOAD_MAX_SIZE == 20 * 2**30
    assert rules.chunk_size == 32 * 2**20
    assert (rules.files_left, rules.bytes_left, rules.closes_at) == (None, None, None)


def test_a_link_can_only_ask_for_less(link: SharedLink, settings: Settings) -> None:
    link.max_upload_size = 5
    assert rules_of(link).max_size == 5
    link.max_upload_size = settings.LOGGIA_UPLOAD_MAX_SIZE + 1
    assert rules_of(link).max_size == settings.LOGGIA_UPLOAD_MAX_SIZE


def test_what_is_under_way_takes_room_and_what_came_to_nothing_gives_it_back(
    link: SharedLink,
) -> None:
    link.max_upload_files, link.max_upload_bytes = 4, 1000
    sent(link, 100, State.ARRIVING)
    sent(link, 200, State.HELD)
    for state in (State.REFUSED, State.DUPLICATE, State.EXPIRED, State.WITHDRAWN):
        sent(link, 500, state)
    rules = rules_of(link)
    assert (rules.files_left, rules.bytes_left) == (2, 700)
    link.max_upload_files, link.max_upload_bytes = 1, 1
    assert (rules_of(link).files_left, rules_of(link).bytes_left) == (0, 0)


def test_uploads_close_with_an_album_made_here_that_is_deleted(link: SharedLink) -> None:
    link.album_id, link.portal_album = None, PortalAlbum.objects.create(owner=link.owner, name="x")
    assert rules_of(link).is_open
    link.portal_album.deleted_at = timezone.now()
    assert not rules_of(link).is_open


def test_uploads_close_with_whatever_closes_first(link: SharedLink) -> None:
    soon, later = timezone.now() + timedelta(days=1), timezone.now() + timedelta(days=2)
    link.uploads_until, link.expires_at = later, soon
    assert rules_of(link).closes_at == soon
    link.uploads_until, link.expires_at = soon - timedelta(days=2), later
    assert not rules_of(link).is_open


# ── Senders ──────────────────────────────────────────────────────────────────
def test_a_browser_is_one_sender_by_one_link(link: SharedLink) -> None:
    first = contributor_of(link, "cookie", "Anna")
    assert contributor_of(link, "cookie") == first == known_contributor(link, "cookie")
    assert contributor_of(link, "cookie", "Anna B.").name == "Anna B."
    assert known_contributor(link, "another") is None
    assert known_contributor(link, "") is None
    assert "cookie" not in Contributor.objects.get().visitor


def test_a_name_can_be_taken_back(link: SharedLink) -> None:
    contributor_of(link, "cookie", "Anna")
    assert contributor_of(link, "cookie").name == "Anna"
    assert not contributor_of(link, "cookie", "").name


@given(st.text(max_size=300))
def test_any_name_can_be_shown(text: str) -> None:
    name = clean_name(text)
    assert len(name) <= 80
    assert name == name.strip()
    assert "\n" not in name
    assert clean_name(name) == name


# ── Names ────────────────────────────────────────────────────────────────────
@given(st.text(max_size=400))
def test_any_name_is_safe(text: str) -> None:
    name = safe_name(text)
    assert name
    assert len(name.encode()) <= LONGEST
    assert name not in {".", ".."}
    assert not set(name) & set('/\\<>:"|?*\0\n')
    assert not name.startswith(".")
    assert safe_name(name) == name


@given(st.text(max_size=2000))
def test_any_path_is_one_for_the_eyes(text: str) -> None:
    path = safe_path(text)
    assert len(path) <= 1000
    assert not path.startswith("/")
    assert ".." not in path.split("/")


@given(st.text(max_size=60))
def test_any_moment_is_one_or_none(text: str) -> None:
    moment = moment_of(text)
    assert moment is None or moment.tzinfo is not None


@given(st.text(max_size=300))
def test_any_metadata_can_be_read(text: str) -> None:
    assert all(isinstance(value, str) for value in metadata_in(text).values())


def test_moments_are_read_as_clients_write_them() -> None:
    expected = "2024-07-12T08:00:00+00:00"
    for text in ("1720771200", "1720771200000", "2024-07-12T08:00:00Z", "2024-07-12T10:00+02:00"):
        moment = moment_of(text)
        assert moment is not None
        assert moment.astimezone(timezone.get_default_timezone()).isoformat() == expected
    for text in ("", "0", "-5", "yesterday", "99999999999999"):
        assert moment_of(text) is None


# ── Duplicates ───────────────────────────────────────────────────────────────
def test_only_the_album_that_is_seen_is_asked(link: SharedLink, library: MemoryLibrary) -> None:
    album, other = library.add_album("Summer", 1), library.add_album("Private", 1)
    (photo,) = library.assets(AssetFilter(album_id=album.id))
    seen, hidden = b"s" * 20, b"h" * 20
    library.place(replace(photo, id=uuid4(), sha1=seen), album.id)
    library.place(replace(photo, id=uuid4(), sha1=hidden), other.id)
    link.album_id = album.id
    assert shown(link, {seen, hidden, bytes(20)}) == {seen}
    assert shown(link, set()) == set()
    link.hides_album = True
    assert shown(link, {seen}) == set()


def test_a_library_that_is_away_knows_nothing(link: SharedLink, library: MemoryLibrary) -> None:
    library.trouble = "away"
    assert shown(link, {bytes(20)}) == set()


# ── What a kill leaves ───────────────────────────────────────────────────────
def test_a_file_whose_row_was_never_told_arrives_all_the_same(
    link: SharedLink, settings: Settings, tmp_path: Any
) -> None:
    settings.STAGING_DIR = tmp_path / "staging"
    make_folder()
    earlier = timezone.now() - timedelta(minutes=2)
    whole, half, doubtful, fresh = (
        sent(link, 3, State.ARRIVING, touched_at=at)
        for at in (earlier, earlier, earlier, timezone.now())
    )
    for upload, content in ((whole, b"abc"), (half, b"ab"), (doubtful, b"abc"), (fresh, b"abc")):
        upload.staged.write_bytes(content)
    # The last byte of this one came with a checksum that nobody compared.
    doubtful.staged.with_name(doubtful.staged.name + PIECE).write_text("2")
    sweep()
    states = {upload.pk: upload.state for upload in Upload.objects.all()}
    assert states.pop(whole.pk) == State.ARRIVED
    assert set(states.values()) == {State.ARRIVING}
    assert doubtful.staged.read_bytes() == b"ab"
    assert OrmQ.objects.count() == 1
