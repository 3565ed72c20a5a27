"""Which lanes of background work there are."""

from typing import Any

from django.conf import settings


def lane_names() -> list[str]:
    """The lane of short work first, then the others that ``Q_CLUSTER`` sets up."""
    setup: dict[str, Any] = settings.Q_CLUSTER
    return [setup["name"], *setup["ALT_CLUSTERS"]]
