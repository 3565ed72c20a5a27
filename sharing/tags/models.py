"""What is kept of tags: who made them, and which photos have them."""

from uuid import uuid4

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models

LONGEST_TAG = 500


class TagQuerySet(models.QuerySet["Tag"]):
    def owned_by(self, user: AbstractBaseUser | AnonymousUser) -> "TagQuerySet":
        return self.filter(owner_id=user.pk)


class Tag(models.Model):
    """A word, or words below each other: ``Trips/2024/Rome``. Those above it are tags too."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tags")
    value = models.CharField(max_length=LONGEST_TAG)
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TagQuerySet.as_manager()

    class Meta:
        ordering = ["value"]
        constraints = [models.UniqueConstraint(fields=["owner", "value"], name="tag_once")]

    def __str__(self) -> str:
        return self.value

    @property
    def name(self) -> str:
        return self.value.rpartition("/")[2]


class TaggedAsset(models.Model):
    """A photo that has a tag."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="items", db_index=False)
    asset_id = models.UUIDField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "asset_id"], name="tagged_once")]

    def __str__(self) -> str:
        return f"{self.asset_id} has {self.tag_id}"
