"""What a link takes and when: clear words, the right status, and nothing that arrived is lost."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.intake.conftest import StartPortal
from tests.intake.portal import Portal
from tests.intake.tus import Tus, answer_of
from tests.running import wait_until

Visit = Callable[[str], Tus]
EARLIER, LATER = "2020-01-01 00:00:00", "2100-01-01 00:00:00"
SHUT: list[tuple[dict[str, Any], int]] = [
    ({"is_paused": 1}, 410),
    ({"expires_at": EARLIER}, 410),
    ({"deleted_at": EARLIER}, 410),
    ({"password": "argon2$never"}, 401),
    ({"allow_upload": 0}, 403),
    ({"uploads_until": EARLIER}, 403),
]


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["message"]


@pytest.mark.parametrize(("changes", "status"), SHUT)
def test_a_link_that_takes_nothing_says_so(
    portal: Portal, visit: Visit, changes: dict[str, Any], status: int
) -> None:
    guest = visit(portal.link(**changes))
    for answer in (guest.try_to_create(10, b"x" * 10), guest.ask("POST", f"{guest.link}/uploads")):
        if answer.status_code != 400:
            assert answer.status_code == status
            assert answer.json()["message"]
    assert portal.rows(guest.link) == []


def test_an_unknown_link_is_not_there(portal: Portal, visit: Visit) -> None:
    assert visit(f"{portal.url}/share/{'x' * 64}").try_to_create(10).status_code == 404


@pytest.mark.parametrize(("changes", "status"), SHUT)
def test_what_arrived_before_the_link_was_shut_is_kept(
    guest: Tus, portal: Portal, changes: dict[str, Any], status: int
) -> None:
    done, half = guest.send(b"abc"), guest.create(6)
    guest.patch(half, 0, b"abc")
    portal.change(guest.link, **changes)
    answer = guest.patch(half, 3, b"def")
    assert answer.status_code == status
    assert answer.json()["message"]
    assert portal.content(done) == b"abc"
    assert portal.content(half) == b"abc"
    assert portal.row(done)["state"] == "arrived"
    opened = {"password": "", "allow_upload": 1, "is_paused": 0} | dict.fromkeys(
        ("expires_at", "deleted_at", "uploads_until")
    )
    portal.change(guest.link, **opened)
    assert guest.patch(half, 3, b"def").status_code == 204
    assert portal.content(half) == b"abcdef"


def test_a_link_shut_in_the_middle_of_a_request_ends_it(guest: Tus, portal: Portal) -> None:
    address = guest.create(1_000_000)
    connection = guest.begin_patch(address, 0, 1_000_000)
    connection.sendall(bytes(300_000))
    wait_until(lambda: portal.size(address) == 300_000, 5)
    portal.change(guest.link, expires_at=EARLIER)
    assert " 410 " in answer_of(connection)
    connection.close()
    assert guest.offset(address) == 300_000


def test_a_file_over_the_limit_is_refused(portal: Portal, visit: Visit) -> None:
    guest = visit(portal.link(max_upload_size=2 * 2**20))
    assert refusal(guest.try_to_create(2 * 2**20 + 1)) == (413, "Too large (limit 2.0\xa0MB)")
    assert guest.try_to_create(2 * 2**20).status_code == 201
    said = guest.client.options(f"{guest.link}/uploads/")
    assert said.headers["tus-max-size"] == str(2 * 2**20)


def test_only_so_many_files_are_taken(portal: Portal, visit: Visit) -> None:
    guest = visit(portal.link(max_upload_files=2))
    address = guest.send(b"one")
    guest.create(3)
    status, words = refusal(guest.try_to_create(3))
    assert (status, words) == (413, "As many files were sent as this album takes.")
    guest.ask("DELETE", address)
    assert guest.try_to_create(3).status_code == 201


def test_a_file_nobody_goes_on_with_keeps_no_place_for_ever(portal: Portal, visit: Visit) -> None:
    link = portal.link(max_upload_files=1)
    early = visit(link)
    left = early.create(3)
    portal.be_silent(left)
    assert early.head(left).status_code == 200  # asking alone does not keep it
    other = visit(link)
    other.send(b"one")
    status, words = refusal(early.patch(left, 0, b"two"))
    assert (status, words) == (413, "As many files were sent as this album takes.")
    portal.change(link, max_upload_files=2)
    assert early.patch(left, 0, b"two").status_code == 204


def test_only_so_many_bytes_are_taken(portal: Portal, visit: Visit) -> None:
    guest = visit(portal.link(max_upload_bytes=1000))
    guest.send(bytes(600))
    status, words = refusal(guest.try_to_create(401))
    assert (status, words) == (413, "This album has room for no more than 400\xa0bytes.")
    assert guest.try_to_create(400).status_code == 201


def test_uploads_may_close_before_the_link(portal: Portal, visit: Visit) -> None:
    assert visit(portal.link(uploads_until=LATER)).try_to_create(3).status_code == 201


def test_a_full_link_takes_nothing_from_those_who_did_not_come_in(
    portal: Portal, visit: Visit
) -> None:
    assert visit(portal.link(max_visitors=1)).try_to_create(3).status_code == 410


def test_the_staging_folder_holds_only_so_much(start_portal: StartPortal, visit: Visit) -> None:
    portal = start_portal(1, LOGGIA_STAGING_SIZE="1M")
    guest = visit(portal.link())
    guest.send(bytes(600_000))
    status, words = refusal(guest.try_to_create(600_000))
    assert (status, words[:32]) == (507, "The server has no room right now")
    assert guest.try_to_create(400_000).status_code == 201


def test_unfinished_files_take_the_room_that_their_bytes_do_however_old_they_are(
    start_portal: StartPortal, visit: Visit
) -> None:
    portal = start_portal(1, LOGGIA_STAGING_SIZE="1M")
    guest = visit(portal.link())
    upload = guest.create(900_000)
    guest.patch(upload, 0, bytes(600_000))
    portal.be_silent(upload)
    assert guest.try_to_create(300_000).status_code == 201
    assert guest.try_to_create(300_000).status_code == 507


def test_who_comes_back_late_goes_on_once_there_is_room_again(
    start_portal: StartPortal, visit: Visit
) -> None:
    portal = start_portal(1, LOGGIA_STAGING_SIZE="1M")
    guest = visit(portal.link())
    late = guest.create(900_000)
    guest.patch(late, 0, bytes(100_000))
    portal.be_silent(late)
    other = guest.send(bytes(500_000))
    assert guest.offset(late) == 100_000
    status, words = refusal(guest.patch(late, 100_000, bytes(800_000)))
    assert (status, words[:32]) == (507, "The server has no room right now")
    assert guest.ask("DELETE", other).status_code == 204
    assert guest.patch(late, guest.offset(late), bytes(800_000)).status_code == 204


def test_the_reserve_of_the_disk_is_never_eaten(start_portal: StartPortal, visit: Visit) -> None:
    portal = start_portal(1, LOGGIA_DISK_RESERVE="900T")
    guest = visit(portal.link())
    assert guest.try_to_create(1).status_code == 507
    assert portal.rows(guest.link) == []
