"""Settings fail loudly: the variable, its value, and what was expected."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.env import Environment, parse_duration


def test_absent_and_empty_variables_give_the_default() -> None:
    env = Environment({"EMPTY": "  "})
    assert env.text("ABSENT", "a") == "a"
    assert env.text("EMPTY", "b") == "b"
    assert env.integer("ABSENT", 7) == 7


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("5m", 300), ("12h", 43_200), ("7d", 604_800), (" 1D", 86_400)],
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "5 minutes", "1.5h", "٣d"])
def test_a_duration_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="30s, 5m"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [("1048576", 2**20), ("500M", 500 * 2**20), ("20g", 20 * 2**30), ("1TB", 2**40)],
)
def test_sizes(text: str, size: int) -> None:
    assert Environment({"SIZE": text}).size("SIZE", "1M") == size


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8000", ("127.0.0.1", 8000)),
        ("[::1]:80", ("::1", 80)),
        ("0.0.0.0:0", ("0.0.0.0", 0)),  # noqa: S104
    ],
)
def test_addresses(text: str, address: tuple[str, int]) -> None:
    assert Environment({"BIND": text}).address("BIND", "") == address


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        ("integer", "many"),
        ("integer", "-1"),
        ("size", "5 apples"),
        ("duration", "soon"),
        ("address", "8000"),
        ("address", "host:99999"),
        ("address", "host:port"),
    ],
)
def test_nonsense_names_the_variable_and_the_value(reader: str, text: str) -> None:
    env = Environment({"LOGGIA_X": text})
    defaults = {"integer": 1, "size": "1M", "duration": "1m", "address": "localhost:1"}
    with pytest.raises(ImproperlyConfigured, match=f"LOGGIA_X={text}"):
        getattr(env, reader)("LOGGIA_X", defaults[reader])


def test_a_switch_is_yes_or_no() -> None:
    env = Environment({"ON": "Yes", "OFF": "0", "ODD": "maybe"})
    assert env.boolean("ON", default=False)
    assert not env.boolean("OFF", default=True)
    with pytest.raises(ImproperlyConfigured, match="ODD=maybe"):
        env.boolean("ODD", default=True)


def test_a_secret_is_read_from_the_file_that_is_named(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("correct horse\n")
    assert Environment({"LOGGIA_KEY_FILE": str(secret)}).text("LOGGIA_KEY") == "correct horse"


def test_a_secret_file_that_is_missing_or_doubled_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="LOGGIA_KEY_FILE"):
        Environment({"LOGGIA_KEY_FILE": str(tmp_path / "none")}).text("LOGGIA_KEY")
    with pytest.raises(ImproperlyConfigured, match="not both"):
        Environment({"LOGGIA_KEY": "a", "LOGGIA_KEY_FILE": "b"}).text("LOGGIA_KEY")
