import httpx
import pytest
from django.core.management import CommandError, call_command

from tests.immich import Immich, ImmichProcess


def test_a_stand_in_answers_in_a_thread(immich: Immich) -> None:
    assert httpx.get(f"{immich.url}/api/server/ping").json() == {"res": "pong"}


def test_a_stand_in_answers_as_a_process_and_obeys(immich_process: ImmichProcess) -> None:
    immich_process.control.set_version(version="3.2.0")

    answer = httpx.get(f"{immich_process.url}/api/server/version").json()
    assert (answer["major"], answer["minor"], answer["patch"]) == (3, 2, 0)


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--bind", "nonsense", "HOST:PORT"),
        ("--version", "3", "2.7.5 or 3.2.0"),
        ("--file-size", "4X", "4M"),
        ("--faults", "clsoe=0.1", "no fault 'clsoe'"),
        ("--photos", "/nowhere", "is not a folder"),
    ],
)
def test_options_that_make_no_sense_are_said(option: str, value: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("fake_immich", "--small", f"{option}={value}", *_anywhere(option))


def _anywhere(option: str) -> list[str]:
    return [] if option == "--bind" else ["--bind=127.0.0.1:0"]
