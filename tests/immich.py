"""Stand-ins for an Immich server: real sockets, in a thread or as a process of its own.

In a test: ``immich.url``, ``immich.api_key`` and ``immich.control``, which orders faults and
changes what is there: ``immich.control.fault("500", times=2)``, ``immich.control.trash([id])``.
"""

import inspect
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest

from portal.fake_immich.keys import API_KEY, LIMITED_KEY, OTHER_KEY
from tests.running import MANAGE

if TYPE_CHECKING:  # the picture libraries come only with a test that needs them
    from portal.fake_immich.control import Control
    from portal.fake_immich.running import ThreadedServer
    from portal.fake_immich.world import World

__all__ = [
    "LIMITED_KEY", "OTHER_KEY", "Immich", "ImmichProcess", "immich", "immich_process",
    "start_immich", "start_immich_process", "start_immich_server",
]  # fmt: skip


@dataclass(frozen=True)
class Immich:
    """A stand-in in a thread of this process."""

    server: "ThreadedServer"
    api_key: str = API_KEY

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def control(self) -> "Control":
        return self.server.control

    @property
    def world(self) -> "World":
        """To look at; to change it, ask ``control``."""
        return self.server.app.world

    def stop(self) -> None:
        """Connections are refused until ``start``."""
        self.server.stop()

    def start(self) -> None:
        self.server.start()


class _Remote:
    """``Control`` of another process, with the same methods."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __getattr__(self, name: str) -> Callable[..., Any]:
        from portal.fake_immich.control import Control

        signature = inspect.signature(getattr(Control, name))

        def call(*args: Any, **kwargs: Any) -> Any:
            bound = signature.bind(None, *args, **kwargs)
            body = {each: bound.arguments[each] for each in [*bound.arguments][1:]}
            if name == "add_link":  # the only one that takes any names
                body |= body.pop("fields", {})
            answer = httpx.post(f"{self._url}/control/{name}", json=body, timeout=60)
            if answer.is_error:
                raise ValueError(answer.text)
            return answer.json()["done"]

        return call


@dataclass
class ImmichProcess:
    """A stand-in as ``manage.py fake_immich``, with the same ``control``."""

    url: str
    process: subprocess.Popen[str]
    api_key: str = API_KEY

    @property
    def control(self) -> "Control":
        return cast("Control", _Remote(self.url))

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def start_immich() -> Iterator[Callable[..., Immich]]:
    """``start_immich(assets=20_000, version=(3, 2, 0))``: the fields of ``Plan``."""
    started: list[Immich] = []

    from portal.fake_immich.app import FakeImmich
    from portal.fake_immich.making import Plan, make
    from portal.fake_immich.running import ThreadedServer

    def start(**plan: Any) -> Immich:
        server = ThreadedServer(FakeImmich(make(Plan(**plan))))
        server.start()
        started.append(Immich(server, plan.get("api_key", API_KEY)))
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def immich(start_immich: Callable[..., Immich]) -> Immich:
    """30 pictures, 2 videos, 2 live photos; archived, trashed and external ones among them."""
    return start_immich()


def start_immich_server(*options: str) -> ImmichProcess:
    """Start one that the caller stops."""
    command = [sys.executable, str(MANAGE), "fake_immich", "--bind", "127.0.0.1:0", "--small"]
    process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = ""
    give_up_at = time.monotonic() + 60
    while "Listening at " not in said and time.monotonic() < give_up_at:
        line = process.stdout.readline()
        assert line, f"the stand-in ended: {said}"
        said += line
    return ImmichProcess(said.rpartition("Listening at ")[2].strip(), process)


@pytest.fixture
def start_immich_process() -> Iterator[Callable[..., ImmichProcess]]:
    """``start_immich_process("--assets", "300", "--file-size", "4M")``"""
    started: list[ImmichProcess] = []

    def start(*options: str) -> ImmichProcess:
        started.append(start_immich_server(*options))
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def immich_process(start_immich_process: Callable[..., ImmichProcess]) -> ImmichProcess:
    return start_immich_process()
