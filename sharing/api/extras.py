"""``/api``: extras."""

from ninja import Router

router = Router()
