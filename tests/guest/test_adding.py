"""What guests are told and shown of what they may send, and of what they sent."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from portal.library.types import Asset
from sharing.albums.editing import make_album
from sharing.contents import contents_of
from sharing.contributions.contributors import contributor_of
from sharing.contributions.models import State, Upload
from sharing.links import LinkSettings, share_portal_album
from sharing.models import SharedLink
from sharing.views.door import VISITOR_COOKIE

pytestmark = pytest.mark.django_db
VISITOR = "a" * 32
SHA1 = bytes(range(20))
Share = Callable[..., SharedLink]


@pytest.fixture
def anna(guest: Client) -> Client:
    guest.cookies[VISITOR_COOKIE] = VISITOR
    return guest


@pytest.fixture
def send(owner: User) -> Callable[..., Upload]:
    """What Anna sent by a link: ``send(link, state=State.HELD)``."""

    def record(
        link: SharedLink, visitor: str = VISITOR, name: str = "Anna", **facts: Any
    ) -> Upload:
        values: dict[str, Any] = {
            "filename": "IMG_1.jpg",
            "size": 1000,
            "state": State.HELD,
            "album_id": link.album_id,
            "sha1": SHA1,
        }
        return Upload.objects.create(
            owner=owner,
            link=link,
            contributor=contributor_of(link, visitor, name),
            **(values | facts),
        )

    return record


def ask(client: Client, link: SharedLink, what: str, **body: object) -> Any:
    address = f"{link.path}/{what}"
    return client.post(address, json.dumps(body), content_type="application/json")


def test_a_link_without_uploads_has_no_page_for_them(guest: Client, share: Share) -> None:
    link = share()
    for address in ("add", "sending", "sent"):
        assert guest.get(f"{link.path}/{address}").status_code == 404
    assert ask(guest, link, "known", sha1=[]).status_code == 404
    page = guest.get(link.path).content.decode()
    assert "Add photos" not in page
    assert "sending/entry" not in page


def test_a_link_with_uploads_invites_on_the_albums_page(
    guest: Client, share: Share, photo: Asset
) -> None:
    link = share(allow_upload=True)
    page = guest.get(link.path).content.decode()
    assert f'href="{link.path}/add"' in page
    assert "The owner looks at them before they appear in the album." in page
    assert "So that the owner knows who took these." in page


def test_whoever_is_named_to_all_is_told_so(guest: Client, share: Share) -> None:
    link = share(allow_upload=True, credits_senders=True, holds_uploads=False)
    page = guest.get(f"{link.path}/add").content.decode()
    assert "Let everyone know who took these." in page
    assert "They appear in the album as soon as they have been checked." in page


def test_an_album_that_is_hidden_shows_its_title_and_nothing_of_itself(
    guest: Client, share: Share, photo: Asset
) -> None:
    link = share(allow_upload=True, hides_album=True, description="Our day")
    answer = guest.get(link.path)
    page = answer.content.decode()
    assert "Our day" in page
    assert answer["Cache-Control"] == "no-store"
    assert str(photo.id) not in page
    assert photo.filename not in page
    assert "1 photo" not in page
    assert "/media/" not in page
    assert "og:image" not in page


def test_chat_apps_see_the_title_of_a_hidden_album_and_no_more(
    guest: Client, share: Share, photo: Asset
) -> None:
    link = share(allow_upload=True, hides_album=True, description="Our day", max_visitors=1)
    page = guest.get(link.path, headers={"User-Agent": "WhatsApp/2.23"}).content.decode()
    assert '<meta property="og:title" content="Our day">' in page
    assert "<h1>Our day</h1>" in page
    assert "Open this link in a browser to add your photos." in page
    assert 'type="file"' not in page
    assert "1 photo" not in page


def test_closed_uploads_are_said_and_the_own_files_stay(
    anna: Client, share: Share, send: Callable[..., Upload]
) -> None:
    past = timezone.now() - timedelta(hours=1)
    link = share(allow_upload=True, hides_album=True, uploads_until=past)
    send(link)
    page = anna.get(link.path).content.decode()
    assert "No more photos are taken here" in page
    assert "IMG_1.jpg" in page
    assert 'type="file"' not in page
    assert anna.get(f"{link.path}/sending").json()["isOpen"] is False
    assert ask(anna, link, "known", sha1=[]).status_code == 404


def test_the_queue_learns_the_rules(guest: Client, share: Share) -> None:
    link = share(allow_upload=True, max_upload_size=5_000_000, max_upload_files=3)
    facts = guest.get(f"{link.path}/sending").json()
    assert (facts["maxSize"], facts["filesLeft"], facts["isOpen"]) == (5_000_000, 3, True)
    assert facts["base"] == link.path
    assert facts["words"]["tooLarge"] == "Too large (limit 4.8\xa0MB)"


def test_only_what_the_guest_can_see_is_known(
    guest: Client, share: Share, photo: Asset, library: Any
) -> None:
    asked = {"sha1": ["11" * 20, "22" * 20]}
    told = ask(guest, share(allow_upload=True), "known", **asked).json()
    assert told == {"known": ["11" * 20], "sent": []}
    hidden = share(allow_upload=True, hides_album=True)
    assert ask(guest, hidden, "known", **asked).json() == {"known": [], "sent": []}


def test_what_the_guest_sent_is_known_to_this_guest_alone(
    anna: Client, share: Share, send: Callable[..., Upload]
) -> None:
    link = share(allow_upload=True)
    send(link)
    assert ask(anna, link, "known", sha1=[SHA1.hex()]).json()["sent"] == [SHA1.hex()]
    assert ask(Client(), link, "known", sha1=[SHA1.hex()]).json() == {"known": [], "sent": []}


@pytest.mark.parametrize(
    "body", ["", "[]", "null", '{"sha1": "x"}', '{"sha1": [1]}', '{"sha1": ["zz"]}', "\x00"]
)
def test_odd_questions_are_refused(guest: Client, share: Share, body: str) -> None:
    link = share(allow_upload=True)
    answer = guest.post(f"{link.path}/known", body, content_type="application/json")
    assert answer.status_code == 400
    too_many = {"sha1": ["11" * 20] * 501}
    assert ask(guest, link, "known", **too_many).status_code == 400
    assert ask(guest, link, "sent/states", ids=["x"]).status_code == 400


def test_states_are_told_to_the_sender_alone(
    anna: Client, share: Share, send: Callable[..., Upload]
) -> None:
    link = share(allow_upload=True)
    held = send(link)
    fake = send(link, state=State.REFUSED, reason="This is not a photo.", sha1=None)
    ids = [str(held.pk), str(fake.pk), str(uuid4())]
    assert ask(anna, link, "sent/states", ids=ids).json() == {
        str(held.pk): {"state": "held", "words": "Waiting for the owner to look at it"},
        str(fake.pk): {"state": "refused", "words": "This is not a photo."},
    }
    assert ask(Client(), link, "sent/states", ids=ids).json() == {}


def test_the_receipt_lists_ones_own_and_no_half_of_a_live_photo(
    anna: Client, share: Share, send: Callable[..., Upload]
) -> None:
    link = share(allow_upload=True)
    video = send(link, filename="IMG_2.mov")
    send(link, filename="IMG_2.heic", live_video=video)
    send(link, visitor="b" * 32, name="Ben", filename="BEN.jpg")
    send(link, filename="GONE.jpg", state=State.WITHDRAWN)
    page = anna.get(f"{link.path}/sent").content.decode()
    assert "IMG_2.heic" in page
    for other in ("IMG_2.mov", "BEN.jpg", "GONE.jpg"):
        assert other not in page


def test_a_rejection_is_told_without_its_reason(
    anna: Client, share: Share, send: Callable[..., Upload]
) -> None:
    link = share(allow_upload=True)
    send(link, state=State.REJECTED, reason="too dark, says the owner")
    page = anna.get(f"{link.path}/sent").content.decode()
    assert "Not added" in page
    assert "too dark" not in page
    assert "Take back" not in page


def test_captions_and_taking_back_are_for_the_sender(
    anna: Client, share: Share, send: Callable[..., Upload]
) -> None:
    link = share(allow_upload=True)
    upload = send(link)
    one = f"{link.path}/sent/{upload.pk}"
    assert Client().post(f"{one}/caption", {"caption": "mine now"}).status_code == 404
    assert Client().post(f"{one}/take-back").status_code == 404
    assert anna.post(f"{one}/caption", {"caption": "At the lake"}).status_code == 302
    upload.refresh_from_db()
    assert (upload.caption, upload.state) == ("At the lake", State.HELD)
    answer = anna.post(f"{one}/take-back", {"page": "2"})
    assert answer["Location"] == f"{link.path}/sent?page=2"
    upload.refresh_from_db()
    assert upload.state == State.WITHDRAWN


def test_the_look_is_for_the_sender(
    anna: Client, share: Share, send: Callable[..., Upload]
) -> None:
    link = share(allow_upload=True)
    upload = send(link)
    settings.STAGING_DIR.mkdir(parents=True, exist_ok=True)
    upload.look.write_bytes(b"a small picture")
    address = f"{link.path}/sent/{upload.pk}/look"
    try:
        answer = anna.get(address)
        assert (answer.content, answer["Content-Type"]) == (b"a small picture", "image/webp")
        assert answer["Cache-Control"].startswith("private")
        assert Client().get(address).status_code == 404
    finally:
        upload.look.unlink()
    assert anna.get(address).status_code == 404


def test_senders_are_named_where_the_owner_wants_it(
    guest: Client, share: Share, photo: Asset, send: Callable[..., Upload]
) -> None:
    naming, silent = share(allow_upload=True, credits_senders=True), share()
    send(naming, state=State.DONE, asset_id=photo.id)
    assert 'data-credit="From Anna"' in guest.get(naming.path).content.decode()
    assert "Anna" in guest.get(f"{naming.path}/info/{photo.id}").content.decode()
    assert "From Anna" in guest.get(f"{naming.path}/photo/{photo.id}").content.decode()
    for address in ("", f"/info/{photo.id}", f"/photo/{photo.id}"):
        assert "Anna" not in guest.get(silent.path + address).content.decode()


def test_who_was_told_that_only_the_owner_sees_the_name_is_named_nowhere(
    guest: Client, share: Share, photo: Asset, send: Callable[..., Upload]
) -> None:
    send(share(allow_upload=True), state=State.DONE, asset_id=photo.id)
    naming = share(allow_upload=True, credits_senders=True)
    assert "Anna" not in guest.get(naming.path).content.decode()


def test_a_name_cannot_become_markup(
    guest: Client, share: Share, photo: Asset, send: Callable[..., Upload]
) -> None:
    link = share(allow_upload=True, credits_senders=True)
    send(link, name='"><script>x</script>', state=State.DONE, asset_id=photo.id)
    for address in ("", f"/info/{photo.id}", f"/photo/{photo.id}"):
        assert "<script>x" not in guest.get(link.path + address).content.decode()


@pytest.mark.parametrize("upload_id", [UUID(int=0), uuid4()])
def test_what_is_not_there_is_not_there(anna: Client, share: Share, upload_id: UUID) -> None:
    link = share(allow_upload=True)
    assert anna.get(f"{link.path}/sent/{upload_id}/look").status_code == 404
    assert anna.post(f"{link.path}/sent/{upload_id}/caption").status_code == 404


@pytest.mark.parametrize("what", ["known", "sent/states"])
def test_a_question_nested_without_end_is_not_understood(
    anna: Client, share: Share, what: str
) -> None:
    link = share(allow_upload=True)
    body = b"[" * 100_000
    answer = anna.post(f"{link.path}/{what}", body, content_type="application/json")
    assert answer.status_code == 400


def test_what_the_library_had_elsewhere_goes_by_the_name_that_its_sender_gave_it(
    guest: Client, share: Share, photo: Asset, send: Callable[..., Upload]
) -> None:
    link, other = share(allow_upload=True), share()
    taken: dict[str, Any] = {"state": State.DONE, "asset_id": photo.id, "was_there": True}
    send(link, filename="Mine.php", media_type="image/jpeg", **taken)
    send(link, "b" * 32, "Ben", filename="later.jpg", media_type="image/jpeg", **taken)
    for where in (link, other):
        for place in ("", f"/photo/{photo.id}", f"/info/{photo.id}"):
            page = guest.get(f"{where.path}{place}").content.decode()
            assert "Mine.php.jpg" in page
            assert photo.filename not in page
        (named,) = contents_of(where).named(frozenset({photo.id}))
        assert named.filename == "Mine.php.jpg"


def test_what_guests_of_a_hidden_album_send_renames_nothing_in_it(
    share: Share, photo: Asset, send: Callable[..., Upload]
) -> None:
    hiding, showing = share(allow_upload=True, hides_album=True), share()
    send(hiding, filename="mine.jpg", state=State.DONE, asset_id=photo.id, was_there=True)
    (named,) = contents_of(showing).named(frozenset({photo.id}))
    assert named.filename == photo.filename


def test_in_an_album_made_here_only_what_a_guest_brought_goes_by_their_name(
    owner: User, share: Share, photo: Asset, send: Callable[..., Upload]
) -> None:
    made = make_album(owner, "Best of", [photo.id])
    link = share_portal_album(owner, made, LinkSettings(allow_upload=True))
    upload = send(
        link, filename="mine.jpg", media_type="image/jpeg", state=State.DONE,
        portal_album=made, asset_id=photo.id, was_there=True,
    )  # fmt: skip
    asset = contents_of(link).asset(photo.id)
    assert asset
    assert asset.filename == photo.filename
    Upload.objects.filter(pk=upload.pk).update(joined_album=True)
    asset = contents_of(link).asset(photo.id)
    assert asset
    assert asset.filename == "mine.jpg"
