"""The order by hand: any moves lead where they say, and each writes a few rows only."""

from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharing.albums.arranging import SPREAD, STEP, Target, move_photos, number_of
from sharing.albums.editing import add_photos, make_album, set_order
from sharing.albums.models import PortalAlbum
from tests.memory_library import MemoryLibrary

COUNT = 12


@pytest.fixture
def by_hand(owner: User, library: MemoryLibrary) -> PortalAlbum:
    album = library.add_album("Summer", COUNT)
    made = make_album(owner, "By hand", library.members[album.id])
    set_order(made, "hand")
    return made


def order_of(album: PortalAlbum) -> list[UUID]:
    return album.items.there().arranged("hand").asset_ids()


def as_a_list(order: list[UUID], moving: list[UUID], step: str, beside: UUID) -> list[UUID]:
    """What a move means, said with a plain list."""
    taken = [pk for pk in order if pk in moving]
    rest = [pk for pk in order if pk not in moving]
    first, last = order.index(taken[0]), order.index(taken[-1])
    places = {
        "first": 0,
        "last": len(rest),
        "earlier": max(0, sum(pk in rest for pk in order[:first]) - 1),
        "later": min(len(rest), sum(pk in rest for pk in order[:last]) + 1),
        "before": rest.index(beside) if beside in rest else None,
        "after": rest.index(beside) + 1 if beside in rest else None,
    }
    at = places[step]
    is_nowhere = at is None or (step == "earlier" and not any(pk in rest for pk in order[:first]))
    is_nowhere |= step == "later" and not any(pk in rest for pk in order[last:])
    return order if is_nowhere or at is None else [*rest[:at], *taken, *rest[at:]]


MOVES = st.lists(
    st.tuples(
        st.lists(st.integers(0, COUNT - 1), min_size=1, max_size=3, unique=True),
        st.sampled_from(["first", "last", "earlier", "later", "before", "after"]),
        st.integers(0, COUNT - 1),
    ),
    max_size=12,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(moves=MOVES, step=st.sampled_from([STEP, 40, 2]))
def test_any_moves_lead_where_they_say(
    by_hand: PortalAlbum, moves: list[tuple[list[int], str, int]], step: int
) -> None:
    for number, item in enumerate(by_hand.items.arranged("hand"), 1):
        by_hand.items.filter(pk=item.pk).update(position=number * step)
    expected = order_of(by_hand)
    for which, name, beside in moves:
        ids, other = [expected[at] for at in which], expected[beside]
        sides = {"before": Target(before=other), "after": Target(after=other)}
        move_photos(by_hand, ids, sides.get(name) or Target(name))
        expected = as_a_list(expected, ids, name, other)
        assert order_of(by_hand) == expected


def test_a_move_writes_few_rows_however_often_one_place_is_asked_for(
    owner: User, library: MemoryLibrary
) -> None:
    album = library.add_album("Long", 600)
    made = make_album(owner, "Long", library.members[album.id])
    set_order(made, "hand")
    most = 0
    for _ in range(80):
        before = dict(made.items.values_list("asset_id", "position"))
        order = order_of(made)
        assert move_photos(made, [order[-1]], Target(before=order[1]))
        assert order_of(made)[1] == order[-1]
        after = dict(made.items.values_list("asset_id", "position"))
        most = max(most, sum(before[pk] != at for pk, at in after.items()))
    assert 1 < most <= SPREAD + 1


def test_the_queries_of_a_move_do_not_grow_with_the_album(
    owner: User, library: MemoryLibrary
) -> None:
    counts = []
    for size in (10, 700):
        album = library.add_album(f"{size}", size)
        made = make_album(owner, f"{size}", library.members[album.id])
        set_order(made, "hand")
        with CaptureQueriesContext(connection) as queries:
            move_photos(made, [order_of(made)[5]], Target("first"))
        counts.append(len(queries))
    assert counts[0] == counts[1] < 12


def test_a_photo_that_is_away_keeps_its_place(by_hand: PortalAlbum) -> None:
    order = order_of(by_hand)
    by_hand.items.filter(asset_id=order[1]).update(is_there=False)
    move_photos(by_hand, [order[2]], Target("earlier"))
    assert order_of(by_hand) == [order[2], order[0], *order[3:]]
    by_hand.items.update(is_there=True)
    assert order_of(by_hand) == [order[2], order[0], order[1], *order[3:]]


def test_the_order_by_hand_is_kept_while_the_album_is_shown_by_date(
    by_hand: PortalAlbum, library: MemoryLibrary
) -> None:
    order = order_of(by_hand)
    move_photos(by_hand, [order[0]], Target("last"))
    set_order(by_hand, "newest")
    new = library.members[library.add_album("Later", 1).id]
    add_photos(by_hand, new)
    set_order(by_hand, "hand")
    assert order_of(by_hand) == [*order[1:], order[0], *new]


def test_by_hand_an_album_looks_at_first_as_it_did(owner: User, library: MemoryLibrary) -> None:
    ids = library.members[library.add_album("Summer", 5).id]
    made = make_album(owner, "Newest", ids)
    set_order(made, "newest")
    set_order(made, "hand")
    assert order_of(made) == made.items.arranged("newest").asset_ids()


def test_a_page_with_script_is_told_where_the_photo_stands(
    owner_client: Client, by_hand: PortalAlbum
) -> None:
    order, path = order_of(by_hand), f"/albums/made/{by_hand.pk}/move/"
    told = owner_client.post(path, {"photos": str(order[0]), "after": str(order[4])}).json()
    assert told == {"number": 5, "count": COUNT}
    assert number_of(by_hand, order[0]) == 5
    many = owner_client.post(path, {"photos": f"{order[7]},{order[9]}", "step": "first"}).json()
    assert (many["number"], order_of(by_hand)[:2]) == (1, [order[7], order[9]])


@pytest.mark.parametrize(
    "form", [{}, {"photos": "x"}, {"photos": "", "step": "first"}], ids=["none", "bad", "empty"]
)
def test_a_move_of_nothing_is_refused(
    owner_client: Client, by_hand: PortalAlbum, form: dict[str, str]
) -> None:
    order = order_of(by_hand)
    assert owner_client.post(f"/albums/made/{by_hand.pk}/move/", form).status_code == 409
    assert order_of(by_hand) == order


def test_a_place_that_is_none_moves_nothing(owner_client: Client, by_hand: PortalAlbum) -> None:
    order, path = order_of(by_hand), f"/albums/made/{by_hand.pk}/move/"
    for form in ({"step": "sideways"}, {"before": str(uuid4())}, {"before": str(order[0])}, {}):
        answer = owner_client.post(path, {"photos": str(order[0])} | form)
        assert answer.json()["number"] == 1
    assert order_of(by_hand) == order


def test_an_album_by_date_is_not_moved(owner_client: Client, by_hand: PortalAlbum) -> None:
    set_order(by_hand, "oldest")
    order = order_of(by_hand)
    form = {"photos": str(order[3]), "step": "first", "action": "first"}
    assert owner_client.post(f"/albums/made/{by_hand.pk}/move/", form).status_code == 409
    owner_client.post(f"/albums/made/{by_hand.pk}/arrange/", form)
    assert order_of(by_hand) == order


def test_without_script_the_moved_photo_stays_chosen(
    owner_client: Client, by_hand: PortalAlbum
) -> None:
    order = order_of(by_hand)
    form = {"photo": str(order[3]), "action": "later"}
    there = owner_client.post(f"/albums/made/{by_hand.pk}/arrange/", form)["Location"]
    page = owner_client.get(there).content.decode()
    assert page.count(" checked") == 1
    assert order_of(by_hand)[4] == order[3]
