"""``/api/portal``: what Loggia has beyond Immich. Pausing, limits, the review of uploads."""

from ninja import Router

router = Router()
