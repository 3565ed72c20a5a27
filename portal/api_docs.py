"""``/api/docs``: the description of ``/api`` as a page, for people. It is the same on any portal."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from portal.api import api
from portal.api_answers import answer
from portal.api_description import describe

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: str
    where: str
    is_required: bool
    words: str


@dataclass(frozen=True, slots=True)
class Route:
    id: str
    method: str
    path: str
    summary: str
    words: str
    permission: str
    is_open: bool
    takes_guests: bool
    fields: list[Field]
    answers: list[tuple[str, str, list[Field]]]


@csrf_exempt
@require_safe
@login_not_required
def openapi(request: HttpRequest) -> HttpResponse:
    """The description for programs."""
    return answer(describe(api))


@require_safe
@login_not_required
def docs(request: HttpRequest) -> HttpResponse:
    description = describe(api)
    groups: dict[str, list[Route]] = {}
    for path, methods in description["paths"].items():
        for method, described in methods.items():
            route = _route(description, method, path, described)
            groups.setdefault(described["tags"][-1], []).append(route)
    context = {"groups": sorted(groups.items()), "schemes": description["components"]}
    return render(request, "api/docs.html", context)


def _route(description: Schema, method: str, path: str, described: Schema) -> Route:
    security = described.get("security") or []
    bodies = described.get("requestBody", {}).get("content", {})
    parameters = [
        Field(
            each["name"],
            _kind(each["schema"]),
            each["in"],
            bool(each.get("required")),
            _words(each),
        )
        for each in described.get("parameters", [])
    ]
    in_body = [
        field
        for body in bodies.values()
        for field in _fields(description, body.get("schema", {}), "body")
    ]
    return Route(
        id=described["operationId"],
        method=method.upper(),
        path=f"/api{path}",
        summary=described.get("summary", ""),
        words=described.get("description", ""),
        permission=described.get("x-immich-permission", ""),
        is_open=not security,
        takes_guests={"share_key": []} in security,
        fields=parameters + in_body,
        answers=list(_answers(description, described["responses"])),
    )


def _answers(description: Schema, responses: Schema) -> Iterator[tuple[str, str, list[Field]]]:
    """Each good answer with its fields; errors are the same everywhere, and said once."""
    for status, response in sorted(responses.items()):
        if status < "4":
            content = response.get("content", {}).get("application/json", {})
            fields = list(_fields(description, content.get("schema", {}), ""))
            yield status, response.get("description", ""), fields


def _fields(description: Schema, schema: Schema, where: str) -> Iterator[Field]:
    whole = _resolve(description, schema)
    if whole.get("type") == "array":
        whole = _resolve(description, whole.get("items", {}))
    required = whole.get("required", [])
    for name, each in whole.get("properties", {}).items():
        yield Field(name, _kind(each), where, name in required, _words(each))


def _resolve(description: Schema, schema: Schema) -> Schema:
    """What a reference stands for; of several possibilities the first."""
    options = schema.get("anyOf") or schema.get("allOf") or [schema]
    name = options[0].get("$ref", "").rpartition("/")[2]
    found: Schema = description["components"]["schemas"].get(name, options[0])
    return found


def _kind(schema: Schema) -> str:
    """``string (uuid)``, ``array of string``, ``integer or null``, ``"asc" or "desc"``."""
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(_kind(each) for each in options)
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if values := schema.get("enum") or ([schema["const"]] if "const" in schema else []):
        return " or ".join(f'"{value}"' for value in values)
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"array of {_kind(schema.get('items', {}))}"
    return f"{kind} ({schema['format']})" if "format" in schema else kind


def _words(described: Schema) -> str:
    return str(described.get("description", ""))
