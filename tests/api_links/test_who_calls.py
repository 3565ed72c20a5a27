"""Who calls is read alike by Django's views and by what is served before Django."""

from urllib.parse import quote, urlencode

from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from portal.library.types import Album
from sharing.api.callers import Credentials, credentials_in, credentials_of
from sharing.contributions.own import own_link
from sharing.models import SharedLink
from tests.api_links.conftest import LINKS

WORD = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
PLAIN = st.text("abcXYZ019-_=.,% ", max_size=12)
QUERIES = st.lists(st.tuples(st.sampled_from(["key", "slug", "apiKey", "other"]), WORD), max_size=4)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "x-api-key",
            "authorization",
            "x-immich-share-key",
            "x-immich-share-slug",
            "user-agent",
            "cookie",
        ]
    ),
    PLAIN,
    max_size=4,
)


def as_asgi(query: str, headers: dict[str, str]) -> Credentials:
    scope = {
        "type": "http",
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("192.0.2.1", 5),
    }
    return credentials_in(scope)


def as_django(query: str, headers: dict[str, str]) -> Credentials:
    request = RequestFactory().get(f"/?{query}", headers=headers, REMOTE_ADDR="192.0.2.1")
    return credentials_of(request)


@given(QUERIES, HEADERS)
def test_both_ways_read_the_same(query: list[tuple[str, str]], headers: dict[str, str]) -> None:
    sent = urlencode(query, quote_via=quote)
    assert as_asgi(sent, headers) == as_django(sent, headers)


def test_a_links_key_is_asked_for_first_and_its_address_second() -> None:
    found = as_asgi("slug=summer&apiKey=a", {"x-immich-share-key": "k"})
    assert (found.handle, found.is_slug, found.api_key) == ("k", False, "a")
    assert as_asgi("slug=summer", {}).is_slug
    assert as_asgi("", {"authorization": "Bearer  secret "}).api_key == "secret"
    assert as_asgi("", {"authorization": "Basic secret"}).api_key == ""


def test_a_session_opens_nothing(
    owner_client: Client, owner: User, album: Album, link: SharedLink
) -> None:
    """Not even the link by which an owner sends from a page."""
    assert owner_client.get("/api/users/me").status_code == 401
    own = own_link(owner, album.id)
    assert owner_client.get(f"{LINKS}/me?key={own.key}").status_code == 401
    assert owner_client.get(f"{LINKS}/me?key={link.key}").status_code == 200
