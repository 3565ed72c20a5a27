"""Owners hear of what was sent: in batches, by e-mail and by services, and no key gets out."""

import json
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.utils import timezone

from portal.checks import check_services
from portal.leases.models import Lease
from portal.mail_server import BadMailServer, MailServer, parse_mail_server
from sharing.contributions import tasks
from sharing.contributions.models import State, Upload
from sharing.contributions.news import owners_to_tell
from sharing.models import SharedLink
from tests.finishing.conftest import Send
from tests.library.files import write_photo

pytestmark = pytest.mark.filterwarnings("ignore:.imghdr. is deprecated")  # by Apprise
Messages = list[dict[str, str]]


class Listener(BaseHTTPRequestHandler):
    """Takes what Apprise's ``json://`` sends; ``/broken`` is a service in trouble."""

    heard: Messages = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(500 if "broken" in self.path else 200)
        self.end_headers()
        if "broken" not in self.path:
            self.heard.append(json.loads(body))

    def log_message(self, *_args: object) -> None:
        return


@pytest.fixture
def service() -> Iterator[tuple[str, Messages]]:
    """A service on this machine: its address for Apprise, and what it was told."""
    Listener.heard = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}/secret-key-of-mine", Listener.heard
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def by_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "LOGGIA_EMAIL_URL", parse_mail_server("smtp://localhost:25"))


@pytest.fixture
def some_sent(send: Send, straight_link: SharedLink, tmp_path: Path) -> Callable[[int], None]:
    """Let files have come in, a while ago."""

    def make(minutes: int = 5) -> None:
        photo, ago = write_photo(tmp_path / "a.jpg"), timezone.now() - timedelta(minutes=minutes)
        for _number in range(12):
            send(photo, state=State.HELD, arrived_at=ago)
        send(photo, "Ben", link=straight_link, state=State.DONE, arrived_at=ago)

    return make


def next_turn() -> None:
    Lease.objects.filter(name__startswith="turn:").delete()


def test_many_files_are_one_mail_with_counts_and_the_way_to_the_review(
    by_mail: None, some_sent: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "LOGGIA_PUBLIC_URL", "https://photos.example.org")
    some_sent()
    tasks.tell_owners()
    tasks.tell_owners()
    [message] = mail.outbox
    assert message.to == ["olga@example.org"]
    assert message.subject == "Loggia: 13 new photos and videos"
    assert "summer: 12 wait for your review" in message.body
    assert "straight: 1 was added to the album" in message.body
    assert "https://photos.example.org/review/" in message.body
    assert "Anna" not in message.body
    assert not Upload.objects.filter(told_at=None).exists()


def test_nobody_is_told_twice_nor_more_often_than_every_quarter_of_an_hour(
    by_mail: None, some_sent: Callable[[], None]
) -> None:
    some_sent()
    tasks.tell_owners()
    some_sent()
    tasks.tell_owners()
    assert len(mail.outbox) == 1
    next_turn()
    tasks.tell_owners()
    tasks.tell_owners()
    assert len(mail.outbox) == 2


def test_while_somebody_is_sending_nothing_is_told_until_it_takes_long(
    by_mail: None, send: Send, tmp_path: Path
) -> None:
    photo, now = write_photo(tmp_path / "a.jpg"), timezone.now()
    first = send(photo, state=State.HELD, arrived_at=now - timedelta(minutes=5))
    send(photo, state=State.HELD, arrived_at=now)
    assert not owners_to_tell()
    Upload.objects.filter(pk=first.pk).update(arrived_at=now - timedelta(minutes=16))
    assert list(owners_to_tell()) == [first.owner]


def test_owners_hear_nothing_of_what_they_sent_themselves_nor_of_what_came_to_nothing(
    by_mail: None, send: Send, link: SharedLink, tmp_path: Path
) -> None:
    photo, ago = write_photo(tmp_path / "a.jpg"), timezone.now() - timedelta(minutes=5)
    for state in (State.REFUSED, State.DUPLICATE, State.WITHDRAWN, State.ARRIVED):
        send(photo, state=state, arrived_at=ago)
    SharedLink.objects.filter(pk=link.pk).update(is_for_owner=True)
    send(photo, state=State.DONE, arrived_at=ago)
    assert not owners_to_tell()


def test_without_any_way_to_tell_nothing_is_done(some_sent: Callable[[], None]) -> None:
    some_sent()
    assert not owners_to_tell()
    tasks.sweep()
    tasks.tell_owners()
    assert not mail.outbox


def test_any_service_of_apprise_is_told(
    service: tuple[str, Messages], some_sent: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, heard = service
    monkeypatch.setattr(settings, "LOGGIA_NOTIFY_URLS", [address])
    monkeypatch.setattr(settings, "LOGGIA_NOTIFY_LANGUAGE", "de")
    some_sent()
    tasks.tell_owners()
    [message] = heard
    assert message["title"] == "Loggia: 13 neue Fotos und Videos"
    assert "summer: 12 warten auf deine Durchsicht" in message["message"]


def test_a_service_in_trouble_is_named_without_its_key_and_the_others_are_told(
    service: tuple[str, Messages], some_sent: Callable[[], None], monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    address, heard = service
    monkeypatch.setattr(settings, "LOGGIA_NOTIFY_URLS", [f"{address}/broken", address])
    some_sent()
    with caplog.at_level(logging.INFO, "sharing"):
        tasks.tell_owners()
    assert len(heard) == 1
    own = [one.getMessage() for one in caplog.records if one.name.startswith("sharing")]
    assert own == ["The owner could not be told by json."]


def test_what_could_be_told_in_no_way_is_told_later(
    service: tuple[str, Messages], some_sent: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, heard = service
    monkeypatch.setattr(settings, "LOGGIA_NOTIFY_URLS", ["nonsense://x", f"{address}/broken"])
    some_sent()
    tasks.tell_owners()
    assert Upload.objects.filter(told_at=None).count() == 13
    monkeypatch.setattr(settings, "LOGGIA_NOTIFY_URLS", [address])
    next_turn()
    tasks.tell_owners()
    assert len(heard) == 1


def test_a_mail_server_that_is_away_loses_no_news(
    by_mail: None, some_sent: Callable[[], None], owner: User, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
    monkeypatch.setattr(settings, "EMAIL_HOST", "127.0.0.1")
    monkeypatch.setattr(settings, "EMAIL_PORT", 9)
    some_sent()
    tasks.tell_owners()
    assert Upload.objects.filter(told_at=None).count() == 13
    assert owner.email not in caplog.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("smtp://localhost", MailServer("localhost", 25, "", "", False, False)),
        ("smtp://u:p@mail.x", MailServer("mail.x", 587, "u", "p", False, True)),
        ("smtps://u%40x:p%2F@mail.x", MailServer("mail.x", 465, "u@x", "p/", True, False)),
        ("smtps://u:p@mail.x:1465", MailServer("mail.x", 1465, "u", "p", True, False)),
    ],
)
def test_a_mail_server_is_read_from_one_address(text: str, expected: MailServer) -> None:
    assert parse_mail_server(text) == expected


@pytest.mark.parametrize(
    "text",
    ["mail.example.org", "http://mail", "smtp://", "smtp://u@x", "smtp://h:99999", "smtp://h/x?y",
     "smtp://user:top secret@[x"],
)  # fmt: skip
def test_what_is_no_mail_server_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(BadMailServer) as refused:
        parse_mail_server(text)
    assert "secret" not in str(refused.value)


def test_an_address_that_no_service_has_is_told_by_its_place_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    addresses = ["json://localhost/fine", "telepathy://secret-key"]
    monkeypatch.setattr(settings, "LOGGIA_NOTIFY_URLS", addresses)
    [told] = check_services(None)
    assert "address 2" in str(told.msg)
    assert "secret" not in str(told)
