"""``/api/portal/downloads``: what is being prepared for whoever asks, its end, another try."""

from ninja import Router

router = Router()
