"""libvips, started when first needed: a process that forks afterwards would hang."""

import logging
from functools import cache
from typing import Any

Image = Any  # pyvips carries no types


@cache
def vips() -> Any:
    """The pyvips module, set up for many threads that each work on one picture.

    Its operation cache would only hold finished pictures alive; and one thread per operation
    is fastest overall, since callers bring as many threads as there are cores.
    """
    import pyvips

    # What is wrong with a picture is told to its owner; a log line per picture helps nobody
    logging.getLogger("pyvips").setLevel(logging.ERROR)
    pyvips.cache_set_max(0)
    pyvips.concurrency_set(1)
    return pyvips
