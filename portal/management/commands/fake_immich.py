"""A stand-in for an Immich server, to try the portal with: development only."""

import asyncio
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from uvicorn import Server

from portal.fake_immich.app import FakeImmich
from portal.fake_immich.faults import NAMES, Faults, UnknownFault
from portal.fake_immich.finishing import keep_reading
from portal.fake_immich.folder import world_of
from portal.fake_immich.keys import API_KEY
from portal.fake_immich.making import Plan, make
from portal.fake_immich.painting import LARGE, SMALL
from portal.fake_immich.running import configured, listen

_SIZES = {"": 1, "k": 1000, "M": 10**6, "G": 10**9}


class Command(BaseCommand):
    help = "Run a stand-in for an Immich server, with pictures of its own or of a folder."
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Django's own ``--version`` makes room."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:2283", metavar="HOST:PORT")
        parser.add_argument("--api-key", default=API_KEY, metavar="KEY")
        parser.add_argument("--version", default="2.7.5", metavar="2.7.5|3.2.0")
        parser.add_argument("--photos", type=Path, metavar="DIR", help="its subfolders are albums")
        parser.add_argument("--assets", type=int, default=30, help="how many pictures to make up")
        parser.add_argument("--videos", type=int, default=2)
        parser.add_argument("--live-photos", type=int, default=2)
        parser.add_argument(
            "--file-size", default="0", metavar="4M", help="fill made-up files with noise"
        )
        parser.add_argument(
            "--small", action="store_true", help="paint at 480 px: starts at once, for tests"
        )
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--faults", default="", metavar="close=0.1,500=0.05,slow=200000",
            help=f"what goes wrong: {', '.join(NAMES)}, equal-times, or a status",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            app, listener = _prepare(options)
        except (OSError, ValueError, UnknownFault) as exc:
            raise CommandError(str(exc)) from exc
        host, port = listener.getsockname()[:2]
        count = len(app.world.assets)
        self.stdout.write(f"Immich's stand-in has {count} assets. API key: {options['api_key']}")
        self.stdout.write(f"Listening at http://{host}:{port}")
        self.stdout.flush()
        keep_reading(app.world)
        with suppress(KeyboardInterrupt):
            asyncio.run(Server(configured(app)).serve([listener]))


def _prepare(options: dict[str, Any]) -> tuple[FakeImmich, Any]:
    host, port = _address(options["bind"])
    spec, equal_times = _split(options["faults"])
    plan = Plan(
        options["assets"], options["videos"], options["live_photos"], _bytes(options["file_size"]),
        equal_times, size=SMALL if options["small"] else LARGE, seed=options["seed"],
        version=_version(options["version"]), api_key=options["api_key"],
    )  # fmt: skip
    faults = Faults(options["seed"])
    faults.order_all(spec)
    world = world_of(options["photos"], plan) if options["photos"] else make(plan)
    return FakeImmich(world, faults), listen(host, port)


def _split(spec: str) -> tuple[str, float]:
    """Equal times are no fault of a request, but of the assets."""
    parts = [part.strip() for part in spec.split(",")]
    equal = [part for part in parts if part.startswith("equal-times")]
    chance = float(equal[0].partition("=")[2] or 1) if equal else 0.0
    return ",".join(part for part in parts if part not in equal), chance


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal():
        raise ValueError(f"Write --bind as HOST:PORT, not {text!r}")
    return host.strip("[]"), int(port)


def _version(text: str) -> tuple[int, int, int]:
    match = re.fullmatch(r"v?(\d+)\.(\d+)\.(\d+)", text)
    if match is None:
        raise ValueError(f"Write --version as 2.7.5 or 3.2.0, not {text!r}")
    major, minor, patch = map(int, match.groups())
    return major, minor, patch


def _bytes(text: str) -> int:
    match = re.fullmatch(r"(\d+)([kMG]?)", text)
    if match is None:
        raise ValueError(f"Write --file-size as a number of bytes, or 500k, 4M, 1G, not {text!r}")
    return int(match[1]) * _SIZES[match[2]]
