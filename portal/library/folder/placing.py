"""The bytes of a file that was sent, on their way to the place that is theirs."""

import contextlib
import errno
import hashlib
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.utils.translation import gettext as _

from portal.library.folder.filing import Claim
from portal.library.folder.reading import Read, Refused, read_at
from portal.library.folder.roots import Look, Root
from portal.library.folder.sidecars import put_beside, take_away
from portal.library.interface import LibraryFull, LibraryUnavailable
from portal.library.reserve import kept_free
from portal.library.types import NotTaken, Rendition

SAME_TIME = 2e-6  # seconds
# Seconds from 1970: senders say any time, and the index holds 64 bits of nanoseconds
FARTHEST = 2**33
NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
NO_LINKS = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EACCES}


@dataclass(frozen=True)
class Placing:
    """Asks no database, so any thread may call."""

    root: Root
    reserve: int  # bytes of the disk that stay free
    ahead: tuple[Rendition, ...] = ()

    def bring(self, claim: Claim) -> Read | NotTaken:
        """Put a file under its name once it is read there, whole, and is what was promised.

        Raises ``LibraryUnavailable`` where the disk is full, away or write-protected.
        """
        try:
            return self._bring(claim)
        except OSError as exc:
            if exc.errno in NO_SPACE:
                raise _full() from exc
            why = _("%(path)s cannot be written (%(why)s).")
            facts = {"path": self.root.path, "why": exc.strerror}
            raise LibraryUnavailable(why % facts) from exc

    def _bring(self, claim: Claim) -> Read | NotTaken:
        folder = self._open(claim.folder)
        target = folder / os.fsdecode(claim.name)
        if target.exists():  # an earlier call was killed when it had come so far
            return self._checked(claim, target)
        part = folder / part_of(claim.file.key)
        part.unlink(missing_ok=True)
        try:
            if not self._put(claim.file.path, part, claim.file.own_time):
                return _again(claim, _("The file that was sent is not there any more."))
            found = self._checked(claim, part)
            if isinstance(found, Read) and not self._name(claim, part, target):
                return _again(claim, _("There is another file of this name by now."))
        finally:
            part.unlink(missing_ok=True)
        _sync(folder)
        return found

    def _open(self, folder: bytes) -> Path:
        """Make the folder; raises ``LibraryUnavailable`` where a link leads out of the root."""
        real = self.root.resolve(folder, b"")
        if real is None:
            why = _("%(path)s leads out of the folder for what guests send.")
            raise LibraryUnavailable(why % {"path": os.fsdecode(self.root.full(folder))})
        path = Path(os.fsdecode(real))
        if not path.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            _sync(path.parent)
        return path

    def _put(self, source: Path, part: Path, modified_at: datetime) -> bool:
        """A second name for the same bytes where the disk is the same, else a copy, made safe."""
        try:
            os.link(source, part)
        except FileNotFoundError:
            return False
        except OSError as exc:
            if exc.errno not in NO_LINKS:
                raise
            self._copy(source, part)
        part.chmod(part.parent.stat().st_mode & 0o666 | 0o600)
        with contextlib.suppress(OSError, OverflowError):
            moment = max(-FARTHEST, min(modified_at.timestamp(), FARTHEST))
            # What is dated so already may be a second name of a file that the index knows
            if abs(part.stat().st_mtime - moment) > SAME_TIME:
                os.utime(part, (moment, moment))
        _sync(part)
        return True

    def _copy(self, source: Path, part: Path) -> None:
        disk = shutil.disk_usage(part.parent)
        if disk.free < source.stat().st_size + kept_free(self.reserve, disk.total):
            raise _full()
        shutil.copyfile(source, part, follow_symlinks=False)

    def _name(self, claim: Claim, part: Path, target: Path) -> bool:
        """What came along is there first: whoever sees the file sees it as it is meant."""
        if claim.file.sidecar:
            put_beside(target, claim.file.sidecar)
        if _give_name(part, target):
            return True
        if claim.file.sidecar:
            take_away(target)
        return False

    def _checked(self, claim: Claim, path: Path) -> Read | NotTaken:
        """Read it back from its first byte to its last."""
        status = path.lstat()
        sidecar = claim.file.sidecar
        found = read_at(os.fsencode(path), claim.spot, Look.of(status), self.ahead, sidecar)
        if isinstance(found, Read) and found.content.sha1 == claim.file.sha1:
            return found
        if isinstance(found, Refused) and _sha1(path) == claim.file.sha1:
            return NotTaken(claim.file.key, found.reason, found.is_final)
        return _again(claim, _("The file is not what it was when it arrived."))


def part_of(key: UUID) -> str:
    """What the file of a key is called until it is whole; no look at the folders sees it."""
    return f".{key.hex}.part"


def _give_name(part: Path, target: Path) -> bool:
    """Let a file go by its name unless another one does; on disks without links as well."""
    try:
        os.link(part, target)
    except FileExistsError:
        return False
    except OSError as exc:
        if exc.errno not in NO_LINKS:
            raise
        if target.exists():
            return False
        part.rename(target)
    return True


def _sha1(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha1").digest()


def _again(claim: Claim, reason: str) -> NotTaken:
    return NotTaken(claim.file.key, reason, is_final=False)


def _sync(path: Path) -> None:
    """See that a file, or the names in a folder, are on the disk."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _full() -> LibraryFull:
    return LibraryFull(_("The server’s disk is full."))
