"""Who tried a password too often, and by which keys programs act for an owner."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import models

NO_WAIT = timedelta()


class AttemptCounter(models.Model):
    """How often one thing was tried without success, and when it may be tried again.

    ``subject`` is a keyed hash: the table names no address, no account and no link.
    """

    subject = models.CharField(max_length=32, primary_key=True)
    attempts = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(db_index=True)
    closed_until = models.DateTimeField()

    def __str__(self) -> str:
        return self.subject

    def wait(self, now: datetime) -> timedelta:
        return max(self.closed_until - now, NO_WAIT)


class ApiKey(models.Model):
    """A key by which a program acts for its owner. Only a hash of it is kept.

    ``permissions`` are Immich's names (``asset.read``, …); ``all`` stands for every one.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    digest = models.BinaryField(max_length=32, unique=True)  # SHA-256: the key is random itself
    permissions = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    def allows(self, permission: str) -> bool:
        return "all" in self.permissions or permission in self.permissions
