"""What an upload says beside its file: Immich's fields, those that mean something here.

``deviceAssetId``, ``deviceId``, ``duration``, ``metadata`` and whatever else comes are passed over.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import quote, unquote
from uuid import UUID

from multipart import MultipartSegment

from portal.api_errors import ApiRefused

VISIBILITIES = frozenset({"archive", "timeline", "hidden", "locked"})
SHA1_BYTES = 20


@dataclass(frozen=True, slots=True)
class Fields:
    """Times are aware. ``filename`` is what the file is to be called instead, or empty.

    ``visibility`` ``hidden`` is for moving halves of live photos, which their stills hide.
    """

    created_at: datetime
    modified_at: datetime
    filename: str
    live_video_id: UUID | None
    is_favorite: bool
    visibility: str


def read_fields(sent: Mapping[str, str]) -> Fields:
    """Raises ``ApiRefused`` (400) that names each field which is missing or makes no sense."""
    wrong: list[str] = []
    times = {name: _moment(sent, name, wrong) for name in ("fileCreatedAt", "fileModifiedAt")}
    half = _uuid(sent, "livePhotoVideoId", wrong)
    visibility = sent.get("visibility") or "timeline"
    if visibility not in VISIBILITIES:
        wrong.append(f"visibility must be one of {', '.join(sorted(VISIBILITIES))}")
    if (sent.get("isFavorite") or "false") not in {"true", "false"}:
        wrong.append("isFavorite must be true or false")
    created, modified = times["fileCreatedAt"], times["fileModifiedAt"]
    if wrong or created is None or modified is None:
        raise ApiRefused(HTTPStatus.BAD_REQUEST, wrong)
    is_favorite = sent.get("isFavorite") == "true"
    return Fields(created, modified, sent.get("filename", ""), half, is_favorite, visibility)


def checksum_in(text: str) -> bytes | None:
    """A SHA-1 in hexadecimal or in Base64; ``None`` of nothing. Raises ``ApiRefused`` (400)."""
    text = text.strip()
    if not text:
        return None
    try:
        digest = (
            bytes.fromhex(text) if len(text) == 2 * SHA1_BYTES else b64decode(text, validate=True)
        )
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != SHA1_BYTES:
        words = "x-immich-checksum must be a SHA-1, in hexadecimal or in Base64"
        raise ApiRefused(HTTPStatus.BAD_REQUEST, words)
    return digest


def filename_of(segment: MultipartSegment) -> str | None:
    """The name of a part's file; ``None`` of a part that is none.

    Some clients send names percent-encoded, some by RFC 5987.
    """
    disposition = segment.header("Content-Disposition", "")
    if encoded := re.search(r";\s*filename\*\s*=\s*utf-8''([^;\s]+)", disposition, re.IGNORECASE):
        return unquote(encoded[1])
    return None if segment.filename is None else _decoded(segment.filename)


def _decoded(name: str) -> str:
    """Decode a name of which nothing is left that would have been encoded, had it been."""
    if "%" not in name or re.search(r"%(?![0-9A-Fa-f]{2})", name):
        return name
    if quote(name, safe="!#$%&'()*+,-./:;=?@[]^_`{|}~") != name:
        return name
    try:
        return unquote(name, errors="strict")
    except UnicodeDecodeError:
        return name


def _moment(sent: Mapping[str, str], name: str, wrong: list[str]) -> datetime | None:
    text = sent.get(name, "").strip()
    if not text:
        wrong.append(f"{name} should not be empty")
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        wrong.append(f"{name} must be a date and time such as 2024-05-01T10:00:00.000Z")
        return None


def _uuid(sent: Mapping[str, str], name: str, wrong: list[str]) -> UUID | None:
    text = sent.get(name, "").strip()
    try:
        return UUID(text) if text else None
    except ValueError:
        wrong.append(f"{name} must be a UUID")
        return None
