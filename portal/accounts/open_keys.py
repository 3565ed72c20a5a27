"""Which API keys hold right now."""

from collections.abc import Collection

from portal.accounts.models import ApiKey


def open_keys(ids: Collection[str]) -> frozenset[str]:
    """Those of these ids of keys that were not revoked and whose owner may come in; one query."""
    keys = ApiKey.objects.filter(pk__in=list(ids), owner__is_active=True)
    return frozenset(map(str, keys.values_list("pk", flat=True)))
