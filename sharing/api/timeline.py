"""``/api``: timeline."""

from ninja import Router

router = Router()
