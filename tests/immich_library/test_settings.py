"""The settings that put an Immich behind the portal."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.env import Environment
from tests.running import MANAGE


def test_an_address_and_a_key_are_read_however_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret\n")
    env = Environment({"HOME_URL": " http://Home:2283/api/ ", "KEY_FILE": str(tmp_path / "key")})
    assert env.immich_address("HOME_URL") == "http://home:2283"
    assert env.immich_key("KEY") == "secret"
    assert (env.immich_address("NONE"), env.immich_key("NONE")) == ("", "")


@pytest.mark.parametrize("address", ["home:2283", "ftp://home", "http://u:p@home", "http://home?x"])
def test_what_is_no_address_is_refused_by_its_name(address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="HOME_URL"):
        Environment({"HOME_URL": address}).immich_address("HOME_URL")


def test_a_key_that_cannot_be_one_is_refused_without_repeating_it() -> None:
    with pytest.raises(ImproperlyConfigured) as told:
        Environment({"KEY": "two secret words"}).immich_key("KEY")
    assert "secret" not in str(told.value)


def test_an_address_without_a_key_stops_the_start_in_one_line(tmp_path: Path) -> None:
    own = {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "LOGGIA_DATA": str(tmp_path),
        "LOGGIA_IMMICH_URL": "http://home:2283",
    }
    command = [sys.executable, str(MANAGE), "check"]
    done = subprocess.run(
        command, env=os.environ | own, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "LOGGIA_IMMICH_API_KEY" in done.stderr
    assert "Traceback" not in done.stderr
