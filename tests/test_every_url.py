"""Closed by default: walks every address there is, as somebody who has no business there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from sharing.models import SharedLink

CLOSED = {302, 400, 401, 403, 404, 405, 410}
OPEN_TO_ALL = {
    "accounts:login",  # the form to sign in
    "phone:add",  # where a phone's gallery leads; which albums there are, the phone knows
    "phone:manifest",  # the app's name and icons
    "phone:worker",  # its script
    "healthz",  # for monitors: says that it is there, and nothing else
    "readyz",  # which parts answer, in a few words without any detail
    "well_known",  # where the API is
    "docs",  # what the API is like, on every portal
    "api:openapi",  # the same for programs
    "api:ping",  # clients look at these before they have credentials
    "api:version",
    "api:media_types",
    "api:features",
    "api:config",
}


@dataclass(frozen=True)
class Route:
    name: str
    parameters: frozenset[str]

    def address(self, handle: str) -> str:
        values = {"door": "share", "handle": handle, "position": 1}
        return reverse(self.name, kwargs={key: values.get(key, uuid4()) for key in self.parameters})


def walk(
    patterns: Sequence[Any], space: str = "", above: frozenset[str] = frozenset()
) -> Iterator[Route]:
    for pattern in patterns:
        own = getattr(pattern.pattern, "regex", None)
        parameters = above | set(pattern.pattern.converters) | set(own.groupindex if own else ())
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from walk(pattern.url_patterns, inner, parameters)
        else:
            assert isinstance(pattern, URLPattern)
            assert pattern.name, f"{pattern} has no name"
            yield Route(space + pattern.name, frozenset(parameters))


ROUTES = sorted(walk(get_resolver().url_patterns), key=lambda route: route.name)
LINK_ROUTES = [route for route in ROUTES if "handle" in route.parameters]


@pytest.fixture
def link(db: None) -> SharedLink:
    owner = User.objects.create_user("olga")
    return SharedLink.objects.create(
        owner=owner, kind=SharedLink.Kind.ALBUM, album_id=uuid4(), allow_upload=True
    )


def knock(route: Route, handle: str) -> dict[str, int]:
    """What each method answers, of those that let somebody in."""
    client, address = Client(), route.address(handle)
    answers = {
        method: client.generic(method, address).status_code
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE")
    }
    return {method: status for method, status in answers.items() if status not in CLOSED}


def test_the_walk_finds_the_rooms() -> None:
    names = {route.name for route in ROUTES}
    assert {"accounts:login", "sharing:links", "guest:page", "downloads:downloads"} <= names
    assert names >= OPEN_TO_ALL


@pytest.mark.django_db
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_nobody_gets_in_without_a_session_or_a_link(route: Route) -> None:
    if route.name not in OPEN_TO_ALL:
        assert knock(route, "no-such-link") == {}


@pytest.mark.parametrize("route", LINK_ROUTES, ids=lambda route: route.name)
@pytest.mark.parametrize("state", ["deleted", "paused", "expired"])
def test_nobody_gets_in_by_a_link_that_was_taken_back(
    route: Route, state: str, link: SharedLink
) -> None:
    earlier = timezone.now() - timedelta(seconds=1)
    ways: dict[str, dict[str, Any]] = {
        "deleted": {"deleted_at": earlier},
        "paused": {"is_paused": True},
        "expired": {"expires_at": earlier},
    }
    SharedLink.objects.update(**ways[state])
    assert knock(route, link.key) == {}


@pytest.mark.parametrize("route", LINK_ROUTES, ids=lambda route: route.name)
def test_a_locked_link_gives_the_password_form_and_nothing_else(
    route: Route, link: SharedLink
) -> None:
    link.set_password("sesame")
    link.description = "A title to keep"
    link.save()
    response = Client().get(route.address(link.key))
    assert response.status_code in CLOSED | {200}
    assert b"A title to keep" not in response.content
    if response.status_code == 200:
        assert b'type="password"' in response.content


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/no/such/page", "/s/x", "/", "/s/open-one/photo/x", "/no%00where"]
)
def test_what_no_view_answers_is_stored_by_nobody(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code in CLOSED
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "default-src 'none'" in response["Content-Security-Policy"]


@pytest.mark.django_db
def test_forms_without_their_token_are_refused_and_stored_by_nobody() -> None:
    response = Client(enforce_csrf_checks=True).post("/login/", {"username": "x"})
    assert (response.status_code, response["Cache-Control"]) == (403, "no-store")
