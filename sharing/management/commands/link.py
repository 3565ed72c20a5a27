import json
import sys
from argparse import ArgumentTypeError
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from portal.library.interface import LibraryError
from sharing.access import standing_of
from sharing.links import delete_link, share_album
from sharing.managing.command_link import (
    BadRequest,
    describe,
    find_album,
    find_owner,
    one_line,
    read_settings,
)
from sharing.managing.wording import state_of
from sharing.models import MOST_COUNTED, SharedLink, UploadKinds

Number = TypeVar("Number", int, Decimal)


class Command(BaseCommand):
    help = "Make, list and revoke links to albums."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="Make a link to an album and print its address.")
        create.add_argument("--album", required=True, help="Its name: the folder below the root.")
        create.add_argument("--slug", default="", help="A short address: /s/SLUG.")
        create.add_argument("--password", help="Guests must know it to come in.")
        create.add_argument("--expires", help="7d, 12h, or a date or time in ISO 8601.")
        create.add_argument("--description", default="", help="The title that guests read.")
        create.add_argument("--owner", default="", help="Default: the first administrator.")
        for switch in ("allow-upload", "no-download", "no-metadata", "no-location", "json"):
            create.add_argument(f"--{switch}", action="store_true")
        create.add_argument("--max-visitors", type=_count, help="So many people may come.")
        create.add_argument("--max-downloads", type=_count, help="So many downloads may be made.")
        create.add_argument("--max-gb", type=_decimal, help="So much may be downloaded in all.")
        create.add_argument("--idle-days", type=_count, help="It closes after days without use.")
        _add_upload_rules(create)
        every = actions.add_parser("list", help="List all links.")
        every.add_argument("--json", action="store_true")
        revoke = actions.add_parser("revoke", help="Delete a link: it lets nobody in any more.")
        revoke.add_argument("id", help="The link's id, as printed by list.")

    def handle(self, *, action: str, **options: Any) -> None:
        actions = {"create": self._create, "list": self._list, "revoke": self._revoke}
        try:
            actions[action](options)
        except ValidationError as exc:
            sys.exit(f"link: {one_line(exc)}")
        except (BadRequest, LibraryError) as exc:
            sys.exit(f"link: {exc}")

    def _create(self, options: dict[str, Any]) -> None:
        wanted = read_settings(options)
        owner = find_owner(options["owner"])
        link = share_album(owner, find_album(options["album"]).id, wanted)
        said = describe(link)
        self.stdout.write(json.dumps(said) if options["json"] else said["url"])

    def _list(self, options: dict[str, Any]) -> None:
        links, now = SharedLink.objects.alive().given(), timezone.now()
        if options["json"]:
            self.stdout.write(json.dumps([describe(link) for link in links]))
            return
        for link in links:
            state = state_of(link, standing_of(link, ""), now).words
            self.stdout.write(f"{link.pk}  {describe(link)['url']}  {state}  {link.description}")

    def _revoke(self, options: dict[str, Any]) -> None:
        link = SharedLink.objects.alive().filter(pk=_uuid(options["id"])).first()
        if link is None:
            raise BadRequest(f"There is no link {options['id']!r}.")
        delete_link(link)


def _add_upload_rules(create: CommandParser) -> None:
    rules = create.add_argument_group("what guests may add, with --allow-upload")
    rules.add_argument("--hide-album", action="store_true", help="They see only what they sent.")
    rules.add_argument("--no-review", action="store_true", help="Straight into the album.")
    rules.add_argument("--show-names", action="store_true", help="All guests read who sent what.")
    rules.add_argument("--upload-kinds", choices=UploadKinds.values, default=UploadKinds.ALL)
    rules.add_argument("--max-upload-mb", type=_decimal, help="A file may be so large.")
    rules.add_argument("--max-upload-gb", type=_decimal, help="All files together, at most.")
    rules.add_argument("--max-upload-files", type=_count, help="So many files may be sent.")
    rules.add_argument("--uploads-until", help="Closes for uploads: 7d, or a date or time.")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as exc:
        raise BadRequest(f"{text!r} is no id of a link: see link list.") from exc


def _count(text: str) -> int:
    return _within(int(text))


def _decimal(text: str) -> Decimal:
    return _within(Decimal(text))


def _within(number: Number) -> Number:
    if not 0 < number <= MOST_COUNTED:
        raise ArgumentTypeError(f"expected a number above 0, up to {MOST_COUNTED}")
    return number
