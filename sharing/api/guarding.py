"""Who may use a route of ``/api``, said where the route is made: ``auth=needs("asset.read")``."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja.security.base import AuthBase

from portal.api_errors import ApiRefused
from sharing.api.callers import Caller, OwnerCaller, check_may, credentials_of, find_caller


class ApiRequest(HttpRequest):
    """A request that was let in; ``auth`` says whose it is."""

    auth: Caller


class Needs(AuthBase):
    """Lets keys with a permission in, and guests of a link where ``guests`` says so."""

    openapi_type = "apiKey"
    openapi_in = "header"
    openapi_name = "x-api-key"

    def __init__(self, permission: str, *, guests: bool) -> None:
        self.permission = permission
        self.guests = guests
        super().__init__()

    def __call__(self, request: HttpRequest) -> Caller:
        caller = find_caller(credentials_of(request))
        check_may(caller, self.permission, guests=self.guests)
        return caller


def needs(permission: str = "", *, guests: bool = False) -> Callable[[HttpRequest], Any]:
    """The ``auth`` of a route; it raises ``ApiRefused``. An empty permission: any key."""
    return Needs(permission, guests=guests)


def owner_of(request: ApiRequest) -> User:
    """Whose program asks, on routes that guests are not let in to."""
    if not isinstance(request.auth, OwnerCaller):
        raise ApiRefused(HTTPStatus.FORBIDDEN)
    return request.auth.user
