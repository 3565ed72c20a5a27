"""An owner with keys, and what their programs send."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from portal.accounts.api_keys import make_api_key

Program = Callable[..., Client]


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_superuser(
        "olga", email="olga@example.org", password="a quiet garden wall"
    )


@pytest.fixture
def program(owner: User) -> Program:
    """A program with a key of the owner's that may do all, or what is named."""

    def make(*permissions: str) -> Client:
        _, secret = make_api_key(owner, "test", permissions or ["all"])
        return Client(headers={"x-api-key": secret})

    return make
