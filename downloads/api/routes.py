"""``/api/download``: what an archive of chosen photos would hold."""

from ninja import Router

router = Router()
