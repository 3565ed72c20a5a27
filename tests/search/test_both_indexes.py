"""Both homes answer any search as one plain test of each photo does."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.library.folder import models as folder_models
from portal.library.folder.queries import INDEX as FOLDER
from portal.library.immich import models as immich_models
from portal.library.immich.asking import INDEX as IMMICH
from portal.library.index import searching
from portal.library.index.translate import as_asset
from portal.library.queries import AssetQuery, Order, Span, Suggestion
from portal.library.types import Asset, AssetKind, Page, moment_of
from tests.memory_searching import find, suggestions

ASSETS = [UUID(int=0x4000_8000 << 64 | number, version=4) for number in range(1, 61)]
ALBUMS = [UUID(int=number, version=4) for number in range(1, 4)]
MOMENTS = [datetime(2024, 5, day, hour, tzinfo=UTC) for day in (1, 2) for hour in (0, 12)]
WORDS = ["", "Canon", "canon", "a_b", "100%", "Ärger", "日本"]
NAMES = ["IMG_1.jpg", "img_1.JPG", "Ärger 100%.jpg", "äRGER_(2).png", "a.b", "日本.heic"]
PARTS = ["", "img", ".jpg", "ärger", "Ä", "%", "_", "(2)", "\\", "日", "nothing"]
RATINGS = [None, -1, 0, 1, 5]


@dataclass
class Home:
    """An index with rows in it; ``assets`` are those that can be found, as plain values."""

    index: Any
    assets: list[Asset]
    albums: dict[UUID, set[UUID]]


@pytest.fixture(params=["folder", "immich"])
def home(request: pytest.FixtureRequest, db: None) -> Home:
    models: ModuleType = {"folder": folder_models, "immich": immich_models}[request.param]
    index: Any = {"folder": FOLDER, "immich": IMMICH}[request.param]
    random = Random(5)  # noqa: S311 - any will do, if it is always the same
    own = {"crc32": 0} if request.param == "folder" else {"version": "", "sort_at": MOMENTS[0]}
    rows = [models.StoredAsset(**facts(number, random), **own) for number in range(len(ASSETS))]
    for row in rows[:10]:
        row.live_video_id, row.is_listed = None, False
    models.StoredAsset.objects.bulk_create(rows[:10])
    models.StoredAsset.objects.bulk_create(rows[10:])
    albums = {pk: set(random.sample(ASSETS[10:], 15)) for pk in ALBUMS}
    models.StoredAlbum.objects.bulk_create(
        models.StoredAlbum(id=pk, name=str(pk), images=15) for pk in albums
    )
    models.Member.objects.bulk_create(
        models.Member(album_id=album, asset_id=pk, taken_at=MOMENTS[0])
        for album, pks in albums.items()
        for pk in pks
    )
    listed = models.StoredAsset.objects.listed()
    return Home(index, [as_asset(row, bytes(row.sha1)) for row in listed], albums)


def facts(number: int, random: Random) -> dict[str, Any]:
    """A row's; few values each, so that many rows share them."""
    taken, offset = random.choice(MOMENTS), random.choice([None, timedelta(hours=2)])
    texts = ("make", "model", "lens", "city", "state", "country", "description")
    return {
        **{name: random.choice(WORDS) for name in texts},
        "id": ASSETS[number], "size": 5, "kind": random.choice(list(AssetKind)),
        "media_type": "image/jpeg", "filename": random.choice(NAMES), "width": 4, "height": 3,
        "sha1": number.to_bytes(20, "big"), "thumbhash": b"", "taken_at": taken,
        "utc_offset": offset, "moment_at": moment_of(taken.replace(tzinfo=None), offset),
        "added_at": random.choice(MOMENTS), "updated_at": random.choice(MOMENTS),
        "rating": random.choice(RATINGS), "is_listed": True,
        "is_favorite": random.random() < 0.5, "is_archived": random.random() < 0.3,
        "live_video_id": random.choice([None, None, ASSETS[number % 10]]),
    }  # fmt: skip


borders = st.none() | st.sampled_from(
    [moment + step for moment in MOMENTS for step in (timedelta(0), timedelta(hours=-2))]
)
spans = st.builds(Span, borders, borders)
exact = st.none() | st.sampled_from([*WORDS, "unknown"])
maybe = st.none() | st.booleans()
queries = st.builds(
    AssetQuery,
    kind=st.none() | st.sampled_from(AssetKind),
    ids=st.none() | st.frozensets(st.sampled_from(ASSETS)),
    without_ids=st.just(frozenset()) | st.frozensets(st.sampled_from(ASSETS)),
    album_ids=st.frozensets(st.sampled_from([*ALBUMS, UUID(int=9)]), max_size=2),
    is_in_no_album=st.sampled_from([False, False, True]),
    sha1=st.none() | st.integers(0, 70).map(lambda number: number.to_bytes(20, "big")),
    taken=spans, added=spans, updated=spans,
    make=exact, model=st.none(), lens=st.none(), city=exact, state=st.none(), country=st.none(),
    filename=st.none() | st.sampled_from(NAMES),
    name_parts=st.lists(st.sampled_from(PARTS[1:]), max_size=2).map(tuple),
    description=st.sampled_from(PARTS),
    rating=st.sampled_from(RATINGS), is_rated=maybe, is_favorite=maybe, is_live=maybe,
    is_archived=st.sampled_from([False, False, True]),
    order=st.sampled_from([Order.NEWEST, Order.OLDEST]),
)  # fmt: skip
# Most queries of all these would find nothing, so most of each is left out
fields = st.sets(st.sampled_from(sorted(AssetQuery.__slots__)), min_size=0, max_size=4)
slim = st.tuples(queries, fields).map(
    lambda asked: AssetQuery(**{name: getattr(asked[0], name) for name in asked[1]})
)
TRIES = settings(
    max_examples=70, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@TRIES
@given(query=slim | queries)
def test_a_search_finds_what_fits(home: Home, query: AssetQuery) -> None:
    expected = [asset.id for asset in find(home.assets, home.albums, query)]

    found = [row.pk for row in searching.search(home.index, query, Page(limit=1000))]

    assert found == expected
    assert searching.search_count(home.index, query) == len(expected)


@TRIES
@given(query=slim, size=st.integers(1, 20))
def test_pages_neither_repeat_nor_lose_anything(home: Home, query: AssetQuery, size: int) -> None:
    expected = [asset.id for asset in find(home.assets, home.albums, query)]

    pages = [
        searching.search(home.index, query, Page(offset, size))
        for offset in range(0, len(expected) + size, size)
    ]

    assert [row.pk for page in pages for row in page] == expected


@settings(TRIES, max_examples=25)
@given(query=slim, what=st.sampled_from(Suggestion))
def test_suggestions_are_of_what_fits(home: Home, query: AssetQuery, what: Suggestion) -> None:
    plain = suggestions(find(home.assets, home.albums, query), what)

    assert searching.suggest(home.index, what, query) == plain


def test_more_ids_than_one_statement_takes_are_looked_for_in_turns(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MOST_IDS", 7)
    query = AssetQuery(ids=frozenset(ASSETS))
    expected = [asset.id for asset in find(home.assets, home.albums, query)]

    pages = [searching.search(home.index, query, Page(offset, 9)) for offset in range(0, 60, 9)]

    assert [row.pk for page in pages for row in page] == expected
    assert searching.search_count(home.index, query) == len(expected)


def test_random_ones_are_drawn_each_once(home: Home) -> None:
    query = AssetQuery(order=Order.RANDOM)
    known = {asset.id for asset in find(home.assets, home.albums, query)}

    draws = [
        [row.pk for row in searching.search(home.index, query, Page(limit=12))] for _ in range(5)
    ]

    assert all(len(set(draw)) == 12 and set(draw) <= known for draw in draws)
    assert len(set(map(tuple, draws))) > 1
