"""``/api``: search."""

from ninja import Router

router = Router()
