"""What is noted of links beside their own rows: what guests took, and what happened."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Take(models.Model):
    """One file that a visitor has of a link with a download limit: fetching it again is free.

    ``fingerprint`` is a keyed hash over visitor, file and what it is for; rows go after a day.
    """

    link = models.ForeignKey("sharing.SharedLink", models.CASCADE, related_name="takes")
    fingerprint = models.CharField(max_length=32)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "fingerprint"], name="each_take_counted_once")
        ]

    def __str__(self) -> str:
        return self.fingerprint


class Happening(models.Model):
    """Something that happened to a link, for its owner: no more than when, what and from where."""

    class Kind(models.TextChoices):
        MADE = "made", _("Link made")
        CHANGED = "changed", _("Link changed")
        PAUSED = "paused", _("Link paused")
        RESUMED = "resumed", _("Link turned on again")
        DELETED = "deleted", _("Link deleted")
        RESTORED = "restored", _("Link brought back")
        OPENED = "opened", _("Opened")
        UNLOCKED = "unlocked", _("Unlocked with the password")
        WRONG_PASSWORD = "wrong", _("Wrong password")
        DOWNLOADED = "taken", _("Downloaded")
        TURNED_AWAY = "full", _("Turned away: the limit is reached")
        CONTRIBUTED = "sent", _("Photos sent in")
        ACCEPTED = "accepted", _("Sent photos accepted")
        REJECTED = "rejected", _("Sent photos rejected")
        TAKEN_BACK = "back", _("Taken back by their sender")

    link = models.ForeignKey("sharing.SharedLink", models.CASCADE, related_name="happenings")
    kind = models.CharField(max_length=8, choices=Kind)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    address = models.CharField(max_length=44, blank=True)  # shortened to its network
    size = models.PositiveBigIntegerField(default=0)  # bytes downloaded, or sent
    count = models.PositiveIntegerField(default=0)  # photos and videos sent, or decided about

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["link", "-at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
