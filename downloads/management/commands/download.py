"""Many originals into a folder, from the portal's library, an Immich server, or a guest's link."""

import io
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from downloads.batch.asked import understand
from downloads.batch.concealing import conceal
from downloads.batch.options import OPTIONS, gather
from downloads.batch.template import FIELDS
from downloads.batch.wanted import BatchError, WrongOptions

WRONG = 2
MORE = """
Every option can also be an environment variable of the same name in capitals (SAVE_TO,
IMMICH_API_URL, …; the password of a link is SHARE_PASSWORD), or a file
$CREDENTIALS_DIRECTORY/save_to as systemd makes them by LoadCredential. A flag beats a variable, a
variable beats a credential. Underscores do for dashes.

The exit code is 0 when everything asked for is there, 1 when something failed, 2 for wrong
options, 130 when interrupted; the same command then goes on where it stopped.
"""


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        fields = ", ".join(f"{{{name}}}" for name in FIELDS)
        epilog = f"{MORE}\nFields of --path-template: {fields}."
        parser = super().create_parser(
            prog_name, subcommand, allow_abbrev=False, epilog=epilog, **kwargs
        )
        usual = parser.error

        def error(message: str) -> Any:
            return usual(_without_values(message))

        parser.error = error  # type: ignore[method-assign]
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        for option in OPTIONS:
            usual: dict[str, Any] = {"dest": option.dest, "help": option.help, "default": None}
            if option.is_switch:
                parser.add_argument(*option.flags, action="store_const", const="yes", **usual)
            else:
                action = "append" if option.is_many else "store"
                parser.add_argument(*option.flags, action=action, metavar=option.metavar, **usual)

    def handle(self, *args: Any, **options: Any) -> None:
        conceal(
            str(options.get(name) or "") for name in ("immich_api_key", "password", "share_url")
        )
        from downloads.batch.download import download, interrupted

        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")  # a name the terminal cannot write
        try:
            asked = understand(gather(options))
            code = download(asked, self.stdout.write, sys.stderr)
        except WrongOptions as exc:
            raise CommandError(str(exc), returncode=WRONG) from exc
        except BatchError as exc:
            raise CommandError(str(exc)) from exc
        except KeyboardInterrupt:
            code = interrupted(self.stdout.write)
        except BrokenPipeError:  # nobody reads on: `| head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = 1
        if code:
            sys.exit(code)


def _without_values(message: str) -> str:
    """What was mistyped, without what follows it: that may be a key."""
    beginning, found, words = message.partition("unrecognized arguments: ")
    if not found:
        return message
    flags = [word.partition("=")[0] for word in words.split() if word.startswith("-")]
    return f"{beginning}{found}{' '.join(flags) or 'words without an option'}"
