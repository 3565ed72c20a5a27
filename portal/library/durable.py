"""Rows that survive a power cut, not only a kill: for those to whom it is said that a file is safe."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def durably() -> Iterator[None]:
    """What is committed here is on the disk.

    SQLite writes its log through to the disk only now and then (PRAGMA synchronous=NORMAL).
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=FULL")
        try:
            yield
        finally:
            cursor.execute("PRAGMA synchronous=NORMAL")
