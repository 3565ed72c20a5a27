"""schemathesis asks /api what nobody thinks of, by its own description; each run asks the same."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api_conformity.asking import Names
from tests.api_homes import Home, Start, over_a_folder, over_immich, unique

SEED = "20241121"
MOST_EXAMPLES = "8"  # an operation and phase
LONGEST = {"folder": 40, "immich": 20}  # seconds
OVER = {"folder": over_a_folder, "immich": over_immich}
COMMAND = (sys.executable, "-W", "ignore", "-m", "schemathesis.cli")
pytestmark = pytest.mark.timeout(180)

# Ids that are there, so that more is tried than what a wrong id brings
IDS = """
[[operations]]
include-path-regex = '^/{room}/[{{]'
parameters = {{ "path.id" = "{id}" }}
"""


@pytest.fixture(scope="module", params=OVER)
def home(
    request: pytest.FixtureRequest, photos_of_homes: Path, start_loggia: Start
) -> Iterator[Home]:
    """One of its own: where many keys were wrong, right answers of other tests would be 429."""
    with OVER[request.param](start_loggia, photos_of_homes) as home:
        yield home


@pytest.mark.parametrize("who", ["owner", "guest"])
def test_nothing_breaks_and_nothing_is_undocumented(
    home: Home, names: Names, who: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    longest = LONGEST[request.node.callspec.params["home"]]
    longest = longest if who == "owner" else longest // 2
    album = home.http.post("/albums", json={"albumName": unique("Any")}).json()["id"]
    rooms = {"assets": names["photo"], "albums": album, "shared-links": home.link("Garden")["id"]}
    ids = [IDS.format(room=room, id=each) for room, each in rooms.items()]
    (tmp_path / "schemathesis.toml").write_text("".join(ids))
    header = (
        f"x-api-key: {home.key}" if who == "owner" else f"x-immich-share-key: {names['upload']}"
    )
    done = subprocess.run(
        [
            *COMMAND, "run", f"{home.api}/openapi.json", "--header", header, "--seed", SEED,
            "--phases", "coverage,fuzzing", "--max-examples", MOST_EXAMPLES,
            "--max-time", str(longest), "--request-timeout", "30", "--continue-on-failure",
            "--checks", "not_a_server_error,status_code_conformance", "--no-color",
            "--generation-database", "none", "--warnings", "off",
            "--suppress-health-check", "all",
        ],
        cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=150,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert home.http.get("/server/ping").json() == {"res": "pong"}
