"""Calls immichpy for the tests: one JSON object a line in, one out; see ``clients.Calls``.

A process of its own, so that each version runs with the packages it was made for. It knows nothing
of Loggia: ``PYTHONPATH=… python immichpy_calls.py URL KEY``.
"""

import asyncio
import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


async def main(url: str, api_key: str) -> None:
    """An empty key makes a client without one, as guests use it."""
    client_class = importlib.import_module("immichpy").AsyncClient
    async with client_class(base_url=url, api_key=api_key or None) as client:
        while line := await asyncio.to_thread(sys.stdin.readline):
            sys.stdout.write(json.dumps(await answer(client, json.loads(line))) + "\n")
            sys.stdout.flush()


async def answer(client: Any, wanted: dict[str, Any]) -> dict[str, Any]:
    refused = importlib.import_module("immichpy.client.generated.exceptions").ApiException
    room, _dot, name = wanted["call"].partition(".")
    function: Callable[..., Any] = getattr(getattr(client, room), name)
    try:
        result = await function(**{key: given(each) for key, each in wanted["arguments"].items()})
    except refused as exc:
        return {"refused": exc.status, "body": exc.body}
    except Exception as exc:  # noqa: BLE001 - a client that fails in any way is a test that fails
        return {"broken": f"{type(exc).__name__}: {exc}"}
    return {"result": plain(result)}


def given(value: Any) -> Any:
    """``{"dto": NAME, "fields": {…}}`` and ``{"path": …}`` become what the client wants."""
    if isinstance(value, dict) and "dto" in value:
        words = "".join(f"_{each.lower()}" if each.isupper() else each for each in value["dto"])
        module = f"immichpy.client.generated.models.{words.strip('_')}"
        return getattr(importlib.import_module(module), value["dto"])(**value["fields"])
    return Path(value["path"]) if isinstance(value, dict) and "path" in value else value


def plain(value: Any) -> Any:
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, bytes | bytearray):
        return {"bytes": len(value)}
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True)
    return str(value) if isinstance(value, Path) else value


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
