"""In which state a download and its files can be, with the words for it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DownloadState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    PREPARING = "preparing", _("Preparing")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")
    CANCELED = "canceled", _("Canceled")
    EXPIRED = "expired", _("Expired")


class ItemState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Preparing")
    READY = "ready", _("Ready")
    MISSING = "missing", _("Missing")
    FAILED = "failed", _("Failed")
    CANCELED = "canceled", _("Canceled")


class Reason(models.TextChoices):
    """Why a file is not in the archive, in words for the guest."""

    NONE = "", ""
    GONE = "gone", _("is no longer there")
    CHANGED = "changed", _("has changed since the album was read")
    UNREADABLE = "unreadable", _("cannot be read as a picture or video")
    UNAVAILABLE = "unavailable", _("cannot be reached right now")
    INTERRUPTED = "interrupted", _("took too long to prepare")
    DAMAGED = "damaged", _("arrived damaged, or has just changed")
    REFUSED = "refused", _("is not given out right now; the person who sent the link can help")
    WITHDRAWN = "withdrawn", _("is no longer part of what this link shows")
    TOO_LARGE = "toolarge", _("needs more room than there is for downloads; choose fewer at once")


class Waiting(models.TextChoices):
    """What an unfinished download waits for, where it is not a worker's turn."""

    NOTHING = "", ""
    FILES = "files", _("Fetching")
    ROOM = "room", _("Waiting for room: other downloads come first. This goes on by itself.")
    DISK = "disk", _("Waiting: the disk is full. This goes on by itself.")
    LIBRARY = "library", _("Waiting: the photos cannot be reached. This goes on by itself.")


class Size(models.TextChoices):
    ORIGINAL = "original", _("Originals")
    LARGE = "large", _("Large, 2048 px")
