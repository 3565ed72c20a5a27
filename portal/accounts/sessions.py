"""Which session cookies open the owner's pages right now."""

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare


def signed_in(cookies: Collection[str]) -> frozenset[str]:
    """Those of these cookie values whose owner is signed in."""
    return frozenset(owners_of(cookies))


def owners_of(cookies: Collection[str]) -> dict[str, int]:
    """Who is signed in with which of these cookie values; two queries, however many.

    As for pages, a session ends with its time, by signing out, with a new password, and when the
    account is closed.
    """
    sessions = Session.objects.filter(session_key__in=list(cookies), expire_date__gt=timezone.now())
    claims = {session.session_key: session.get_decoded() for session in sessions}
    owners = User.objects.filter(is_active=True).in_bulk(
        [claim[SESSION_KEY] for claim in claims.values() if SESSION_KEY in claim]
    )
    return {
        cookie: int(claim[SESSION_KEY])
        for cookie, claim in claims.items()
        if _is_true(claim, owners)
    }


def _is_true(claim: Mapping[str, Any], owners: Mapping[int, User]) -> bool:
    if SESSION_KEY not in claim:
        return False
    owner = owners.get(int(claim[SESSION_KEY]))
    said = claim.get(HASH_SESSION_KEY, "")
    return owner is not None and constant_time_compare(said, owner.get_session_auth_hash())
