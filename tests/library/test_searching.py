"""Searches, whatever the home."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from portal.library.changing import Amendment
from portal.library.interface import Library
from portal.library.queries import NO_ASSETS, AssetQuery, Order, Span, Suggestion
from portal.library.types import Album, Asset, AssetFilter, AssetKind, Page

AlbumNamed = Callable[[Library, str], Album]
AssetNamed = Callable[[Library, str], Asset]
EVERYTHING = Page(limit=1000)


def test_everything_is_found_oldest_or_newest_first(library: Library) -> None:
    oldest = library.search(AssetQuery(order=Order.OLDEST), EVERYTHING)

    assert {asset.id for asset in oldest} == {asset.id for asset in library.assets(AssetFilter())}
    assert oldest == sorted(oldest, key=lambda asset: (asset.moment, asset.id))
    assert library.search(AssetQuery(), EVERYTHING) == oldest[::-1]
    assert library.search_count(AssetQuery()) == len(oldest)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_pages_of_a_search_add_up(library: Library, size: int) -> None:
    pages = [library.search(AssetQuery(), Page(start, size)) for start in range(0, 10, size)]

    assert [a for page in pages for a in page] == library.search(AssetQuery(), EVERYTHING)


def test_a_photo_is_found_by_its_facts(library: Library, asset_named: AssetNamed) -> None:
    two = asset_named(library, "two.jpg")
    questions = [
        AssetQuery(ids=frozenset({two.id})),
        AssetQuery(sha1=two.sha1),
        AssetQuery(name_parts=("TWO",)),
        AssetQuery(filename="two.jpg"),
        AssetQuery(is_live=True),
        AssetQuery(taken=Span(two.moment, two.moment)),
        AssetQuery(name_parts=("two",), added=Span(two.added_at), updated=Span(two.updated_at)),
    ]

    assert [[a.id for a in library.search(asked, EVERYTHING)] for asked in questions] == [
        [two.id] for _asked in questions
    ]


def test_kinds_and_albums_narrow_a_search(library: Library, album_named: AlbumNamed) -> None:
    summer, winter = album_named(library, "Summer"), album_named(library, "Winter")
    both = AssetQuery(album_ids=frozenset({summer.id, winter.id}))

    assert library.search_count(AssetQuery(album_ids=frozenset({summer.id}))) == 4
    assert library.search_count(AssetQuery(kind=AssetKind.VIDEO)) == 1
    assert library.search_count(both) == 1  # one content in both
    assert library.search_count(AssetQuery(album_ids=frozenset({uuid4()}))) == 0
    assert library.search_count(AssetQuery(is_in_no_album=True)) == 0


def test_nothing_is_found_of_what_nobody_has(library: Library) -> None:
    for asked in (
        NO_ASSETS,
        AssetQuery(make="Leica"),
        AssetQuery(is_favorite=True),
        AssetQuery(is_archived=True),
        AssetQuery(person_ids=frozenset({uuid4()})),
    ):
        assert (list(library.search(asked, EVERYTHING)), library.search_count(asked)) == ([], 0)
    assert list(library.suggest(Suggestion.CITY, AssetQuery())) == []


def test_archived_photos_are_in_albums_and_in_searches_for_them_alone(
    library: Library, album_named: AlbumNamed, asset_named: AssetNamed
) -> None:
    one = asset_named(library, "three.png")

    library.amend([one.id], Amendment(is_archived=True))

    assert one.id not in {asset.id for asset in library.assets(AssetFilter())}
    assert one.id not in {asset.id for asset in library.search(AssetQuery(), EVERYTHING)}
    archived = library.search(AssetQuery(is_archived=True), EVERYTHING)
    assert [asset.id for asset in archived] == [one.id]
    summer = AssetFilter(album_id=album_named(library, "Summer").id)
    assert one.id in {asset.id for asset in library.assets(summer)}
    assert one.sha1
    assert library.known(AssetFilter(), [one.sha1]) == {one.sha1: one.id}
