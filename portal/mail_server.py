"""The server by which e-mail leaves, read from one address: ``smtps://user:password@host``."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

EXPECTED = "expected smtps://user:password@mail.example.org or smtp://localhost:25"


class BadMailServer(ValueError):
    """Not the address of a mail server; the message does not repeat it, for it holds a password."""


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    has_tls: bool  # from its first byte
    starts_tls: bool


def parse_mail_server(text: str) -> MailServer:
    """``smtps`` is TLS from the start (RFC 8314), ``smtp`` turns to it before any password is sent.

    Only a server that is told no password, as one's own on the same machine, is spoken to in the
    clear. Raises ``BadMailServer``.
    """
    try:
        url = urlsplit(text)
        host, port = url.hostname, url.port
    except ValueError as exc:
        raise BadMailServer(EXPECTED) from exc
    is_plain = url.scheme in {"smtp", "smtps"} and url.path in {"", "/"} and not url.query
    if not is_plain or not host or port == 0 or bool(url.username) != bool(url.password):
        raise BadMailServer(EXPECTED)
    has_tls, user = url.scheme == "smtps", unquote(url.username or "")
    usual = 465 if has_tls else 587 if user else 25
    password = unquote(url.password or "")
    return MailServer(host, port or usual, user, password, has_tls, bool(user) and not has_tls)
