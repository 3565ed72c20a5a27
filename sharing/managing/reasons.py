"""Why a file was left out, in the reader's language: the scan, which nobody reads, wrote English."""

import re

from django.utils.translation import gettext

VARIABLE = ((r"(?<=\()[^()]+(?=\)\.$)", "%(why)s"), (r"\b\d+\b", "%(count)d"))


def in_this_language(reason: str) -> str:
    """The reason translated, or as it is when nobody has; what the system said in it stays."""
    for pattern, name in VARIABLE:
        told = re.search(pattern, reason)
        sentence = re.sub(pattern, name, reason, count=1)
        if told and (translated := gettext(sentence)) != sentence:
            return translated.replace(name, told[0])
    return gettext(reason) if reason else ""
