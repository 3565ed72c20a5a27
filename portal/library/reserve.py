"""How much of a disk what can be made again leaves free, for what cannot."""

SMALL_DISK = 0.05  # of a disk is the most that is kept free of it


def kept_free(wanted: int, total: int) -> int:
    """Bytes to leave free on a disk of this size, where so many are wanted."""
    return round(min(wanted, total * SMALL_DISK))
