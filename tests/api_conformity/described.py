"""Descriptions of an API (OpenAPI 3.0 and 3.1), and whether an answer is as they say."""

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import httpx
from jsonschema_rs import validator_for

from tests.fake_immich.recorded import FOLDER

SUBSET = FOLDER / "openapi-2.7.5-subset.json"


@cache
def immichs() -> dict[str, Any]:
    """The operations of Immich 2.7.5 that its clients use."""
    found: dict[str, Any] = as_json_schema(json.loads(SUBSET.read_text()))
    return found


def operations(description: dict[str, Any]) -> set[str]:
    return {
        f"{method.upper()} {path}"
        for path, methods in description["paths"].items()
        for method in methods
        if method in {"get", "post", "put", "patch", "delete"}
    }


def faults(description: dict[str, Any], operation: str, answer: httpx.Response) -> Iterator[str]:
    """What the description says otherwise of this answer; nothing for operations it lacks."""
    method, _space, path = operation.partition(" ")
    described = description["paths"].get(path, {}).get(method.lower())
    if described is None:
        return
    responses = described["responses"]
    if str(answer.status_code) not in responses:
        yield f"status {answer.status_code} is not among {sorted(responses)}"
        return
    content = responses[str(answer.status_code)].get("content", {})
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if "application/json" in content:
        schema = {**content["application/json"]["schema"], "components": description["components"]}
        for error in validator_for(deepcopy(schema), validate_formats=True).iter_errors(
            answer.json()
        ):
            yield f"{list(error.instance_path)}: {error.message}"
    elif kind == "application/json":
        yield "an answer that is not JSON is described"


def as_json_schema(value: Any) -> Any:
    """OpenAPI 3.0 says ``nullable`` where JSON Schema has a type of its own."""
    if isinstance(value, list):
        return [as_json_schema(each) for each in value]
    if not isinstance(value, dict):
        return value
    plain = {name: as_json_schema(each) for name, each in value.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if value.get("nullable") is True else plain
