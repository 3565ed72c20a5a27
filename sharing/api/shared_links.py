"""``/api``: shared links."""

from ninja import Router

router = Router()
