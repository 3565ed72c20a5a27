"""What people read when the portal itself is in trouble."""

import sys

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views.defaults import server_error

from portal.serving.database import is_circumstance

TRY_AGAIN_AFTER = "30"  # seconds


def failed(request: HttpRequest) -> HttpResponse:
    """Answer for an error that nobody caught: 503 when the database's surroundings are to blame.

    A full disk or a locked database passes; a fault of ours (500) does not.
    """
    cause = sys.exc_info()[1]
    if not (isinstance(cause, DatabaseError) and is_circumstance(cause)):
        return server_error(request)
    page = loader.render_to_string("503.html", {"request": request})
    return HttpResponse(page, status=503, headers={"Retry-After": TRY_AGAIN_AFTER})
