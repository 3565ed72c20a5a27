"""``/api/portal``: what Loggia has beyond Immich. Pausing, limits, the review of uploads."""

from ninja import Router

from sharing.api.portal_links import router as links
from sharing.api.portal_uploads import router as uploads

router = Router(tags=["Beyond Immich"])
router.add_router("/links", links)
router.add_router("/uploads", uploads)
