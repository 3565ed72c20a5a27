import asyncio
import threading
import time
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from django.db import InterfaceError, OperationalError

from portal.media import table as tables
from portal.media.grants import Grant
from portal.media.table import GrantsUnknown, GrantTable, Holding
from tests.media.conftest import MemoryGrants, Site


@pytest.fixture
def grants() -> MemoryGrants:
    return MemoryGrants()


def find_all(table: GrantTable, scopes: list[UUID]) -> list[Holding | None]:
    async def all_of_them() -> list[Holding | None]:
        return await asyncio.gather(*[table.find(scope) for scope in scopes])

    return asyncio.run(all_of_them())


def test_a_link_is_looked_up_once_for_all(grants: MemoryGrants) -> None:
    table, scope = GrantTable(grants), uuid4()
    grants.put(scope, epoch=3)
    holdings = find_all(table, [scope] * 50) + find_all(table, [scope])
    assert grants.look_ups == 1
    assert {holding.grant.epoch for holding in holdings if holding} == {3}


def test_an_unknown_link_is_not_asked_for_again_at_once(grants: MemoryGrants) -> None:
    table, scope = GrantTable(grants), uuid4()
    for _ in range(3):
        assert find_all(table, [scope] * 10) == [None] * 10
    assert grants.look_ups == 1


def test_an_unknown_link_that_appears_is_found_soon(
    grants: MemoryGrants, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "UNKNOWN_FOR", 0.05)
    table, scope = GrantTable(grants), uuid4()
    assert find_all(table, [scope]) == [None]
    grants.put(scope)
    time.sleep(0.06)
    assert find_all(table, [scope]) != [None]


def test_a_flood_of_unknown_links_is_turned_away(grants: MemoryGrants) -> None:
    class SlowGrants(MemoryGrants):
        answering = threading.Event()

        def find(self, scope: UUID) -> Grant | None:
            self.answering.wait(5)
            return super().find(scope)

    slow = SlowGrants()
    table = GrantTable(slow)

    async def flood() -> list[Holding | BaseException | None]:
        asking = [asyncio.ensure_future(table.find(uuid4())) for _ in range(1000)]
        await asyncio.sleep(0.1)
        slow.answering.set()
        return await asyncio.gather(*asking, return_exceptions=True)

    answers = asyncio.run(flood())
    assert sum(isinstance(answer, GrantsUnknown) for answer in answers) == 800
    assert slow.look_ups == 200


@pytest.mark.parametrize("trouble", [OperationalError("locked"), InterfaceError("closed")])
def test_a_database_in_trouble_is_503_and_then_well_again(site: Site, trouble: Exception) -> None:
    url = site.picture()
    site.grants.trouble = trouble
    response = site.get(url)
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    site.grants.trouble = None
    assert site.get(url).status_code == 200


def test_who_cannot_hear_of_changes_grants_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = site.picture()
    assert site.get(url).status_code == 200
    monkeypatch.setattr(tables, "BLIND_AFTER", -1.0)
    response = site.get(url)
    assert (response.status_code, response.text) == (503, "Service Unavailable\n")
    assert site.ask("HEAD", url).status_code == 503


class Revisions(MemoryGrants):
    """Says what it was asked, and fails as often as told."""

    def __init__(self) -> None:
        super().__init__()
        self.moments: list[datetime] = []
        self.failures = 0

    def revised_since(self, moment: datetime) -> list[Grant]:
        self.moments.append(moment)
        if self.failures:
            self.failures -= 1
            raise RuntimeError("anything at all")
        return super().revised_since(moment)


def test_changes_are_noticed_and_asking_goes_on_after_any_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tables, "ASK_EVERY", 0.01)
    grants, scope = Revisions(), uuid4()
    grants.put(scope)
    grants.failures = 3
    table = GrantTable(grants)

    async def watch() -> list[int]:
        holding = await table.find(scope)
        assert holding is not None
        running = asyncio.create_task(table.run())
        grants.put(scope, epoch=2)
        await asyncio.sleep(0.3)
        seen = [holding.grant.epoch]
        grants.put(scope, epoch=1)  # an answer that was on its way for long
        await asyncio.sleep(0.1)
        running.cancel()
        await asyncio.wait({running})
        return [*seen, holding.grant.epoch]

    assert asyncio.run(watch()) == [2, 2]
    first, *later = grants.moments
    assert later[0] == later[1] == later[2] == first  # nothing is skipped by a failure
    assert later[-1] > first
    assert grants.look_ups == 1


def test_only_the_recent_links_stay_but_those_in_use(
    grants: MemoryGrants, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_LINKS", 10)
    table = GrantTable(grants)
    scopes = [uuid4() for _ in range(30)]
    for scope in scopes:
        grants.put(scope)
    (in_use,) = find_all(table, scopes[:1])
    find_all(table, scopes[1:])
    assert table.known(scopes[0]) is in_use
    assert [table.known(scope) is None for scope in scopes[1:20]] == [True] * 19
    assert all(table.known(scope) for scope in scopes[20:])


def test_a_row_that_is_gone_closes_its_streams(grants: MemoryGrants) -> None:
    table, scope = GrantTable(grants), uuid4()
    grants.put(scope)
    (holding,) = find_all(table, [scope])
    assert holding is not None
    assert holding.still_grants(1)
    del grants.links[scope]
    holding.looked_up_at -= tables.KNOWN_FOR + 1
    assert find_all(table, [scope]) == [None]
    assert not holding.still_grants(1)
