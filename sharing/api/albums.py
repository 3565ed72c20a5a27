"""``/api``: albums."""

from ninja import Router

router = Router()
