"""Where a server is, and what is shown to it to be let in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.library.immich.address import BadAddress, clean, clean_key

from .errors import NotAServer


@dataclass(frozen=True, slots=True)
class Access:
    """An address, and the headers that let in: of an API key, or of a guest's link.

    A link's key beats an API key on Immich, so the two never go together. They travel in headers,
    since addresses end up in logs.
    """

    site: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_guest: bool = False

    def url(self, path: str) -> str:
        """``/assets/…`` as the whole address."""
        return f"{self.site}/api{path}"

    def as_guest(self, key: str | None, slug: str | None) -> "Access":
        """The same server by a link; itself where none is given."""
        return access_to(self.site, key=key, slug=slug) if key or slug else self

    def with_token(self, token: str) -> "Access":
        """Once the link's password was accepted; ``token`` as the server wrote it."""
        cookie = f"immich_shared_link_token={token}"
        return Access(self.site, {**self.headers, "cookie": cookie}, self.is_guest)


def access_to(
    url: str, *, api_key: str | None = None, key: str | None = None, slug: str | None = None
) -> Access:
    """Raises ``NotAServer`` with a sentence that does not repeat what was given."""
    given = {
        name: text
        for name, text in (
            ("x-api-key", api_key),
            ("x-immich-share-key", key),
            ("x-immich-share-slug", slug),
        )
        if text
    }
    if len(given) != 1:
        raise NotAServer("Give one of these: an API key, a link's key, or a link's slug")
    [(name, text)] = given.items()
    try:
        return Access(clean(url), {name: clean_key(text)}, is_guest=name != "x-api-key")
    except BadAddress as exc:
        raise NotAServer(f"The server or its key: {exc}") from exc
