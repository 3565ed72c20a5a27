"""Who tried a password too often."""

from datetime import datetime, timedelta

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
