"""A link for three visitors, and a crowd of programs at its door, on every route at once."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.running import RunningLoggia, wait_until

ROUTES = (
    "shared-links/me",
    "assets/{asset}/original",
    "albums/{album}",
    "assets/{asset}/thumbnail",
)
CROWD = 10  # addresses, each of which asks for all of these


@pytest.mark.timeout(240)
def test_as_many_come_in_as_may_and_those_see_everything(running_loggia: RunningLoggia) -> None:
    secret = running_loggia.manage("apikey", "create", "crowd").split()[-1]
    url, headers = f"{running_loggia.url}/api", {"x-api-key": secret}
    with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=60) as owner:
        wait_until(lambda: owner.get("/albums").json(), 60, running_loggia.log)
        album = owner.get("/albums").json()[0]["id"]
        found = owner.post("/search/metadata", json={"size": 1, "albumIds": [album]}).json()
        asset = found["assets"]["items"][0]["id"]
        link = owner.post("/shared-links", json={"type": "ALBUM", "albumId": album}).json()
        limits = f"/portal/links/{link['id']}"
        owner.patch(limits, json={"maxVisitors": 3}).raise_for_status()

        def come(number: int) -> tuple[int, int]:
            transport = httpx.HTTPTransport(local_address=f"127.0.0.{number // 4 + 2}")
            path = f"/{ROUTES[number % 4].format(asset=asset, album=album)}?key={link['key']}"
            with httpx.Client(base_url=url, transport=transport, timeout=60) as program:
                return number // 4, program.get(path).status_code

        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(come, range(CROWD * len(ROUTES))))
        visitors = owner.get(limits).json()["visitors"]
    seen = [{status for who, status in answers if who == each} for each in range(CROWD)]
    assert (seen.count({200}), seen.count({401}), visitors) == (3, CROWD - 3, 3), seen
