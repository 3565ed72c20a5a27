"""Times and durations as clients of Immich read them."""

from datetime import UTC, datetime, timedelta

from portal.library.types import Asset

NO_TIME = timedelta()


def stamp(moment: datetime) -> str:
    """``2024-05-01T10:00:00.000Z``; a naive moment is written as it is."""
    if moment.tzinfo is not None and moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def taken(asset: Asset) -> datetime:
    """When it was taken, aware; searches are ordered by the same."""
    return asset.moment


def zone(offset: timedelta | None) -> str | None:
    """``UTC+2``, ``UTC-3:30``."""
    if offset is None:
        return None
    minutes = round(offset.total_seconds() / 60)
    hours, minutes = divmod(abs(minutes), 60)
    sign = "-" if offset < NO_TIME else "+"
    rest = f":{minutes:02}" if minutes else ""
    return f"UTC{sign}{hours}{rest}" if hours or minutes else "UTC"


def milliseconds(duration: timedelta | None) -> int | None:
    return None if duration is None else duration // timedelta(milliseconds=1)


def in_words(duration: timedelta | None) -> str:
    """``0:00:05.00000``, as Immich 2 writes it of photos too."""
    minutes, seconds = divmod((duration or NO_TIME).total_seconds(), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{seconds:08.5f}"
