"""Exchanges recorded from a real Immich, where they are at hand, and how they compare to ours."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "immich"
_LINE = "-" * 70 + "\n"
_SENT = {"x-api-key", "content-type", "authorization", "cookie"}
_KEPT = {"content-type", "content-disposition", "accept-ranges", "cache-control"}
_ZONED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")
_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_ATTACHED = re.compile(r"<multipart: fields (\{.*?\}) files (\{.*\})>")


@dataclass(frozen=True)
class Exchange:
    name: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: str
    status: int
    answered: Mapping[str, str]
    answer: Any  # JSON, or None

    @property
    def upload(self) -> tuple[dict[str, str], dict[str, list[Any]]] | None:
        """The fields and the files (name and size) of a form."""
        match = _ATTACHED.search(self.body)
        return (json.loads(match[1]), json.loads(match[2])) if match else None


@cache
def recorded(name: str) -> Exchange:
    """By the end of its name, such as ``search-142-page1-size5``."""
    (path,) = (FOLDER / "recordings").glob(f"*{name}.http")
    request, _line, response = path.read_text(errors="replace").partition(_LINE)
    lines, _empty, body = request.partition("\n\n")
    first, *fields = [line for line in lines.splitlines() if not line.startswith("#")]
    method, target, _version = first.split(" ")
    head, _empty, answer = response.partition("\n\n")
    status, *answered = head.splitlines()
    return Exchange(
        path.stem, method, target, _only(fields), body.strip(), int(status.split()[1]),
        _only(answered), _json(answer),
    )  # fmt: skip


def change_of(name: str) -> str:
    """How the answer of this exchange changed; empty when it did not."""
    section, short = re.fullmatch(r"(.*?)-\d{3}-(.*)", recorded(name).name).groups()  # type: ignore[union-attr]
    return changes().get(f"{section}/{short}", "")


def _only(lines: list[str]) -> dict[str, str]:
    pairs = (line.partition(": ") for line in lines)
    kept = _SENT | _KEPT | {"range", "if-range", "content-range", "location"}
    kept |= {"if-none-match", "if-modified-since", "x-immich-share-key", "x-immich-share-slug"}
    kept |= {"x-immich-checksum", "x-immich-cid"}
    return {name.lower(): value for name, _colon, value in pairs if name.lower() in kept}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def shape(value: Any, path: str = "") -> dict[str, set[str]]:
    """The kinds of value at each path; ``[]`` stands for every item of a list."""
    found: dict[str, set[str]] = {}
    for at, kind in _kinds(value, path):
        found.setdefault(at, set()).add(kind)
    return found


def _kinds(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        yield path, "object"
        for name, each in value.items():
            yield from _kinds(each, f"{path}.{name}")
    elif isinstance(value, list):
        yield path, "list"
        for each in value:
            yield from _kinds(each, f"{path}[]")
    else:
        yield path, _kind(value)


def _kind(value: Any) -> str:
    if isinstance(value, str):
        if _UTC.fullmatch(value):
            return "a time in UTC"
        return "a time with a zone" if _ZONED.fullmatch(value) else "text"
    if isinstance(value, bool):
        return "truth"
    return "number" if isinstance(value, int | float) else "nothing"


def differences(theirs: dict[str, set[str]], ours: dict[str, set[str]]) -> list[str]:
    """Paths that one of them lacks, and kinds that do not go together.

    What is empty or nothing on one side says nothing about what may be there.
    """
    both = theirs.keys() & ours.keys()
    wrong = [
        f"{path} is {ours[path]}, not {theirs[path]}" for path in sorted(both)
        if not _goes_with(theirs[path], ours[path])
    ]  # fmt: skip
    wrong += [f"{path} is missing" for path in theirs.keys() - both if _could_be(path, ours)]
    wrong += [f"{path} is too much" for path in ours.keys() - both if _could_be(path, theirs)]
    return wrong


def _goes_with(theirs: set[str], ours: set[str]) -> bool:
    some_theirs, some_ours = theirs - {"nothing"}, ours - {"nothing"}
    return not some_theirs or not some_ours or some_ours <= some_theirs


def _could_be(path: str, other: dict[str, set[str]]) -> bool:
    """Whether what holds this path is there on the other side, with something in it."""
    if path.endswith("[]"):
        return False
    holder = path.rpartition(".")[0]
    return "object" in other.get(holder, set())


@cache
def changes() -> dict[str, str]:
    """What the state of Immich before 3.0 answered differently, by ``30-albums/get``."""
    lines = (FOLDER / "changes-after-2.7.5.txt").read_text().splitlines()
    pairs = (line.partition(": ") for line in lines)
    return {name: what for name, _colon, what in pairs}
