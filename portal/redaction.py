"""Keeps what opens a link out of the log, and strangers from filling it."""

import logging
import re

# The key of a link (67 characters), the token of a media (27), archive or event address. A slug may
# be as long as a token, and is no less worth hiding then.
_SECRET = re.compile(r"[\w-]{27,}")
# An address of a guest, from its door on to its end. Both are looked for once, so that the time
# grows with the text's length only: parts of it are written by strangers.
_ADDRESS = re.compile(r"(/(?:share|s|media|archives|events)/)([^\s\"'?]*)")
# What programs bring for /api: in a query, as a header however it is written down, as a cookie.
_NAMED = re.compile(
    r"((?:[?&](?:apiKey|key|token|password)=|\bbearer\s{1,3}"
    r"|\b(?:x-api-key|x-immich-share-key|apiKey)[\"']?\s{0,3}[:=,]\s{0,3}b?[\"']?))"
    r"(?!bearer\b)[^\s&#\"',;)]{3,}|\b(?P<cookie>immich_shared_link_token=)[^\s;\"']+",
    re.IGNORECASE,
)
LONGEST_OF_STRANGERS = 300  # characters
_as_text = logging.Formatter()


class HideKeys(logging.Filter):
    """Replace keys and tokens in addresses by an ellipsis, in tracebacks too."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if (shorter := hide_keys(message)) != message:
            record.msg, record.args = shorter, ()
        if record.exc_info and not record.exc_text:
            record.exc_text = _as_text.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = hide_keys(record.exc_text)
        return True


class ShortOfStrangers(logging.Filter):
    """Say in one short line what strangers send amiss: their requests would else fill the disk.

    Django logs a foreign Host header, or a form of too many fields, whole and with its traceback.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security."):
            record.msg, record.args = record.getMessage()[:LONGEST_OF_STRANGERS], ()
            record.exc_info = record.exc_text = None
        return True


def hide_keys(text: str) -> str:
    """``/share/SkN-gx…`` to ``/share/…``; whatever stands before the key is kept."""
    shorter = _ADDRESS.sub(lambda address: address[1] + _SECRET.sub("…", address[2]), text)
    return _NAMED.sub(lambda found: (found[1] or found["cookie"]) + "…", shorter)
