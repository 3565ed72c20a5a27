"""What a guest is told before choosing what to send, and what the queue's script must know."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sharing.contributions.contributors import known_contributor
from sharing.contributions.rules import Rules, rules_of
from sharing.models import SharedLink, UploadKinds

# Kinds that pickers do not know by their media type.
PHOTOS = "image/*,.heic,.heif,.avif,.dng,.cr2,.cr3,.nef,.arw,.raf,.rw2,.orf"
VIDEOS = "video/*,.mov,.mp4,.m4v,.mkv"
ACCEPT = {
    UploadKinds.ALL: f"{PHOTOS},{VIDEOS}",
    UploadKinds.PHOTOS: PHOTOS,
    UploadKinds.VIDEOS: VIDEOS,
}


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a page says before a guest chooses files; ``name`` is what the guest is called here."""

    rules: Rules
    name: str
    accept: str
    limits: str
    next: str  # what happens with what is sent
    name_hint: str


def invitation_of(link: SharedLink, visitor: str) -> Invitation:
    rules = rules_of(link)
    contributor = known_contributor(link, visitor)
    return Invitation(
        rules=rules,
        name=contributor.name if contributor else "",
        accept=ACCEPT[rules.kinds],
        limits=" · ".join(_limits(rules)),
        next=_what_happens(link),
        name_hint=_name_hint(link),
    )


def _limits(rules: Rules) -> Iterator[str]:
    size = filesizeformat(rules.max_size)
    kinds = {
        UploadKinds.ALL: _("Photos and videos up to %(size)s each"),
        UploadKinds.PHOTOS: _("Photos up to %(size)s each, no videos"),
        UploadKinds.VIDEOS: _("Videos up to %(size)s each, no photos"),
    }
    yield kinds[rules.kinds] % {"size": size}
    if rules.files_left is not None:
        n = rules.files_left
        yield ngettext("room for %(n)s more file", "room for %(n)s more files", n) % {"n": n}
    if rules.bytes_left is not None:
        yield _("%(size)s left in all") % {"size": filesizeformat(rules.bytes_left)}
    if rules.closes_at is not None:
        day = date_format(localtime(rules.closes_at), "DATE_FORMAT")
        yield _("until %(day)s") % {"day": day}


def _what_happens(link: SharedLink) -> str:
    if link.hides_album and not link.is_for_owner:
        return _(
            "The owner gets what you send. Others see it only if the owner shows them the album."
        )
    if link.holds_uploads:
        return _("The owner looks at them before they appear in the album.")
    return _("They appear in the album as soon as they have been checked.")


def _name_hint(link: SharedLink) -> str:
    if link.credits_senders:
        return _("Let everyone know who took these. You may leave it empty.")
    return _("So that the owner knows who took these. You may leave it empty.")


def facts_of(link: SharedLink, base: str, title: str) -> dict[str, Any]:
    """All that the queue's script needs of a link, as JSON: see static/js/guest/sending."""
    rules = rules_of(link)
    return {
        "base": base,
        "title": title,
        "isOpen": rules.is_open,
        "isHeld": link.holds_uploads,
        "showsAlbum": not link.hides_album,
        "kinds": rules.kinds.value,
        "maxSize": rules.max_size,
        "filesLeft": rules.files_left,
        "bytesLeft": rules.bytes_left,
        "chunkSize": rules.chunk_size,
        "scripts": {
            "tus": static("tus/tus.min.js"),
            "hasher": static("js/guest/sending/hash-worker.js"),
        },
        "words": _words(rules, is_held=link.holds_uploads),
    }


def _words(rules: Rules, *, is_held: bool) -> dict[str, str]:
    return {
        **_words_of_tiles(rules, is_held=is_held),
        "of": _("{n} of {total}"),
        "underAMinute": _("less than a minute left"),
        "minutesLeft": _("about {n} min left"),
        "hoursLeft": _("about {n} h left"),
        "retryFailed": _("Retry failed ({n})"),
        "notTaken": _("{n} not taken"),
        "toPickAgain": _("{n} to choose again"),
        "allSent": _("All sent. Thank you!"),
        "offline": _("You are offline. Sending goes on by itself when you are back."),
        "lost": _("The server cannot be reached. Sending goes on by itself when it is back."),
        "closed": _("This link takes no more photos. What arrived is kept for the owner."),
        "added": _("{n} added"),
    }


def _words_of_tiles(rules: Rules, *, is_held: bool) -> dict[str, str]:
    return {
        "preparing": _("Preparing"),
        "waiting": _("Waiting"),
        "retrying": _("Retrying ({n}/{total})"),
        "sent": _("Sent"),
        "held": _("Sent") if is_held else _("Waiting for the owner to look at it"),
        "album": _("In the album"),
        "known": _("Already in the album"),
        "before": _("Sent before"),
        "twice": _("Chosen twice"),
        "failed": _("Not sent"),
        "needed": _("Choose it again to go on"),
        "unreadable": _("This file cannot be read any more. Choose it again."),
        "empty": _("This file is empty."),
        "tooLarge": _("Too large (limit %(limit)s)") % {"limit": filesizeformat(rules.max_size)},
        "noRoom": _("No room left: this link takes no more."),
        "noVideos": _("Only photos are taken here."),
        "noPhotos": _("Only videos are taken here."),
        "full": _("The server has no room right now. Try again later."),
        "refused": _("The server refused this file."),
        "remove": _("Remove {name}"),
        "again": _("Try again: {name}"),
    }
