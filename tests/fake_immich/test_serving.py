import httpx

from tests.immich import Immich, ImmichProcess


def test_a_stand_in_answers_in_a_thread(immich: Immich) -> None:
    assert httpx.get(f"{immich.url}/api/server/ping").json() == {"res": "pong"}


def test_a_stand_in_answers_as_a_process_and_obeys(immich_process: ImmichProcess) -> None:
    immich_process.control.set_version(version="3.2.0")

    answer = httpx.get(f"{immich_process.url}/api/server/version").json()
    assert (answer["major"], answer["minor"], answer["patch"]) == (3, 2, 0)
