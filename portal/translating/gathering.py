"""Finds every string that people see, in templates and code."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from django.utils.translation.template import templatize

ROOMS = ("portal", "sharing", "downloads")
# ``marked`` marks a sentence that somebody else translates when it is shown.
KEYWORDS: dict[str, Any] = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "marked": None,
}


def gather(root: Path) -> Catalog:
    """A catalogue without translations of what is below ``root``; places are files, no lines."""
    catalog = Catalog(charset="utf-8")
    for path, source in _sources(root):
        found = extract("python", BytesIO(source.encode()), KEYWORDS, ["Translators:"])
        for _line, message, comments, context in found:
            catalog.add(message, None, [(path, 1)], auto_comments=comments, context=context)
    return catalog


def _sources(root: Path) -> Iterator[tuple[str, str]]:
    """Each file with its content as Python, to a tokenizer's eyes."""
    for template in sorted((root / "templates").rglob("*.html")):
        # Of a template this leaves calls of gettext among crosses; indentation would mean blocks.
        lines = templatize(template.read_text()).splitlines()
        yield template.relative_to(root).as_posix(), "\n".join(line.lstrip() for line in lines)
    for room in ROOMS:
        for module in sorted((root / room).rglob("*.py")):
            yield module.relative_to(root).as_posix(), module.read_text()
