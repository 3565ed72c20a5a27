"""What the library's home has to allow for the sake of links that take uploads."""

from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from sharing.models import SharedLink


def is_anything_taken() -> bool:
    """Whether a link takes uploads now. Before the database is set up, none does."""
    open_still = Q(uploads_until=None) | Q(uploads_until__gt=timezone.now())
    try:
        return SharedLink.objects.alive().filter(open_still, allow_upload=True).exists()
    except DatabaseError:
        return False
