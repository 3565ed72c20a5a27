"""Keeps what opens a link out of the log."""

import logging
import re

# The key of a link, the token of a media, archive or event address. A slug is short, and stays.
_SECRET = re.compile(r"(/(?:share|s|media|archives|events)/[^\s\"'?]*?)([\w-]{28,})")


class HideKeys(logging.Filter):
    """Replace keys and tokens in addresses by an ellipsis."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if _SECRET.search(message):
            record.msg, record.args = hide_keys(message), ()
        return True


def hide_keys(text: str) -> str:
    """``/share/SkN-gx…`` to ``/share/…``; whatever stands before the key is kept."""
    while (shorter := _SECRET.sub(r"\1…", text)) != text:
        text = shorter
    return text
