"""Why a request of the intake is refused: a status and a sentence for whoever sends."""

from http import HTTPStatus

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from sharing.access import Standing
from sharing.contributions.rules import AgainstRules, Rules


class Refused(Exception):
    """A request that is answered with this status and, where there is one, this sentence."""

    def __init__(self, status: int, message: str = "", *headers: tuple[bytes, bytes]) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


CHECKSUM_MISMATCH = 460  # tus 1.0.0, extension "checksum"
RETRY_AFTER = (b"retry-after", b"5")  # seconds


def closed(standing: Standing) -> Refused:
    """The answer for a link that is not open to this visitor."""
    if standing is Standing.UNKNOWN:
        return Refused(HTTPStatus.NOT_FOUND, _("There is nothing here."))
    if standing is Standing.LOCKED:
        return Refused(HTTPStatus.UNAUTHORIZED, _("Please enter the album’s password first."))
    words = {
        Standing.EXPIRED: _("This link has expired. What arrived is kept for the owner."),
        Standing.FULL: _("As many visitors came by this link as may."),
    }
    off = _("This link has been turned off. What arrived is kept for the owner.")
    return Refused(HTTPStatus.GONE, words.get(standing, off))


def no_uploads(*, were_allowed: bool) -> Refused:
    """The answer for a link that can be looked at only, or takes nothing any more."""
    if were_allowed:
        words = _("This album takes no more photos. What arrived is kept for the owner.")
        return Refused(HTTPStatus.FORBIDDEN, words)
    return Refused(HTTPStatus.FORBIDDEN, _("Nothing can be added by this link."))


def against_rules(exc: AgainstRules, size: int) -> Refused:
    is_empty = size <= 0
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_empty else HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return Refused(status, str(exc))


def too_large(rules: Rules) -> Refused:
    words = _("Too large (limit %(limit)s)") % {"limit": filesizeformat(rules.max_size)}
    return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words)


def no_room() -> Refused:
    words = _("The server has no room right now. What arrived is kept: try again later.")
    return Refused(HTTPStatus.INSUFFICIENT_STORAGE, words, RETRY_AFTER)


def not_now() -> Refused:
    words = _("The server cannot take this right now. Please try again.")
    return Refused(HTTPStatus.SERVICE_UNAVAILABLE, words, RETRY_AFTER)


def too_many() -> Refused:
    words = _("Too many files are on their way. Please try again when some have arrived.")
    return Refused(HTTPStatus.TOO_MANY_REQUESTS, words, RETRY_AFTER)


def in_use() -> Refused:
    return Refused(HTTPStatus.LOCKED, _("This file is being sent by another connection."))


def not_here() -> Refused:
    return Refused(HTTPStatus.NOT_FOUND, _("There is no such upload."))


def no_more() -> Refused:
    return Refused(HTTPStatus.GONE, _("This upload was taken back, or waited too long."))


def from_elsewhere() -> Refused:
    return Refused(HTTPStatus.FORBIDDEN, _("This was sent from another site, and refused."))


def too_long() -> Refused:
    return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("This file is longer than was said."))


def wrong_checksum() -> Refused:
    return Refused(CHECKSUM_MISMATCH, _("This part did not arrive as it was sent. Send it again."))


def wrong_offset(offset: int) -> Refused:
    words = _("The server has another part of this file. Ask it how much is there.")
    return Refused(HTTPStatus.CONFLICT, words, (b"upload-offset", str(offset).encode()))


def decided() -> Refused:
    return Refused(HTTPStatus.FORBIDDEN, _("This can no longer be taken back."))


def no_form() -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, _("This form did not arrive whole. Please try again."))


def cut_off() -> Refused:
    words = _("Sending was cut off. The files that had arrived by then are kept.")
    return Refused(HTTPStatus.REQUEST_TIMEOUT, words, (b"connection", b"close"))
