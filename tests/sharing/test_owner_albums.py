from collections import Counter
from datetime import date, timedelta
from html import unescape
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from portal.library.types import Album
from sharing.managing.picker import LONGEST, cut
from sharing.models import SharedLink
from tests.memory_library import MemoryLibrary

HTMX = {"HX-Request": "true"}


def page(client: Client, path: str, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    return unescape(response.content.decode())


def choose(client: Client, album: Album, **form: object) -> set[UUID] | None:
    """The photos of the link that comes of a choice; ``None`` when the choice was refused."""
    response = client.post(f"/albums/{album.id}/choose/", form)
    if not response["Location"].startswith("/links/new/?chosen="):
        return None
    assert client.get(response["Location"]).status_code == 200
    client.post(response["Location"], {"lifetime": "never"})
    link = SharedLink.objects.latest("created_at")
    assert link.kind == SharedLink.Kind.INDIVIDUAL
    return set(link.items.values_list("asset_id", flat=True))


def test_albums_are_shown_with_their_counts_and_dates(
    owner_client: Client, library: MemoryLibrary
) -> None:
    library.add_album("2025/Summer", 7)
    library.add_album("Sample album", 4, is_sample=True)
    shown = page(owner_client, "/albums/")
    for words in ("2025/Summer", "6 photos", "1 video", "Jul 2025", "Sample album"):
        assert words in shown
    assert shown.count('<span class="badge">Sample</span>') == 1


def test_albums_are_searched_by_name(owner_client: Client, library: MemoryLibrary) -> None:
    library.add_album("2025/Sommer")
    library.add_album("Winter")
    shown = page(owner_client, "/albums/?q=SOMM", **HTMX)
    assert shown.strip().startswith('<div id="albums">')
    assert "2025/Sommer" in shown
    assert "Winter" not in shown
    assert "No album matches “x”" in page(owner_client, "/albums/?q=x")


def test_very_many_albums_come_in_pages(owner_client: Client, library: MemoryLibrary) -> None:
    for number in range(130):
        library.add_album(f"Trip {number:03}", 1)
    first = page(owner_client, "/albums/")
    assert first.count('class="album-card"') == 60
    assert 'data-total="130"' in first
    last = page(owner_client, "/albums/?start=120")
    assert last.count('class="album-card"') == 10
    assert "Trip 129" in last
    assert "Next albums" not in last
    assert 'start=60">Previous albums' in last
    assert page(owner_client, "/albums/?start=60&count=120").count('class="album-card"') == 70


def test_an_empty_library_tells_where_photos_go(
    owner_client: Client, library: MemoryLibrary
) -> None:
    assert "Put folders of photos into /srv/photos" in page(owner_client, "/albums/")


def test_an_album_shows_its_photos_by_day(owner_client: Client, album: Album) -> None:
    shown = page(owner_client, f"/albums/{album.id}/")
    assert shown.count('name="photo"') == 7
    assert [d for d in ("12 July", "13 July", "14 July") if f"{d} 2025" in shown] == [
        "12 July",
        "13 July",
        "14 July",
    ]
    assert "1:15" in shown
    assert f'href="/links/new/?album={album.id}"' in shown


def test_long_albums_come_in_pieces_of_whole_days(
    owner_client: Client,
    library: MemoryLibrary,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    album = library.add_album("Long", 401)
    # The session, the owner, the number of links, who sent what is shown, what waits for review.
    with django_assert_num_queries(5):
        first = page(owner_client, f"/albums/{album.id}/")
    assert first.count('name="photo"') == 201
    assert 'href="?offset=201">Next photos' in first
    assert first.count("data-chunk") == 2
    second = page(owner_client, f"/albums/{album.id}/?offset=201", **HTMX)
    assert second.strip().startswith('<div class="piece" data-chunk data-start="201"')
    assert second.count('name="photo"') == 200
    assert 'data-count="3"' in second
    beyond = page(owner_client, f"/albums/{album.id}/?offset=99999")
    assert beyond.count('name="photo"') == 200
    assert "Next photos" not in beyond


def test_the_order_of_an_album_is_told_to_choose_what_is_not_loaded(
    owner_client: Client, client: Client, library: MemoryLibrary
) -> None:
    album = library.add_album("Long", 401)
    address = f"/albums/{album.id}/order/"
    told = [UUID(line) for line in owner_client.get(address).content.decode().split("\n")]
    assert told == library.members[album.id]
    assert client.get(address)["Location"].startswith("/login/")


@pytest.mark.parametrize(
    "counts",
    [[], [1], [1000], [200, 200], [199, 300, 5], [420, 1], [840, 1, 420], [3] * 500],
    ids=str,
)
def test_pieces_hold_each_photo_once_and_long_days_in_full_rows(counts: list[int]) -> None:
    days = {date(2025, 1, 1) + timedelta(days=n): count for n, count in enumerate(counts)}
    pieces = cut(days)
    total: Counter[date] = Counter()
    for piece in pieces:
        assert piece.start == total.total()
        assert piece.is_continued == (bool(piece.days) and total[piece.days[0][0]] > 0)
        total.update(dict(piece.days))
        assert all(count > 0 for _day, count in piece.days)
        assert piece.end - piece.start <= LONGEST
    assert dict(total) == days
    for piece, following in pairwise(pieces):
        if following.is_continued:
            assert piece.days[-1][1] % LONGEST == 0


def test_single_photos_are_chosen_with_or_without_script(
    owner_client: Client, album: Album, library: MemoryLibrary
) -> None:
    ids = library.members[album.id]
    assert choose(owner_client, album, photo=[str(ids[0]), str(ids[4])]) == {ids[0], ids[4]}
    assert choose(owner_client, album, photos=f"{ids[1]},{ids[2]}") == {ids[1], ids[2]}


def test_a_whole_day_is_chosen_and_added_to_single_photos(
    owner_client: Client, album: Album, library: MemoryLibrary
) -> None:
    ids = library.members[album.id]
    chosen = choose(owner_client, album, day="2025-07-13", photo=str(ids[0]))
    assert chosen == {ids[0], *ids[3:6]}


def test_thousands_are_chosen_at_once(owner_client: Client, library: MemoryLibrary) -> None:
    album = library.add_album("Long", 2500)
    ids = library.members[album.id]
    assert choose(owner_client, album, photos=",".join(map(str, ids))) == set(ids)


def test_nothing_foreign_and_nothing_malformed_is_chosen(
    owner_client: Client, album: Album, library: MemoryLibrary
) -> None:
    foreign = library.members[library.add_album("Other").id][0]
    for form in ({}, {"photo": str(foreign)}, {"photos": "x,,'"}, {"day": "1999-01-01"}):
        assert choose(owner_client, album, **form) is None
    assert "Choose at least one photo." in page(owner_client, f"/albums/{album.id}/")
    assert not SharedLink.objects.exists()


def test_a_choice_is_its_owner_s_own(
    owner_client: Client, other_client: Client, album: Album, library: MemoryLibrary
) -> None:
    form = {"photo": str(library.members[album.id][0])}
    address = owner_client.post(f"/albums/{album.id}/choose/", form)["Location"]
    assert other_client.get(address)["Location"] == "/albums/"
    assert owner_client.get(address).status_code == 200


def test_only_the_latest_choices_are_kept(
    owner_client: Client, album: Album, library: MemoryLibrary
) -> None:
    form = {"photo": str(library.members[album.id][0])}
    path = f"/albums/{album.id}/choose/"
    addresses = [owner_client.post(path, form)["Location"] for _ in range(5)]
    answers = [owner_client.get(address).status_code for address in addresses]
    assert answers == [302, 200, 200, 200, 200]


def test_chosen_photos_offer_no_upload(
    owner_client: Client, album: Album, library: MemoryLibrary
) -> None:
    form = {"photo": str(library.members[album.id][0])}
    address = owner_client.post(f"/albums/{album.id}/choose/", form)["Location"]
    shown = page(owner_client, address)
    assert "allow_upload" not in shown.replace("data-preset", "")
    assert "Collect photos" not in shown
    refused = owner_client.post(address, {"lifetime": "never", "allow_upload": "on"})
    assert "Only a link to an album can take uploads." in unescape(refused.content.decode())
    assert not SharedLink.objects.exists()


@pytest.mark.parametrize("path", ["", "choose/", "remove-sample/"])
def test_an_unknown_album_is_404_or_chooses_nothing(
    owner_client: Client, library: MemoryLibrary, path: str
) -> None:
    address = f"/albums/{uuid4()}/{path}"
    response = owner_client.post(address) if path else owner_client.get(address)
    assert response.status_code in {302, 404}
    assert not SharedLink.objects.exists()
