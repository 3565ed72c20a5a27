"""Photos and videos into the portal's library, to an Immich or Loggia server, or into a guest's link."""

import io
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from downloads.batch.concealing import conceal
from downloads.batch.wanted import BatchError, WrongOptions
from downloads.upload.asked import WHERE_TO, understand

WRONG = 2
MORE = """
The server, its key, the link and its password can also be in the environment (IMMICH_API_URL,
IMMICH_API_KEY, SHARE_URL, SHARE_PASSWORD) or in files of $CREDENTIALS_DIRECTORY; a flag beats
both. Nothing is deleted here before the server has read back the checksum of the very file.

The exit code is 0 when everything is there, 1 when something failed, 2 for wrong options, 130 when
interrupted; the same command then goes on where it stopped.
"""


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, allow_abbrev=False, epilog=MORE, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", help="files, and folders of files")
        for option in WHERE_TO:
            parser.add_argument(
                *option.flags, dest=option.dest, metavar=option.metavar, help=option.help
            )
        parser.add_argument("--album", metavar="NAME", help="the album they go to; made if need be")
        parser.add_argument("--user", metavar="NAME", help="whose album (default: the first admin)")
        parser.add_argument(
            "--ignore", action="append", metavar="PATTERN",
            help="leave out what matches, like '*.tmp' or '*/drafts/*'; may be repeated",
        )  # fmt: skip
        parser.add_argument(
            "--concurrency", type=int, default=5, metavar="NUMBER", help="files at once (5)"
        )
        for flag, help_ in (
            ("--include-hidden", "hidden files and folders too"),
            ("--skip-duplicates", "do not ask first what the server has"),
            ("--delete-uploads", "delete here what arrived"),
            ("--delete-duplicates", "delete here what the server had already"),
            ("--dry-run", "say what would be done, and do nothing"),
        ):
            parser.add_argument(flag, action="store_true", help=help_)

    def handle(self, *args: Any, **options: Any) -> None:
        conceal(str(options.get(name) or "") for name in ("key", "password", "share_url"))
        from downloads.upload.running import upload

        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")  # a name the terminal cannot write
        try:
            code = upload(understand(options), self.stdout.write, sys.stderr)
        except WrongOptions as exc:
            raise CommandError(str(exc), returncode=WRONG) from exc
        except BatchError as exc:
            raise CommandError(str(exc)) from exc
        except KeyboardInterrupt:
            self.stdout.write("Interrupted. The same command goes on from here.")
            code = 130
        except BrokenPipeError:  # nobody reads on: `| head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = 1
        if code:
            sys.exit(code)
