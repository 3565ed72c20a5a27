"""What an owner did to many rows at once, kept in the session until it is undone or forgotten.

The last deed of each kind is kept: changing links does not make one forget what was rejected.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

LINKS, REVIEW = "bulk", "review"
ACTIONS = ("pause", "resume", "delete")


@dataclass(frozen=True, slots=True)
class Deed:
    token: str
    action: str
    ids: list[UUID]
    count: int  # as the owner counts: a live photo is two rows


def remember(
    session: SessionBase,
    action: str,
    ids: Iterable[UUID],
    *,
    kind: str = LINKS,
    count: int | None = None,
) -> str:
    """Keep the last deed; return the token it is recalled by."""
    token, kept = secrets.token_urlsafe(9), [pk.hex for pk in ids]
    number = len(kept) if count is None else count
    session[kind] = {"token": token, "action": action, "ids": kept, "count": number}
    return token


def recall(session: SessionBase, token: str, *, kind: str = LINKS) -> Deed | None:
    """The last deed, if this is its token."""
    kept = session.get(kind)
    if not token or not kept or kept["token"] != token:
        return None
    ids = [UUID(hex=text) for text in kept["ids"]]
    return Deed(token, kept["action"], ids, kept.get("count", len(ids)))


def forget(session: SessionBase, *, kind: str = LINKS) -> None:
    session.pop(kind, None)
