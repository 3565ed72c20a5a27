"""Reads settings from the environment, and refuses what it cannot understand."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured

from portal.library.immich.address import BadAddress, clean, clean_key
from portal.mail_server import BadMailServer, MailServer, parse_mail_server

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SIZES = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


@dataclass(frozen=True)
class Environment:
    """Typed access to environment variables.

    Each reader takes the variable's name and a default, and raises ``ImproperlyConfigured`` with
    the name, the value and what is expected. ``NAME_FILE`` holds the path of a file with the value,
    for secrets.
    """

    values: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def text(self, name: str, default: str = "") -> str:
        if path := self.values.get(f"{name}_FILE"):
            if name in self.values:
                raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
            try:
                return Path(path).read_text().strip()
            except (OSError, UnicodeDecodeError) as exc:
                raise ImproperlyConfigured(f"{name}_FILE: cannot read {path} ({exc}).") from exc
        return self.values.get(name, "").strip() or default

    def path(self, name: str, default: Path) -> Path:
        text = self.text(name, str(default))
        try:
            return Path(text).expanduser().absolute()
        except RuntimeError as exc:  # ~nobody-of-this-name
            raise ImproperlyConfigured(f"{name}={text}: {exc}") from exc

    def integer(self, name: str, default: int, *, least: int = 0) -> int:
        text = self.text(name, str(default))
        if not re.fullmatch(r"[0-9]{1,12}", text) or int(text) < least:
            raise ImproperlyConfigured(f"{name}={text}: expected a whole number from {least}.")
        return int(text)

    def boolean(self, name: str, *, default: bool) -> bool:
        text = self.text(name, "yes" if default else "no").lower()
        if text in {"1", "yes", "true", "on"}:
            return True
        if text in {"0", "no", "false", "off"}:
            return False
        raise ImproperlyConfigured(f"{name}={text}: expected yes or no.")

    def duration(self, name: str, default: str) -> timedelta:
        text = self.text(name, default)
        try:
            return parse_duration(text)
        except ValueError as exc:
            raise ImproperlyConfigured(f"{name}={text}: {exc}") from exc

    def size(self, name: str, default: str) -> int:
        """A number of bytes: ``500M``, ``20G``, ``1048576``."""
        text = self.text(name, default)
        match = re.fullmatch(r"([0-9]{1,15})([KMGT]?)B?", text, re.IGNORECASE)
        if not match:
            raise ImproperlyConfigured(f"{name}={text}: expected a size like 500M or 20G.")
        return int(match[1]) * _SIZES[match[2].upper()]

    def address(self, name: str, default: str) -> tuple[str, int]:
        """A host and port to listen on: ``127.0.0.1:8000``, ``[::1]:8000``."""
        text = self.text(name, default)
        host, _, port = text.rpartition(":")
        if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
            raise ImproperlyConfigured(f"{name}={text}: expected HOST:PORT, like 127.0.0.1:8000.")
        return host.strip("[]"), int(port)

    def networks(self, name: str) -> list[str]:
        """Addresses and networks by comma, as networks: ``10.0.0.7, fd00::/8``."""
        texts = [text.strip() for text in self.text(name).split(",") if text.strip()]
        try:
            return [str(ip_network(text, strict=False)) for text in texts]
        except ValueError as exc:
            expected = "expected addresses or networks, like 127.0.0.1, 172.16.0.0/12."
            raise ImproperlyConfigured(f"{name}={', '.join(texts)}: {expected}") from exc

    def web_address(self, name: str) -> SplitResult:
        """The address of a site, ``https://photos.example.org``; all empty where it is not set."""
        text = self.text(name).rstrip("/")
        expected = ImproperlyConfigured(f"{name}={text}: expected https://photos.example.org")
        try:
            url = urlsplit(text)
            is_site = url.scheme in {"http", "https"} and url.hostname and url.port != 0
        except ValueError as exc:
            raise expected from exc
        if text and (not is_site or url.path or url.query or url.fragment or url.username):
            raise expected
        return url

    def immich_address(self, name: str) -> str:
        """The address of an Immich server, however it is written; empty where it is not set."""
        text = self.text(name)
        try:
            return clean(text) if text else ""
        except BadAddress as exc:
            raise ImproperlyConfigured(f"{name}: {exc}.") from exc

    def immich_key(self, name: str) -> str:
        """A key that fits into a header; what is wrong with it is told without repeating it."""
        text = self.text(name)
        try:
            return clean_key(text) if text else ""
        except BadAddress as exc:
            raise ImproperlyConfigured(f"{name}: {exc}.") from exc

    def mail_server(self, name: str) -> MailServer | None:
        """Where e-mail leaves; what is wrong with it is told without repeating its password."""
        text = self.text(name)
        try:
            return parse_mail_server(text) if text else None
        except BadMailServer as exc:
            raise ImproperlyConfigured(f"{name}: {exc}.") from exc

    def service_addresses(self, name: str) -> list[str]:
        """Addresses of services to notify, by blanks or line breaks; they hold keys."""
        addresses = self.text(name).split()
        if any("://" not in address for address in addresses):
            raise ImproperlyConfigured(
                f"{name}: expected addresses like ntfys://host/topic, separated by blanks."
            )
        return addresses

    def time_zone(self, name: str, default: str) -> str:
        text = self.text(name, default)
        try:
            ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
            expected = f"{name}={text}: expected a time zone like Europe/Berlin."
            raise ImproperlyConfigured(expected) from exc
        return text

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        text = self.text(name, default).lower()
        if text not in choices:
            raise ImproperlyConfigured(f"{name}={text}: expected one of {', '.join(choices)}.")
        return text


def parse_duration(text: str) -> timedelta:
    """Read ``30s``, ``5m``, ``12h`` or ``7d``; raises ``ValueError`` that says what is expected."""
    match = re.fullmatch(r"([0-9]{1,6})\s*([smhd])", text.strip(), re.IGNORECASE)
    if not match:
        raise ValueError("expected a duration like 30s, 5m, 12h or 7d")
    return timedelta(seconds=int(match[1]) * _UNITS[match[2].lower()])
