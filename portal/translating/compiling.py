"""Compiles the catalogues that people write (``.po``) into those that are read (``.mo``)."""

import os
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po


class BadCatalogue(Exception):
    """A catalogue cannot be read or written; the message says which, and why."""


def compile_catalogues(folder: Path) -> list[Path]:
    """Compile what changed below ``folder``, each whole or not at all; raises ``BadCatalogue``."""
    stale = [source for source in sorted(folder.rglob("*.po")) if not _is_current(source)]
    for source in stale:
        try:
            _write(read(source), source.with_suffix(".mo"))
        except OSError as exc:
            raise BadCatalogue(f"{source}: cannot be compiled ({exc.strerror}).") from exc
    return stale


def read(source: Path) -> Catalog:
    try:
        with source.open("rb") as file:
            return read_po(file, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as exc:
        raise BadCatalogue(f"{source}: {exc}") from exc


def is_translated(message: Message) -> bool:
    """Whether it says something in each of its forms."""
    forms = [message.string] if isinstance(message.string, str) else message.string or [""]
    return all(forms)


def _is_current(source: Path) -> bool:
    target = source.with_suffix(".mo")
    # To the nanosecond equal, since it is set so: a checkout may put an older file in place.
    return target.exists() and target.stat().st_mtime_ns == source.stat().st_mtime_ns


def _write(catalog: Catalog, target: Path) -> None:
    moment = target.with_suffix(".po").stat().st_mtime_ns
    with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".part", delete=False) as file:
        part = Path(file.name)
        write_mo(file, catalog)
    part.chmod(0o644)
    os.utime(part, ns=(moment, moment))
    part.replace(target)
