"""The owner's review: what waits, who sent it, and what becomes of it."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client

from portal.library.types import Album, AssetFilter
from sharing.contributions.deciding import empty
from sharing.contributions.models import State, Upload
from sharing.links import LinkSettings, delete_link, share_album
from sharing.managing.review_page import STEP
from sharing.models import Happening, SharedLink
from tests.memory_library import MemoryLibrary

Send = Callable[..., Upload]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def link(owner: User, album: Album) -> SharedLink:
    wanted = LinkSettings(description="The wedding", allow_upload=True)
    return share_album(owner, album.id, wanted)


@pytest.fixture
def review(owner_client: Client, library: MemoryLibrary) -> "ReviewPage":
    return ReviewPage(owner_client)


class ReviewPage:
    def __init__(self, client: Client) -> None:
        self.client = client

    def show(self, query: str = "") -> str:
        return unescape(self.client.get(f"/review/{query}", headers=HTMX).content.decode())

    def tiles(self, query: str = "") -> list[str]:
        return re.findall(r'class="sent-tile" id="sent-([0-9a-f-]{36})"', self.show(query))

    def press(self, **form: object) -> str:
        response = self.client.post("/review/decision/", form, follow=True)
        return unescape(response.content.decode())

    def decide(self, action: str, *uploads: Upload, **place: str) -> str:
        ids = ",".join(str(upload.pk) for upload in uploads)
        return self.press(action=action, uploads=ids, **place)


def state_of(upload: Upload) -> str:
    upload.refresh_from_db()
    return upload.state


def test_who_sent_nothing_yet_is_told_how_it_begins(review: ReviewPage) -> None:
    assert "Nobody has sent photos yet" in review.show()


def test_what_waits_stands_by_link_and_sender(
    review: ReviewPage, send: Send, link: SharedLink, owner: User, album: Album
) -> None:
    other = share_album(owner, album.id, LinkSettings(description="Hike", allow_upload=True))
    anna, ben = send(link, "Anna"), send(link, "Ben")
    again, mia = send(link, "Anna"), send(other, "")
    shown = review.show()
    heads = re.findall(r"<h[23][^>]*>(?:<a[^>]*>)?([^<]+)", shown)
    assert heads == ["Hike", "Somebody without a name", "The wedding", "Anna", "Ben"]
    assert review.tiles() == [str(one.pk) for one in (mia, anna, again, ben)]
    assert review.tiles(f"?link={link.pk}") == [str(one.pk) for one in (anna, again, ben)]


def test_one_is_accepted_by_its_own_button(
    review: ReviewPage, send: Send, link: SharedLink
) -> None:
    upload, other = send(link), send(link)
    shown = review.press(one=f"accept {upload.pk}")
    assert "1 accepted" in shown
    assert [state_of(upload), state_of(other)] == [State.ACCEPTED, State.HELD]


def test_all_of_a_sender_are_decided_at_once_whether_the_page_shows_them_or_not(
    review: ReviewPage, send: Send, link: SharedLink
) -> None:
    annas = [send(link, "Anna") for _ in range(STEP + 3)]
    bens = send(link, "Ben")
    review.press(sender=f"accept {annas[0].contributor_id}")
    assert {state_of(one) for one in annas} == {State.ACCEPTED}
    assert state_of(bens) == State.HELD


def test_a_rejection_can_be_undone_until_the_bin_is_emptied(
    review: ReviewPage, send: Send, link: SharedLink
) -> None:
    uploads = [send(link) for _ in range(3)]
    shown = review.decide("reject", *uploads)
    assert "3 rejected" in shown
    token = re.findall(r'name="token" value="([^"]+)"', shown)[0]
    review.client.post("/review/undo/", {"token": token})
    assert {state_of(one) for one in uploads} == {State.HELD}
    assert "cannot be undone any more" in unescape(
        review.client.post("/review/undo/", {"token": token}, follow=True).content.decode()
    )

    review.decide("reject", *uploads)
    assert review.tiles("?pile=bin") == [str(one.pk) for one in uploads]
    review.press(one=f"restore {uploads[0].pk}", pile="bin")
    review.press(action="empty", pile="bin")
    assert [state_of(one) for one in uploads] == [State.HELD, State.EMPTIED, State.EMPTIED]


def test_what_was_emptied_meanwhile_is_not_undone_without_a_word(
    review: ReviewPage, send: Send, link: SharedLink
) -> None:
    upload = send(link)
    shown = review.decide("reject", upload)
    token = re.findall(r'name="token" value="([^"]+)"', shown)[0]
    empty(Upload.objects.filter(pk=upload.pk))
    answer = review.client.post("/review/undo/", {"token": token}, follow=True)
    assert "cannot be undone any more" in unescape(answer.content.decode())
    assert state_of(upload) == State.EMPTIED


def test_emptied_files_leave_the_disk(
    review: ReviewPage,
    send: Send,
    link: SharedLink,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    upload = send(link)
    review.decide("reject", upload)
    assert upload.staged.exists()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        review.press(action="empty", pile="bin")
    assert not upload.staged.exists()


def test_only_the_bin_is_emptied(review: ReviewPage, send: Send, link: SharedLink) -> None:
    upload, rejected = send(link), send(link, state=State.REJECTED)
    review.press(action="empty")
    review.press(action="empty", uploads=str(upload.pk))
    assert [state_of(upload), state_of(rejected)] == [State.HELD, State.REJECTED]


def test_what_was_decided_elsewhere_meanwhile_stays_so(
    review: ReviewPage, send: Send, link: SharedLink
) -> None:
    upload = send(link, state=State.WITHDRAWN)
    assert "Nothing was changed." in review.decide("accept", upload)
    assert state_of(upload) == State.WITHDRAWN


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"action": "accept", "uploads": "nonsense,,"},
        {"one": "accept"},
        {"one": "explode {pk}"},
        {"sender": "accept x"},
        {"action": "destroy", "uploads": "{pk}"},
    ],
)
def test_nonsense_changes_nothing(
    review: ReviewPage, send: Send, link: SharedLink, form: dict[str, str]
) -> None:
    upload = send(link)
    review.press(**{name: value.format(pk=upload.pk) for name, value in form.items()})
    assert state_of(upload) == State.HELD


def test_live_photos_are_one_and_go_with_both_halves(
    review: ReviewPage, send: Send, link: SharedLink
) -> None:
    video = send(link, filename="IMG_1.MOV", kind="VIDEO")
    still = send(link, filename="IMG_1.HEIC", live_video=video)
    assert review.tiles() == [str(still.pk)]
    assert "1 accepted" in review.press(one=f"accept {still.pk}")
    assert {state_of(still), state_of(video)} == {State.ACCEPTED}


def test_duplicates_are_marked(
    review: ReviewPage, send: Send, link: SharedLink, library: MemoryLibrary, album: Album
) -> None:
    known, sha1 = library.assets(AssetFilter(album_id=album.id))[0], b"k" * 20
    library.held[known.id] = replace(known, sha1=sha1)
    send(link, sha1=sha1)
    assert "You have it already" in review.show()
    assert "Sent more than once" not in review.show()
    send(link, "Ben", sha1=sha1)
    assert review.show().count("Sent more than once") == 2


def test_a_library_that_is_away_keeps_nobody_from_deciding(
    review: ReviewPage, send: Send, link: SharedLink, library: MemoryLibrary
) -> None:
    upload = send(link)
    library.is_away = True
    assert review.tiles() == [str(upload.pk)]


def test_what_waits_for_the_library_and_what_was_refused_say_why(
    review: ReviewPage, send: Send, link: SharedLink
) -> None:
    send(link, state=State.ACCEPTED, reason="The photo folder is away.")
    send(link, state=State.REFUSED, reason="This is no picture.")
    send(link, state=State.DUPLICATE)
    assert "The photo folder is away." in review.show("?pile=way")
    shown = review.show("?pile=out")
    assert "This is no picture." in shown
    assert "Already in the album" in shown


def test_what_is_in_the_library_says_who_sent_it(
    review: ReviewPage, send: Send, link: SharedLink, library: MemoryLibrary, album: Album
) -> None:
    send(link, "Anna", state=State.DONE, asset_id=library.members[album.id][0])
    shown = review.show("?pile=in")
    assert "Anna" in shown
    assert 'src="/media/' in shown


def test_files_of_a_deleted_link_are_reviewed_all_the_same(
    review: ReviewPage, send: Send, link: SharedLink
) -> None:
    upload = send(link)
    delete_link(link)
    SharedLink.objects.all().delete()
    assert review.tiles() == [str(upload.pk)]
    assert "Link deleted" in review.show()
    review.press(one=f"accept {upload.pk}")
    assert state_of(upload) == State.ACCEPTED


def test_names_and_captions_are_text(review: ReviewPage, send: Send, link: SharedLink) -> None:
    send(link, "<b>Eve</b>", filename="<i>.jpg", caption="<script>alert(1)</script>")
    shown = review.client.get("/review/").content.decode()
    assert "<script>alert" not in shown
    assert "&lt;b&gt;Eve" in shown


def test_nobody_elses_files_are_seen_or_decided(
    other_client: Client, send: Send, link: SharedLink, library: MemoryLibrary
) -> None:
    upload = send(link)
    others = ReviewPage(other_client)
    assert "Nobody has sent photos yet" in others.show()
    assert other_client.get(f"/review/{upload.pk}/look/").status_code == 404
    others.decide("accept", upload)
    others.press(one=f"reject {upload.pk}")
    others.press(sender=f"reject {upload.contributor_id}")
    assert state_of(upload) == State.HELD
    assert other_client.post(f"/links/{link.pk}/show-album/").status_code == 404


def test_the_look_is_the_owners_and_kept_by_nobody_on_the_way(
    owner_client: Client, send: Send, link: SharedLink
) -> None:
    upload = send(link)
    response = owner_client.get(f"/review/{upload.pk}/look/")
    assert response["Content-Type"] == "image/webp"
    assert response["Cache-Control"].startswith("private")
    assert response["X-Content-Type-Options"] == "nosniff"
    upload.look.unlink()
    assert owner_client.get(f"/review/{upload.pk}/look/").status_code == 404
    assert "/look/" not in owner_client.get("/review/").content.decode()


def test_long_piles_come_in_pages(review: ReviewPage, send: Send, link: SharedLink) -> None:
    sent = [send(link) for _ in range(STEP + 2)]
    first = review.show()
    assert "Next files" in first
    assert "Previous files" not in first
    assert review.tiles(f"?offset={STEP}") == [str(one.pk) for one in sent[STEP:]]
    assert review.tiles("?offset=100000") == [str(one.pk) for one in sent[STEP:]]
    assert "Previous files" in review.show(f"?offset={STEP}")


def test_many_files_take_no_more_queries_than_few(
    owner_client: Client,
    send: Send,
    link: SharedLink,
    library: MemoryLibrary,
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    for number in range(40):
        send(link, f"Guest {number % 7}")
    # The session, the owner, its version, the link's name, counts, page, senders, duplicates, nav.
    with django_assert_max_num_queries(10):  # type: ignore[attr-defined]
        owner_client.get("/review/")


def test_decisions_are_activity_of_the_link(
    review: ReviewPage, send: Send, link: SharedLink
) -> None:
    uploads = [send(link) for _ in range(5)]
    review.decide("accept", *uploads[:2])
    review.decide("accept", uploads[2])
    review.decide("reject", *uploads[3:])
    told = Happening.objects.filter(link=link).values_list("kind", "count")
    assert set(told) >= {("accepted", 3), ("rejected", 2)}
    shown = unescape(review.client.get(f"/activity/?link={link.pk}").content.decode())
    assert "Sent photos accepted" in shown
    assert "3 files" in shown


def test_the_number_that_waits_is_on_every_page_and_on_the_links_card(
    owner_client: Client, send: Send, link: SharedLink
) -> None:
    send(link)
    send(link, "Ben")
    send(link, state=State.ARRIVED)
    for path in ("/", "/albums/", "/activity/", "/status/", "/review/", f"/links/{link.pk}/"):
        shown = owner_client.get(path).content.decode()
        assert "<b>2</b>" in shown.partition("data-waiting")[2][:400], path
    assert "2 waiting" in owner_client.get("/").content.decode()
    assert "2 waiting" in owner_client.get(f"/links/{link.pk}/").content.decode()
