"""What the owner asks for: by flag, by environment, or by a file of systemd's credentials."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

from .wanted import WrongOptions

LARGEST_CREDENTIAL = 64 * 1024


class Level(IntEnum):
    """Where a value comes from; the higher one wins."""

    CREDENTIAL = 1
    ENVIRONMENT = 2
    FLAG = 3


@dataclass(frozen=True, slots=True)
class Option:
    """One option. ``spellings`` are further names, ``variables`` replace the usual variable."""

    name: str
    help: str
    metavar: str = ""
    is_many: bool = False
    is_switch: bool = False
    spellings: tuple[str, ...] = ()
    variable: str = ""

    @property
    def dest(self) -> str:
        return self.name.replace("-", "_")

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.spellings)

    @property
    def flags(self) -> list[str]:
        """With dashes and with underscores."""
        return [f"--{each}" for name in self.names for each in _both(name)]

    @property
    def variables(self) -> list[str]:
        usual = self.variable or self.dest.upper()
        return [usual, *(each.replace("-", "_").upper() for each in self.spellings)]

    @property
    def credentials(self) -> list[str]:
        return [each for name in self.names for each in reversed(_both(name))]


OPTIONS = (
    Option("save-to", "the folder that the files go to", "FOLDER"),
    Option("immich-api-url", "an Immich server; without it, the portal's own library", "URL"),
    Option(
        "immich-api-key", "its API key; better in the environment or a credential", "KEY",
        spellings=("immmich-api-key",),
    ),
    Option("share-url", "a guest's link instead of a server", "URL"),
    Option("password", "of that link", "PASSWORD", variable="SHARE_PASSWORD"),
    Option("album", "only this album: its name or id", "ALBUM"),
    Option("person-ids", "only photos of this person; repeat it for photos of all of them", "ID",
           is_many=True),
    Option("after", "only what came to the server after this date or time", "TIME"),
    Option("last-days", "only what came to the server in the last days", "DAYS"),
    Option("taken-after", "only what was taken after this date or time", "TIME"),
    Option("taken-before", "only what was taken before this date or time", "TIME"),
    Option("filters", "any fields of Immich's metadata search, as a JSON object", "JSON"),
    Option("path-template", "where files go in the folder (default: {year}/{month}/{day}/{filename})",
           "TEMPLATE"),
    Option("write-manifest", "write what arrived as JSON lines: id, path, sha1, time", "FILE"),
    Option("threads", "how many files at once (default: 6, of them 3 of a kind)", "NUMBER"),
    Option("dry-run", "say what would come, and write nothing", is_switch=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Values:
    """The texts given, by option, and where each came from."""

    texts: Mapping[str, Any] = field(repr=False)
    levels: Mapping[str, Level]

    def text(self, name: str) -> str:
        return str(self.texts.get(name, ""))

    def many(self, name: str) -> tuple[str, ...]:
        return tuple(self.texts.get(name, ()))

    def level(self, *names: str) -> int:
        """Of the highest of these; 0 when none was given."""
        return max((self.levels[name] for name in names if name in self.levels), default=0)


def gather(
    flags: Mapping[str, Any],
    environment: Mapping[str, str] | None = None,
    options: Sequence[Option] = OPTIONS,
) -> Values:
    """Find each option's value. ``flags`` are by ``dest``, None where not given.

    Raises ``WrongOptions``.
    """
    env = os.environ if environment is None else environment
    texts: dict[str, Any] = {}
    levels: dict[str, Level] = {}
    for option in options:
        for level, value in (
            (Level.FLAG, flags.get(option.dest)),
            (Level.ENVIRONMENT, _from_environment(option, env)),
            (Level.CREDENTIAL, _from_credentials(option, env)),
        ):
            if value is not None and value is not False:
                texts[option.name], levels[option.name] = _shaped(option, value), level
                break
    return Values(texts, levels)


def _from_environment(option: Option, env: Mapping[str, str]) -> str | None:
    return next((env[name] for name in option.variables if env.get(name)), None)


def _from_credentials(option: Option, env: Mapping[str, str]) -> str | None:
    folder = env.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return None
    for name in option.credentials:
        path = Path(folder) / name
        try:
            with path.open(encoding="utf-8") as file:
                return file.read(LARGEST_CREDENTIAL).strip() or None
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as exc:
            raise WrongOptions(f"The credential {name} cannot be read") from exc
    return None


def _shaped(option: Option, value: Any) -> Any:
    if option.is_switch:
        return _switch(option, value)
    if option.is_many:
        return _listed(option, value)
    text = str(value).strip()
    if not text:
        raise WrongOptions(f"--{option.name} is empty")
    return text


def _switch(option: Option, value: Any) -> str:
    text = str(value).lower().strip()
    if text not in {"true", "1", "yes", "on", "false", "0", "no", "off"}:
        raise WrongOptions(f"--{option.name} is yes or no, not {text!r}")
    return "yes" if text in {"true", "1", "yes", "on"} else ""


def _listed(option: Option, value: Any) -> tuple[str, ...]:
    """Several flags, or one text: a JSON list, or parted by commas."""
    import json

    if not isinstance(value, str):
        parts = [str(each) for each in value]
    elif value.lstrip().startswith("["):
        try:
            parts = [str(each) for each in json.loads(value)]
        except ValueError as exc:
            raise WrongOptions(f"--{option.name} is no list in JSON") from exc
    else:
        parts = [value]
    found = [each.strip() for part in parts for each in part.split(",")]
    if not found or not all(found):
        raise WrongOptions(f"--{option.name} is empty")
    return tuple(dict.fromkeys(found))


def _both(name: str) -> list[str]:
    return list(dict.fromkeys([name, name.replace("-", "_")]))
