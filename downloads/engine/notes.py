"""What a part says it is a part of: a few lines of JSON beside it."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from .tasks import DownloadTask

NOTE_MAX = 4096
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Note:
    """What a part is a part of."""

    url: str  # SHA-256 of the address: it may hold a key
    size: int | None
    sha1: str | None
    total: int | None
    validator: str | None
    boot: str

    def continues(self, earlier: "Note") -> bool:
        """Whether bytes noted as ``earlier`` are of this content.

        With a checksum, the end result is the judge, so they may be from another address. Without
        one, the validator is, and only since this start of the machine: after a power cut a file
        may have its length and not its bytes.
        """
        if self.size != earlier.size or self.sha1 != earlier.sha1:
            return False
        same_source = self.url == earlier.url and self.boot == earlier.boot
        return self.sha1 is not None or (same_source and earlier.validator is not None)


def note_of(task: DownloadTask) -> Note:
    try:
        boot = BOOT_ID.read_text().strip()
    except OSError:
        boot = ""
    url = hashlib.sha256(task.url.encode()).hexdigest()
    sha1 = task.checksum.hex() if task.checksum else None
    return Note(url, task.size, sha1, None, None, boot)


def read_note(path: Path) -> Note | None:
    try:
        with path.open("rb") as file:
            return Note(**json.loads(file.read(NOTE_MAX)))
    except (OSError, ValueError, TypeError):
        return None


def write_note(path: Path, note: Note) -> None:
    path.write_text(json.dumps(asdict(note)))
