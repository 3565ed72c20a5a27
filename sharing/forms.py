"""What an owner decides about a link, as typed into its form."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sharing.links import LinkSettings, is_taken
from sharing.models import MOST_COUNTED, MOST_IDLE_DAYS, SharedLink, UploadKinds, validate_slug
from sharing.upload_form import (
    GB,
    MINUTE,
    UPLOAD_SWITCHES,
    UploadRulesForm,
    check_future,
    in_bytes,
    is_same_minute,
    rules_as_typed,
)

SWITCHES = ("allow_download", "allow_upload", "show_metadata", "show_location")
# What is sent is looked at first, in every preset: for when uploads are allowed later.
PRESETS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "look": (_("Look"), ("show_metadata", "holds_uploads")),
    "take": (
        _("Look and download"),
        ("allow_download", "show_metadata", "show_location", "holds_uploads"),
    ),
    "collect": (
        _("Collect photos"),
        ("allow_upload", "show_metadata", "holds_uploads", "hides_album"),
    ),
}
LIMIT_FIELDS = ("max_visitors", "max_downloads", "max_gb", "idle_days")
DAYS = {"1d": 1, "7d": 7, "30d": 30}
MONTHS = {"3m": 3, "1y": 12}
LIFETIMES = [
    ("never", _("Never")),
    ("1d", _("1 day")),
    ("7d", _("7 days")),
    ("30d", _("30 days")),
    ("3m", _("3 months")),
    ("1y", _("1 year")),
    ("date", _("On a date")),
]


class LinkForm(UploadRulesForm):
    """One form to make a link and to change it; ``wanted`` is what it says."""

    description = forms.CharField(max_length=200, required=False)
    slug = forms.CharField(max_length=64, required=False, validators=[validate_slug])
    password = forms.CharField(max_length=200, required=False, strip=False, min_length=4)
    remove_password = forms.BooleanField(required=False)
    lifetime = forms.ChoiceField(choices=LIFETIMES)
    until = forms.DateTimeField(required=False)
    allow_download = forms.BooleanField(required=False)
    allow_upload = forms.BooleanField(required=False)
    show_metadata = forms.BooleanField(required=False)
    show_location = forms.BooleanField(required=False)
    max_visitors = forms.IntegerField(required=False, min_value=1, max_value=MOST_COUNTED)
    max_downloads = forms.IntegerField(required=False, min_value=1, max_value=MOST_COUNTED)
    max_gb = forms.DecimalField(
        required=False, min_value=Decimal("0.1"), max_value=MOST_COUNTED, decimal_places=1
    )
    idle_days = forms.IntegerField(required=False, min_value=1, max_value=MOST_IDLE_DAYS)

    def __init__(
        self, data: Any = None, *, link: SharedLink | None = None, preset: str = "take"
    ) -> None:
        super().__init__(data, initial=_as_typed(link) if link else _fresh(preset))
        self.link = link

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if slug and is_taken(slug, but_by=self.link):
            raise forms.ValidationError(_("This address is taken."), code="taken")
        return slug

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("lifetime") == "date" and "until" in self.cleaned_data:
            self._check_until(self.cleaned_data["until"])
        return self.cleaned_data

    def _check_until(self, until: datetime | None) -> None:
        if until is None:
            self.add_error("until", _("Please choose a date and time."))
        elif not self._is_as_before(until):
            try:
                check_future(until)
            except forms.ValidationError as exc:
                self.add_error("until", exc)

    def _is_as_before(self, until: datetime) -> bool:
        return is_same_minute(self.link.expires_at if self.link else None, until)

    @property
    def has_limits(self) -> bool:
        """Whether to show the limits unfolded."""
        return any(self[name].value() or self[name].errors for name in LIMIT_FIELDS)

    def wanted(self) -> LinkSettings:
        """What a valid form asks for."""
        cleaned = self.cleaned_data
        password = "" if cleaned["remove_password"] else cleaned["password"] or None
        return LinkSettings(
            description=cleaned["description"],
            slug=cleaned["slug"],
            password=password,
            expires_at=self._expires_at(),
            max_visitors=cleaned["max_visitors"],
            max_downloads=cleaned["max_downloads"],
            max_bytes=in_bytes(cleaned["max_gb"]),
            idle_days=cleaned["idle_days"],
            **{name: cleaned[name] for name in SWITCHES},
            **self.upload_rules(),
        )

    def _expires_at(self) -> datetime | None:
        lifetime, until = self.cleaned_data["lifetime"], self.cleaned_data["until"]
        if lifetime == "date" and self.link and self._is_as_before(until):
            return self.link.expires_at
        if lifetime == "date":
            moment: datetime = until
            return moment
        return after(lifetime, timezone.now())


def after(lifetime: str, now: datetime) -> datetime | None:
    """When a lifetime counted from now ends; months and years end on the same day of the month."""
    if lifetime in DAYS:
        return now + timedelta(days=DAYS[lifetime])
    if lifetime not in MONTHS:
        return None
    months = now.year * 12 + now.month - 1 + MONTHS[lifetime]
    first = now.replace(year=months // 12, month=months % 12 + 1, day=1)
    latest = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(now.day, latest.day))


def _fresh(preset: str) -> dict[str, Any]:
    _label, on = PRESETS.get(preset, PRESETS["take"])
    switches = {name: name in on for name in (*SWITCHES, *UPLOAD_SWITCHES)}
    return {"lifetime": "never", "upload_kinds": UploadKinds.ALL} | switches


def _as_typed(link: SharedLink) -> dict[str, Any]:
    moment = timezone.localtime(link.expires_at) if link.expires_at else None
    return {
        "description": link.description,
        "slug": link.slug,
        "lifetime": "date" if moment else "never",
        "until": moment.strftime(MINUTE) if moment else "",
        "max_visitors": link.max_visitors,
        "max_downloads": link.max_downloads,
        "max_gb": round(link.max_bytes / GB, 1) if link.max_bytes else None,
        "idle_days": link.idle_days,
        **rules_as_typed(link),
    } | {name: getattr(link, name) for name in SWITCHES}
