"""Reads what an address line carries; nonsense is as good as nothing."""

from uuid import UUID


def number_from(text: str | None, *, least: int, most: int) -> int:
    """The number within its bounds, ``least`` when there is none."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 9:
        return least
    return min(max(int(text), least), most)


def uuid_from(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
