"""Options by flag, variable and credential; wrong ones end with 2 and a sentence, keys stay secret."""

from pathlib import Path

import pytest

from downloads.batch.asked import understand
from downloads.batch.options import gather
from downloads.batch.wanted import WrongOptions
from tests.batch.conftest import Run, files_in, run_command
from tests.immich import Immich
from tests.running import manage

KEY = "a-secret-key-of-the-owner-1234567890"


def credentials(folder: Path, **texts: str) -> dict[str, str]:
    for name, text in texts.items():
        (folder / name).write_text(text + "\n")
    return {"CREDENTIALS_DIRECTORY": str(folder)}


def test_a_flag_beats_a_variable_and_that_a_credential(tmp_path: Path) -> None:
    env = credentials(tmp_path, save_to="/c", threads="1", immich_api_key="c", last_days="3")
    env |= {"THREADS": "2", "IMMICH_API_KEY": "e", "IMMICH_API_URL": "http://e", "ALBUM": ""}
    asked = understand(gather({"threads": "3", "album": None}, env))
    assert (asked.threads, asked.api_key, str(asked.save_to)) == (3, "e", "/c")
    assert asked.which.created_after is not None
    assert asked.which.album == ""


@pytest.mark.parametrize("name", ["immmich_api_key", "immich-api-key", "immich_api_key"])
def test_the_key_s_file_may_be_spelled_as_people_do(tmp_path: Path, name: str) -> None:
    env = credentials(tmp_path, **{name: KEY}) | {"IMMICH_API_URL": "http://e", "SAVE_TO": "/x"}
    assert understand(gather({}, env)).api_key == KEY


@pytest.mark.parametrize("text", ['["a", "b"]', "a,b"])
def test_a_list_in_a_variable_is_json_or_parted_by_commas(text: str) -> None:
    assert gather({}, {"PERSON_IDS": text}).many("person-ids") == ("a", "b")


def test_a_password_of_something_else_is_not_sent_anywhere() -> None:
    env = {"PASSWORD": "of the database", "SHARE_URL": "https://x/share/k", "SAVE_TO": "/x"}
    assert understand(gather({}, env)).password == ""


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--threads", "0"], "expected a whole number"),
        (["--threads", "many"], "expected a whole number"),
        (["--last-days", "-3"], "expected a whole number"),
        (["--after", "yesterday"], "like 2024-05-31"),
        (["--after", "2024-01-01", "--last-days", "3"], "give one of them"),
        (["--taken-after", "2024-02-01", "--taken-before", "2024-01-01"], "nothing is in between"),
        (["--filters", "{"], "not JSON"),
        (["--filters", "[]"], "not a JSON object"),
        (["--filters", '{"page": 2}'], "page cannot be chosen"),
        (["--filters", '{"createdAfter": "x"}', "--last-days", "3"], "give one"),
        (["--filters", '{"takenAfter": "x"}'], "takenAfter"),
        (["--person-ids", "Anna"], "expected an id"),
        (["--album", "No such album"], "There is no album"),
        (["--album", ""], "--album is empty"),
        (["--path-template", "{year}/{nothing}"], "It knows {year}"),
        (["--path-template", "{filename!r}"], "It knows {year}"),
        (["--path-template", "{filename"], "--path-template"),
        (["--path-template", "../{filename}"], "outside"),
        (["--path-template", "/etc/{filename}"], "below the folder"),
        (["--path-template", "C:/{filename}"], "begin with none"),
        (["--path-template", "{year}\\{filename}"], "separate folders by /"),
        (["--path-template", "{year}/photo.jpg/"], "ends in a file's name"),
        (["--path-template", "photo.jpg"], "without any field"),
        (["--share-url", "https://x.example/share/abc", "--password", "x"], "link"),
        (["--password", "x"], "belongs to --share-url"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_ends_with_2(
    run: Run, immich: Immich, folder: Path, flags: list[str], words: str
) -> None:
    if "--share-url" in flags:
        flags = [*flags, "--immich-api-url", immich.url]
    ran = run(*flags)
    assert ran.code == 2
    assert words in ran.error
    assert not folder.exists()


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ([], "--save-to"),
        (["--save-to", "/x", "--immich-api-url", "http://x"], "no API key"),
        (["--save-to", "/x", "--immich-api-key", KEY], "no server"),
        (["--save-to", "/x", "--immich-api-url", "x y", "--immich-api-key", KEY], "expected an address"),
        (["--save-to", "/x", "--immich-api-url", "http://x", "--immich-api-key", "a b"], "no spaces"),
        (["--save-to", "/x", "--share-url", "https://x.example/albums/1"], "expected a link"),
    ],
)  # fmt: skip
def test_what_is_missing_is_asked_for(flags: list[str], words: str) -> None:
    ran = run_command(*flags)
    assert ran.code == 2
    assert words in ran.error
    assert KEY not in ran.error


@pytest.mark.parametrize("path", ["", "/", "/api", "/api/"])
def test_the_address_may_end_as_people_write_it(folder: Path, immich: Immich, path: str) -> None:
    ran = run_command("--save-to", str(folder), "--immich-api-url", f"{immich.url}{path}",
                      "--immmich_api_key", immich.api_key, "--dry-run")  # fmt: skip
    assert ran.code == 0


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("html", "a web page, not as Immich"),
        ("redirect-login", "sign-in"),
        ("not-json", "does not answer as Immich does"),
        ("other-json", "Immich does"),
        ("huge-json", "longer answer"),
        ("401", "does not accept"),
        ("403", "forbids"),
        ("503", "a fault of its own"),
    ],
)
def test_a_server_that_is_none_is_a_sentence(
    run: Run, immich: Immich, folder: Path, fault: str, words: str
) -> None:
    immich.control.fault(fault, times=None, path="/api/(?!.*original)")
    ran = run()
    assert ran.code == 1
    assert ran.error.count("\n") == 0
    assert immich.api_key not in ran.error
    assert words in ran.error
    assert files_in(folder) == {}


def test_nobody_there_is_a_sentence(folder: Path) -> None:
    ran = run_command("--save-to", str(folder), "--immich-api-url", "http://127.0.0.1:9",
                      "--immich-api-key", KEY)  # fmt: skip
    assert ran.code == 1
    assert "refuses connections" in ran.error


def test_from_a_shell_wrong_options_end_with_2_and_tell_no_key(tmp_path: Path) -> None:
    ended = manage(tmp_path, "download", "--immich-api-kay", KEY, "--save-to", "x")
    assert ended.returncode == 2
    assert "unrecognized arguments: --immich-api-kay" in ended.stderr
    assert KEY not in ended.stderr
    ended = manage(tmp_path, "download", "--save-to", "x", "--threads", "0")
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def test_times_are_of_the_zone_that_is_said() -> None:
    asked = understand(gather({"save_to": "/x", "taken_after": "2024-05-31"}, {}))
    moment = asked.which.taken_after
    assert moment is not None
    assert moment.isoformat().startswith("2024-05-31T00:00:00")
    with pytest.raises(WrongOptions):
        understand(gather({"save_to": "/x", "taken_after": "9999-99-99"}, {}))
