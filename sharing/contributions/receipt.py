"""What a guest sent by a link, as the guest may see it: from the same browser, and nobody else's."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from sharing.contributions.contributors import visitor_hash
from sharing.contributions.models import State, Upload, UploadQuerySet
from sharing.models import SharedLink

NEVER_CAME = (State.WITHDRAWN, State.EXPIRED)
ON_THE_WAY = (State.ARRIVING, State.ARRIVED)
NOT_TAKEN = (State.REFUSED, State.REJECTED, State.EMPTIED)


@dataclass(frozen=True, slots=True)
class Sent:
    """One file as its sender sees it; ``words`` say what became of it."""

    upload: Upload
    words: str

    @property
    def is_refused(self) -> bool:
        return self.upload.state in NOT_TAKEN

    @property
    def has_look(self) -> bool:
        return self.upload.look.exists()


def sent_by(link: SharedLink, visitor: str) -> UploadQuerySet:
    """What this visitor sent by this link, newest first; the halves of live photos as one."""
    if not visitor:
        return Upload.objects.none()
    own = Upload.objects.filter(link=link, contributor__visitor=visitor_hash(link, visitor))
    return own.exclude(state__in=NEVER_CAME).filter(stills=None).order_by("-created_at", "pk")


def one_sent_by(link: SharedLink, visitor: str, upload_id: UUID) -> Upload | None:
    return sent_by(link, visitor).filter(pk=upload_id).first()


def states_of(link: SharedLink, visitor: str, upload_ids: Collection[UUID]) -> dict[UUID, Upload]:
    """Those of the uploads that are this visitor's, the halves of live photos included."""
    visitors = visitor_hash(link, visitor)
    own = Upload.objects.filter(link=link, contributor__visitor=visitors, pk__in=upload_ids)
    return {upload.pk: upload for upload in own}


def words_of(upload: Upload) -> str:
    """What became of a file, in words for its sender: a rejection is told without its reason."""
    if upload.state == State.REFUSED:
        return upload.why or _("Refused")
    if upload.state == State.DUPLICATE and upload.reason:
        return upload.why
    words = {
        State.ARRIVING: _("Not complete yet"),
        State.ARRIVED: _("Being checked"),
        State.HELD: _("Waiting for the owner to look at it"),
        State.ACCEPTED: _("On its way into the album"),
        State.DONE: _("In the album"),
        State.DUPLICATE: _("Already in the album"),
        State.WITHDRAWN: _("Taken back"),
    }
    return words.get(State(upload.state), _("Not added"))
