"""Who fetches a page without anybody looking at it: crawlers, previews of chat apps, prefetching.

The list of user agents is crawler-user-agents', which is kept on its own. Tools that a person
drives (curl, a headless browser) are on it too, and are left out: behind them is a visitor.
"""

import re
from functools import cache, lru_cache

from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from django.http import HttpRequest

LONGEST_NAME = 500  # characters of a user agent worth looking at
DRIVEN = {"http-library", "browser-automation"}
# What such programs call themselves before anybody has listed them; Cubot makes telephones.
_TELLING = r"(?i:(?<!cu)bot\b|crawler|spider|preview|unfurl|scrap(er|ing)?\b)"
_AHEAD_OF_TIME = {  # headers by which browsers say that nobody looks yet
    "Sec-Purpose": "prefetch",
    "Purpose": "prefetch",
    "X-Moz": "prefetch",
    "X-Purpose": "preview",
}


def is_ahead_of_time(request: HttpRequest) -> bool:
    """Whether nobody sees the answer: only its headers are asked for, or it is fetched in case."""
    asked = any(word in request.headers.get(name, "") for name, word in _AHEAD_OF_TIME.items())
    return asked or request.method == "HEAD"


@lru_cache(maxsize=1024)
def is_crawler(user_agent: str) -> bool:
    """Whether this user agent shows pages to nobody. The first answer takes a fifth of a second."""
    return _known().search(user_agent[:LONGEST_NAME]) is not None


@cache
def _known() -> re.Pattern[str]:
    listed = [
        entry["pattern"]
        for entry in CRAWLER_USER_AGENTS_DATA
        if not DRIVEN.issuperset(entry.get("tags", ["untagged"]))
    ]
    return re.compile("|".join([_TELLING, *listed]))
