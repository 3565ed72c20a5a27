"""What the command was asked for: where to, and what to do with which files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from downloads.batch.options import Level, Option, Values, gather
from downloads.batch.wanted import WrongOptions
from downloads.client.uploading import Options

MOST_AT_ONCE = 32

# Only these are read from the environment too: what deletes files is said each time
WHERE_TO = (
    Option("url", "an Immich or Loggia server; without it, the portal's own library", "URL",
           spellings=("immich-api-url",), variable="IMMICH_API_URL"),
    Option("key", "its API key; better in the environment or a credential", "KEY",
           spellings=("immich-api-key",), variable="IMMICH_API_KEY"),
    Option("share-url", "a guest's link that takes uploads, instead of a server", "URL"),
    Option("password", "of that link", "PASSWORD", variable="SHARE_PASSWORD"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """Where to: a server by its key, a link, or neither: the portal's own library."""

    options: Options
    url: str = ""
    key: str = field(default="", repr=False)
    share_url: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    user: str = ""  # whose album it is, in the portal's own library


def understand(flags: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> Asked:
    """Raises ``WrongOptions`` with a sentence that says which option, and what is expected."""
    url, key, share_url, password = _where_to(gather(flags, environment, WHERE_TO))
    if share_url and flags.get("album"):
        raise WrongOptions("A link's files go into the link's album: leave out --album")
    if flags.get("user") and (url or share_url):
        raise WrongOptions("--user is of this portal: leave it out with --url and --share-url")
    return Asked(_options(flags), url, key, share_url, password, flags.get("user") or "")


def _options(flags: Mapping[str, Any]) -> Options:
    concurrency = int(flags["concurrency"])
    if not 1 <= concurrency <= MOST_AT_ONCE:
        raise WrongOptions(f"--concurrency: expected a number from 1 to {MOST_AT_ONCE}")
    album = flags.get("album")
    if album is not None and not album.strip():
        raise WrongOptions("--album is empty")
    return Options(
        paths=[_path(each) for each in flags["paths"]],
        ignored=tuple(flags.get("ignore") or ()),
        include_hidden=flags["include_hidden"],
        skip_duplicates=flags["skip_duplicates"],
        concurrency=concurrency,
        album_name=album.strip() if album else None,
        delete_uploads=flags["delete_uploads"],
        delete_duplicates=flags["delete_duplicates"],
        dry_run=flags["dry_run"],
    )


def _path(text: str) -> Path:
    if not text or "\0" in text:
        raise WrongOptions(f"{text!r} is no path")
    path = Path(text).expanduser().absolute()
    if not path.exists():
        raise WrongOptions(f"{path} is not there")
    return path


def _where_to(values: Values) -> tuple[str, str, str, str]:
    """What is said nearer wins: a flag beats a variable, a variable beats a credential."""
    server, link = values.level("url"), values.level("share-url")
    if link and link == server:
        raise WrongOptions("Give a server (--url) or a link (--share-url), not both")
    if link > server:
        return "", "", values.text("share-url"), values.text("password")
    if values.level("password") == Level.FLAG:
        raise WrongOptions("--password belongs to --share-url")
    if server and not values.level("key"):
        raise WrongOptions(
            "There is no API key for that server: give --key, IMMICH_API_KEY, or a credential "
            "immich_api_key"
        )
    if values.level("key") == Level.FLAG and not server:
        raise WrongOptions("There is an API key but no server: give --url")
    return (values.text("url"), values.text("key"), "", "") if server else ("", "", "", "")
