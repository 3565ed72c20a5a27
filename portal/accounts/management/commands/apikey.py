import sys
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from portal.accounts.api_keys import make_api_key
from portal.accounts.models import ApiKey
from portal.accounts.permissions import PERMISSIONS
from portal.serving.database import explain, is_circumstance


class BadRequest(Exception):
    """The command's arguments name nothing that can be done; the message is one line."""


class Command(BaseCommand):
    help = "Make, list and revoke the keys by which programs use /api."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="Make a key; it is the last word printed.")
        create.add_argument("name", help="What it is for, as the list of keys shows it.")
        create.add_argument(
            "--permission",
            action="append",
            default=[],
            metavar="NAME",
            help=f"What it may do, again for each; without it all. {', '.join(sorted(PERMISSIONS))}",
        )
        create.add_argument("--user", default="", help="Default: the first administrator.")
        actions.add_parser("list", help="List all keys, and when each was used last.")
        revoke = actions.add_parser("revoke", help="Delete a key: it opens nothing any more.")
        revoke.add_argument("key", metavar="ID", help="The key's id, as printed by list.")

    def handle(self, *, action: str, **options: Any) -> None:
        actions = {"create": self._create, "list": self._list, "revoke": self._revoke}
        try:
            actions[action](options)
        except ValidationError as exc:
            sys.exit(f"apikey: {' '.join(exc.messages)}")
        except BadRequest as exc:
            sys.exit(f"apikey: {exc}")
        except DatabaseError as exc:
            if not is_circumstance(exc):
                raise
            sys.exit(f"apikey: {explain(exc)}")

    def _create(self, options: dict[str, Any]) -> None:
        owner = _find_user(options["user"])
        key, secret = make_api_key(owner, options["name"], options["permission"] or ["all"])
        allowed = ", ".join(key.permissions)
        self.stdout.write(f"Key “{key.name}” of {owner} for {allowed}, shown only now: {secret}")

    def _list(self, options: dict[str, Any]) -> None:
        for key in ApiKey.objects.select_related("owner"):
            used = f"{timezone.localtime(key.used_at):%Y-%m-%d %H:%M}" if key.used_at else "never"
            allowed = ",".join(key.permissions)
            self.stdout.write(f"{key.pk}  {key.owner}  last used {used}  {allowed}  {key.name}")

    def _revoke(self, options: dict[str, Any]) -> None:
        revoked, _ = ApiKey.objects.filter(pk=_uuid(options["key"])).delete()
        if not revoked:
            raise BadRequest(f"There is no key {options['key']!r}: see apikey list.")


def _find_user(name: str) -> User:
    users = User.objects.filter(is_active=True)
    if name:
        found = users.filter(username=name).first()
    else:
        found = users.filter(is_superuser=True).order_by("pk").first()
    if found is None:
        raise BadRequest(f"There is no user {name!r}." if name else "There is no user yet.")
    return found


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as exc:
        raise BadRequest(f"{text!r} is no id of a key: see apikey list.") from exc
