"""What an owner did to many links at once, kept in the session until it is undone or forgotten."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

_NAME = "bulk"
ACTIONS = ("pause", "resume", "delete")


@dataclass(frozen=True, slots=True)
class Deed:
    token: str
    action: str
    link_ids: list[UUID]


def remember(session: SessionBase, action: str, link_ids: list[UUID]) -> str:
    """Keep the last deed; return the token it is recalled by."""
    token = secrets.token_urlsafe(9)
    session[_NAME] = {"token": token, "action": action, "ids": [pk.hex for pk in link_ids]}
    return token


def recall(session: SessionBase, token: str) -> Deed | None:
    """The last deed, if this is its token."""
    kept = session.get(_NAME)
    if not token or not kept or kept["token"] != token:
        return None
    return Deed(token, kept["action"], [UUID(hex=text) for text in kept["ids"]])


def forget(session: SessionBase) -> None:
    session.pop(_NAME, None)
