"""A link's state and what it allows, in the owner's words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from sharing.access import Rights, Standing
from sharing.models import SharedLink

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class State:
    words: str
    tone: str  # good, warn or bad: the class of its badge


@dataclass(frozen=True, slots=True)
class Allowance:
    icon: str
    words: str


def grouped(number: int) -> str:
    """A count as the reader's language writes it: 19,997 or 19.997."""
    return number_format(number, force_grouping=True)


def state_of(link: SharedLink, standing: Standing, now: datetime) -> State:
    """The first thing an owner wants to know of a link that is not deleted."""
    if standing is Standing.PAUSED:
        return State(_("Paused"), "warn")
    if standing is Standing.EXPIRED:
        return State(_("Expired"), "bad")
    if standing is Standing.FULL:
        words = ngettext("Full: %(n)s visitor", "Full: %(n)s visitors", link.visitors)
        return State(words % {"n": grouped(link.visitors)}, "warn")
    if link.closes_at is None:
        return State(pgettext("state of a link", "Open"), "good")
    return State(expiry_in_words(link.closes_at, now), "good")


def limits_of(link: SharedLink) -> list[str]:
    """How far a link's limits are used, in words: empty without limits."""
    found = []
    if link.max_visitors is not None:
        numbers = {"n": grouped(link.visitors), "most": grouped(link.max_visitors)}
        found.append(_("%(n)s of %(most)s visitors") % numbers)
    if link.max_downloads is not None:
        numbers = {"n": grouped(link.times_taken), "most": grouped(link.max_downloads)}
        found.append(_("%(n)s of %(most)s downloads") % numbers)
    if link.max_bytes is not None:
        sizes = {"size": filesizeformat(link.bytes_taken), "most": filesizeformat(link.max_bytes)}
        found.append(_("%(size)s of %(most)s downloaded") % sizes)
    if link.idle_days is not None:
        words = ngettext(
            "after %(n)d day without use", "after %(n)d days without use", link.idle_days
        )
        found.append(_("Closes %(when)s") % {"when": words % {"n": link.idle_days}})
    return found


def expiry_in_words(expires_at: datetime, now: datetime) -> str:
    left = expires_at - now
    if left < HOUR:
        minutes = max(1, round(left / timedelta(minutes=1)))
        words = ngettext("Expires in %(n)d minute", "Expires in %(n)d minutes", minutes)
        return words % {"n": minutes}
    if left < 23.5 * HOUR:
        hours = round(left / HOUR)
        words = ngettext("Expires in %(n)d hour", "Expires in %(n)d hours", hours)
        return words % {"n": hours}
    if left < 60 * DAY:
        days = round(left / DAY)
        return ngettext("Expires in %(n)d day", "Expires in %(n)d days", days) % {"n": days}
    day = date_format(timezone.localtime(expires_at), "DATE_FORMAT")
    return _("Expires on %(day)s") % {"day": day}


def allowances(rights: Rights) -> list[Allowance]:
    """What guests may do beside looking; where the album is hidden, instead of it."""
    found = []
    if not rights.look:
        words = _("Add photos; the album is hidden") if rights.upload else _("Nothing now")
        return [Allowance("upload", words)]
    if rights.download:
        words = _("Download originals") if rights.originals else _("Download large JPEGs")
        found.append(Allowance("download", words))
    if rights.upload:
        found.append(Allowance("upload", _("Add photos")))
    if rights.metadata:
        found.append(Allowance("info", _("See details")))
    if rights.location:
        found.append(Allowance("pin", _("See places")))
    return found or [Allowance("eye", _("Look only"))]
