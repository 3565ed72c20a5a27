"""Which pictures of Immich's lie here, and of which state of their assets they are."""

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery


class KeptQuerySet(models.QuerySet["KeptPicture"]):
    def outdated(self, assets: "models.QuerySet[models.Model]") -> "KeptQuerySet":
        """Those whose asset is not among these any more, or looks different now."""
        same = assets.filter(pk=OuterRef("asset_id"))
        known: KeptQuerySet = self.annotate(
            now=Subquery(same.values("version")[:1]),
            looks=Subquery(same.values("thumbhash")[:1]),
        )
        return known.filter(Q(now=None) | ~Q(now=F("version")) | ~Q(looks=F("thumbhash")))


class KeptPicture(models.Model):
    """One file in the store of renditions. ``version`` and ``thumbhash`` as its asset had them."""

    asset_id = models.UUIDField()
    rendition = models.CharField(max_length=12)
    size = models.BigIntegerField()
    version = models.CharField(max_length=40)
    thumbhash = models.BinaryField(max_length=40)

    objects = KeptQuerySet.as_manager()

    class Meta:
        app_label = "immich"
        constraints = [
            models.UniqueConstraint(fields=["asset_id", "rendition"], name="immich_kept_once")
        ]

    def __str__(self) -> str:
        return f"{self.rendition} of {self.asset_id}"
