"""Photos chosen in an album, kept in the owner's session until a link is made of them.

An address or a form's hidden fields could not carry thousands; a token in the address can, and two
tabs do not mix theirs up.
"""

import secrets
from collections.abc import Iterable
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.http import QueryDict

from portal.library.types import TimelineEntry
from sharing.managing.parameters import uuid_from

KEPT = 4  # choices of one session; the oldest is dropped
_NAME = "chosen"


def remember(session: SessionBase, asset_ids: Iterable[UUID]) -> str:
    """Keep a choice; return the token it is recalled by."""
    token = secrets.token_urlsafe(9)
    kept = dict(list(session.get(_NAME, {}).items())[-(KEPT - 1) :])
    session[_NAME] = kept | {token: [asset_id.hex for asset_id in asset_ids]}
    return token


def recall(session: SessionBase, token: str) -> list[UUID]:
    """The choice kept under this token, or nothing."""
    return [UUID(hex=text) for text in session.get(_NAME, {}).get(token, [])]


def forget(session: SessionBase, token: str) -> None:
    session[_NAME] = {key: ids for key, ids in session.get(_NAME, {}).items() if key != token}


def ids_in(form: QueryDict) -> list[UUID]:
    """The photos a form names: ``photo`` is one id each, ``photos`` many joined by commas."""
    texts = [*form.getlist("photo"), *form.get("photos", "").split(",")]
    found = (uuid_from(text) for text in texts)
    return list(dict.fromkeys(asset_id for asset_id in found if asset_id))


def chosen_in(form: QueryDict, timeline: Iterable[TimelineEntry]) -> list[UUID]:
    """What a picker's form chose of an album, in the album's order.

    Beside single photos (a browser with script joins them, since the number of fields is limited)
    there is ``day``, a date of which all are meant, whether the page had loaded them or not.
    """
    wanted = set(ids_in(form))
    days = set(form.getlist("day"))
    return [
        entry.id
        for entry in timeline
        if entry.id in wanted or entry.taken_at.date().isoformat() in days
    ]
