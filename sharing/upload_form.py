"""What guests may add by a link, as its owner types it: the part of the link's form about that."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sharing.models import MOST_COUNTED, SharedLink, UploadKinds

UPLOAD_SWITCHES = ("holds_uploads", "credits_senders", "hides_album")
MB, GB = 2**20, 2**30  # bytes, as sizes are shown everywhere
MINUTE = "%Y-%m-%dT%H:%M"


class UploadRulesForm(forms.Form):
    """``upload_rules`` is what a valid form says, by the names of ``LinkSettings``."""

    holds_uploads = forms.BooleanField(required=False)
    credits_senders = forms.BooleanField(required=False)
    hides_album = forms.BooleanField(required=False)
    upload_kinds = forms.ChoiceField(choices=UploadKinds.choices, required=False)
    max_upload_mb = forms.IntegerField(required=False, min_value=1, max_value=MOST_COUNTED)
    max_upload_gb = forms.DecimalField(
        required=False, min_value=Decimal("0.1"), max_value=MOST_COUNTED, decimal_places=1
    )
    max_upload_files = forms.IntegerField(required=False, min_value=1, max_value=MOST_COUNTED)
    uploads_until = forms.DateTimeField(required=False)

    link: SharedLink | None = None

    def clean_uploads_until(self) -> datetime | None:
        until: datetime | None = self.cleaned_data["uploads_until"]
        before = self.link.uploads_until if self.link else None
        if until is None:
            return None
        if is_same_minute(before, until):
            return before
        check_future(until)
        return until

    def upload_rules(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "upload_kinds": cleaned["upload_kinds"] or UploadKinds.ALL,
            "max_upload_size": cleaned["max_upload_mb"] and cleaned["max_upload_mb"] * MB,
            "max_upload_bytes": in_bytes(cleaned["max_upload_gb"]),
            "max_upload_files": cleaned["max_upload_files"],
            "uploads_until": cleaned["uploads_until"],
        } | {name: cleaned[name] for name in UPLOAD_SWITCHES}


def rules_as_typed(link: SharedLink) -> dict[str, Any]:
    """The link's rules as the form's fields show them."""
    size, moment = link.max_upload_size, link.uploads_until
    return {
        "upload_kinds": link.upload_kinds,
        "max_upload_mb": max(1, round(size / MB)) if size else None,
        "max_upload_gb": round(link.max_upload_bytes / GB, 1) if link.max_upload_bytes else None,
        "max_upload_files": link.max_upload_files,
        "uploads_until": timezone.localtime(moment).strftime(MINUTE) if moment else "",
    } | {name: getattr(link, name) for name in UPLOAD_SWITCHES}


def in_bytes(gigabytes: Decimal | None) -> int | None:
    return int(gigabytes * GB) if gigabytes else None


def is_same_minute(before: datetime | None, typed: datetime) -> bool:
    """Whether nothing was changed: the form knows minutes, the row keeps its seconds too."""
    return before is not None and before.replace(second=0, microsecond=0) == typed


def check_future(moment: datetime) -> None:
    now = timezone.now()
    if moment <= now:
        raise forms.ValidationError(_("This moment has passed. Please choose a later one."))
    if moment.year > now.year + 100:
        raise forms.ValidationError(_("Please choose a date within the next 100 years."))
