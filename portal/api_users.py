"""``/api``: the owner whose key asks, and the key itself."""

from http import HTTPStatus
from uuid import UUID

from django.contrib.auth.models import User
from django.http import HttpResponse
from ninja import Router

from portal import api_schemas
from portal.accounts.identity import owner_uuid
from portal.accounts.shapes import key_dict, own_user_dict, user_dict
from portal.api_answers import answer
from portal.api_errors import ApiRefused
from portal.library import get_library
from portal.library.types import AssetFilter
from sharing.api.callers import OwnerCaller
from sharing.api.guarding import ApiRequest, needs

router = Router(tags=["Users and keys"])


@router.get(
    "/users/me",
    auth=needs("user.read"),
    response=api_schemas.OwnUser,
    operation_id="getMyUser",
    summary="The owner of the key",
)
def me(request: ApiRequest) -> HttpResponse:
    return answer(own_user_dict(_owner(request).user, get_library().totals(AssetFilter()).size))


@router.get(
    "/users/{id}",
    auth=needs("user.read"),
    response=api_schemas.User,
    operation_id="getUser",
    summary="Another owner",
)
def user(request: ApiRequest, id: UUID) -> HttpResponse:
    return answer(user_dict(_find_user(id)))


@router.get(
    "/users/{id}/profile-image",
    auth=needs("userProfileImage.read"),
    response={404: None},
    operation_id="getProfileImage",
    summary="A picture of an owner",
)
def profile_image(request: ApiRequest, id: UUID) -> HttpResponse:
    """Owners have no pictures here."""
    _find_user(id)
    raise ApiRefused(HTTPStatus.NOT_FOUND, "This user has no profile image")


@router.get(
    "/api-keys/me",
    auth=needs(),
    response=api_schemas.Key,
    operation_id="getMyApiKey",
    summary="The key itself",
)
def my_key(request: ApiRequest) -> HttpResponse:
    return answer(key_dict(_owner(request).key))


@router.post(
    "/auth/validateToken",
    auth=needs(),
    response=api_schemas.TokenState,
    operation_id="validateAccessToken",
    summary="Whether the key is valid",
)
def validate_token(request: ApiRequest) -> HttpResponse:
    return answer({"authStatus": True})


def _owner(request: ApiRequest) -> OwnerCaller:
    assert isinstance(request.auth, OwnerCaller)  # noqa: S101 - these routes take no guests
    return request.auth


def _find_user(wanted: UUID) -> User:
    for each in User.objects.filter(is_active=True):  # a few: the owners of one portal
        if owner_uuid(each) == wanted:
            return each
    raise ApiRefused(HTTPStatus.BAD_REQUEST, "User not found")
