"""Headers of tus 1.0.0 (https://tus.io/protocols/resumable-upload), read and written."""

import binascii
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.utils.http import http_date

from sharing.contributions.beginning import Announced
from sharing.contributions.callers import Caller
from sharing.contributions.naming import moment_of, safe_name, safe_path
from sharing.contributions.refusals import Refused

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,termination,expiration"
ALGORITHMS = {"sha1": 20, "sha256": 32}  # with the length of their digests
PIECE_TYPE = "application/offset+octet-stream"
_LONGEST_METADATA = 16 * 1024  # characters
Pairs = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the piece in a request's body must come to."""

    algorithm: str
    digest: bytes


def method_of(caller: Caller, method: str) -> str:
    """The method that is meant: some proxies let no others than GET and POST through."""
    override = caller.header("x-http-method-override").upper()
    return override if method == "POST" and override in {"PATCH", "DELETE", "HEAD"} else method


def check_version(caller: Caller) -> None:
    if caller.header("tus-resumable") != VERSION:
        raise Refused(HTTPStatus.PRECONDITION_FAILED, "", *pairs({"Tus-Version": VERSION}))


def announced_in(caller: Caller) -> Announced:
    """A new upload's length and metadata; raises ``Refused``."""
    length = caller.header("upload-length")
    if not re.fullmatch("[0-9]{1,15}", length):
        raise Refused(HTTPStatus.BAD_REQUEST, "Upload-Length must be a number of bytes.")
    said = metadata_in(caller.header("upload-metadata"))
    return Announced(
        size=int(length),
        filename=safe_name(said.get("filename") or said.get("name", "")),
        media_type=said.get("filetype") or said.get("type", ""),
        modified_at=moment_of(said.get("filemodified", "")),
        relative_path=safe_path(said.get("relativePath", "")),
        contributor=said.get("contributor"),
    )


def offset_in(caller: Caller) -> int:
    offset = caller.header("upload-offset")
    if not re.fullmatch("[0-9]{1,15}", offset):
        raise Refused(HTTPStatus.BAD_REQUEST, "Upload-Offset must be a number of bytes.")
    return int(offset)


def check_piece(caller: Caller) -> None:
    if not is_piece(caller):
        words = f"Content-Type must be {PIECE_TYPE}."
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, words)


def is_piece(caller: Caller) -> bool:
    return caller.header("content-type").partition(";")[0].strip().lower() == PIECE_TYPE


def length_in(caller: Caller) -> int | None:
    """How many bytes follow, where the request says so."""
    length = caller.header("content-length")
    return int(length) if length.isascii() and length.isdigit() else None


def checksum_in(caller: Caller) -> Checksum | None:
    """The piece's checksum; raises ``Refused`` for one that cannot be compared."""
    text = caller.header("upload-checksum")
    if not text:
        return None
    algorithm, _, encoded = text.partition(" ")
    try:
        digest = b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != ALGORITHMS.get(algorithm):
        words = f"Upload-Checksum must be one of {', '.join(ALGORITHMS)}, and its digest in Base64."
        raise Refused(HTTPStatus.BAD_REQUEST, words)
    return Checksum(algorithm, digest)


def metadata_in(text: str) -> dict[str, str]:
    """Keys with their values in Base64; what is none is passed over."""
    found = {}
    for pair in text[:_LONGEST_METADATA].split(","):
        key, _, encoded = pair.strip().partition(" ")
        try:
            value = b64decode(encoded.strip(), validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            continue
        if key:
            found[key] = value
    return found


def metadata_out(**values: str) -> str:
    encoded = {key: b64encode(value.encode()).decode() for key, value in values.items() if value}
    return ",".join(f"{key} {value}" for key, value in encoded.items())


def expiry(moment: datetime) -> str:
    return http_date(moment.timestamp())


def pairs(headers: dict[str, str]) -> Pairs:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
