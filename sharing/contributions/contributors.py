"""Who sends: a browser by one link, known by its visitor cookie, with the name it gave."""

import re
import unicodedata
from hashlib import blake2b

from django.conf import settings

from sharing.contributions.models import Contributor
from sharing.models import SharedLink

LONGEST_NAME = 80  # characters
TURNING = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # text's direction


def visitor_hash(link: SharedLink, visitor: str) -> str:
    """What is kept of a visitor's cookie; the same browser by another link is somebody else."""
    key = blake2b(f"loggia.contributor{settings.SECRET_KEY}".encode(), digest_size=32).digest()
    message = f"{link.pk}\0{visitor}".encode("utf-8", "replace")
    return blake2b(message, digest_size=16, key=key).hexdigest()


def contributor_of(link: SharedLink, visitor: str, name: str | None = None) -> Contributor:
    """Find or note who sends; a name that is given replaces the one from before.

    ``visitor`` is the value of the visitor's cookie. Two guests may have the same name.
    """
    contributor, _ = Contributor.objects.get_or_create(
        link=link, visitor=visitor_hash(link, visitor)
    )
    wanted = contributor.name if name is None else clean_name(name)
    if wanted != contributor.name:
        contributor.name = wanted
        contributor.save(update_fields=["name"])
    return contributor


def known_contributor(link: SharedLink, visitor: str) -> Contributor | None:
    """Who sends, if this visitor ever sent something by this link."""
    rows = Contributor.objects.filter(link=link, visitor=visitor_hash(link, visitor))
    return rows.first() if visitor else None


def clean_name(text: str) -> str:
    """A name as it may be shown: one line, without control characters or marks that turn text."""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(char for char in composed if char.isspace() or _is_visible(char))
    return re.sub(r"\s+", " ", visible).strip()[:LONGEST_NAME].strip()


def _is_visible(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cs", "Cn"} and char not in TURNING
