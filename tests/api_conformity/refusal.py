"""A request that is refused, and words that many of them share."""

from dataclasses import dataclass, field
from typing import Any

UNKNOWN = "00000000-0000-4000-8000-000000000000"
LINKS = "/shared-links"
ALBUM = {"type": "ALBUM", "albumId": "<album>"}
CHOSEN = {"type": "INDIVIDUAL", "assetIds": ["<photo>"]}
TIMES = {"fileCreatedAt": "2025-05-05T10:00:00.000Z", "fileModifiedAt": "2025-05-05T10:00:00.000Z"}
FORM = {"deviceAssetId": "x", "deviceId": "rec"} | TIMES
LOCK = "a password guards everything, not /me alone"
CHECKED = "what is sent is looked at before it is confirmed"
ZEROS = {"x-immich-checksum": "0" * 40}


@dataclass(frozen=True)
class Refusal:
    """``who`` asks: ``owner``, ``limited``, ``bob``, ``wrong`` (by their keys), or ``nobody``."""

    recording: str
    asked: str
    status: int
    body: Any = None
    who: str = "owner"
    theirs: int = 0  # Immich's status, where it is another
    why: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    file: tuple[str, str, bytes] | None = None  # field, name and content; ``body`` is the form

    def __str__(self) -> str:
        return self.recording
