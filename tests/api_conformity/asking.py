"""Asking a running portal, with ``<name>`` in paths and bodies filled in."""

import re
from typing import Any

import httpx

Names = dict[str, str]


def send(
    method: str,
    url: str,
    body: Any = None,
    *,
    headers: dict[str, str] | None = None,
    file: tuple[str, str, bytes] | None = None,
) -> httpx.Response:
    """``body`` is JSON, or bytes as they are, or with a file (field, name, content) the form."""
    sent: dict[str, Any] = {} if body is None else {"json": body}
    if isinstance(body, bytes):
        sent = {"content": body}
        headers = {"content-type": "application/json"} | (headers or {})
    if file:
        field, name, content = file
        sent = {"data": body, "files": {field: (name, content)}}
    return httpx.request(method, url, headers=headers, timeout=60, trust_env=False, **sent)


def filled(value: Any, names: Names) -> Any:
    """``<name>`` replaced, however deep."""
    if isinstance(value, dict):
        return {key: filled(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, names) for each in value]
    if isinstance(value, str):
        return re.sub(r"<([a-z-]+)>", lambda match: names[match[1]], value)
    return value
