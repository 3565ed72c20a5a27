"""When a file was last written, as the index keeps it."""

import os

LAST = 2**63 - 1  # nanoseconds since 1970, in April 2262: databases hold no larger number


def written_at(status: os.stat_result) -> int:
    """Nanoseconds since 1970. Disks can date files further on; all of those have the last moment."""
    return min(status.st_mtime_ns, LAST)
