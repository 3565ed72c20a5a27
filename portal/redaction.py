"""Keeps what opens a link out of the log."""

import logging
import re

# The key of a link (67 characters), the token of a media (27), archive or event address. A slug may
# be as long as a token, and is no less worth hiding then.
_SECRET = re.compile(r"(/(?:share|s|media|archives|events)/[^\s\"'?]*?)([\w-]{27,})")
_as_text = logging.Formatter()


class HideKeys(logging.Filter):
    """Replace keys and tokens in addresses by an ellipsis, in tracebacks too."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if _SECRET.search(message):
            record.msg, record.args = hide_keys(message), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = _as_text.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = hide_keys(record.exc_text)
        return True


def hide_keys(text: str) -> str:
    """``/share/SkN-gx…`` to ``/share/…``; whatever stands before the key is kept."""
    while (shorter := _SECRET.sub(r"\1…", text)) != text:
        text = shorter
    return text
