"""Which files are meant: those named, and in folders all that the server takes."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from .results import FailedEntry, Reason, RejectedEntry
from .server import Kinds
from .target import LocalFile


@dataclass(frozen=True, slots=True)
class Item:
    """A file to send, with the notes that lie beside it."""

    file: LocalFile
    sidecar: LocalFile | None = None
    is_half: bool = False  # the moving one of a live photo


@dataclass(slots=True)
class Scan:
    """What was found, each file once, by path."""

    items: list[Item] = field(default_factory=list)
    rejected: list[RejectedEntry] = field(default_factory=list)
    failed: list[FailedEntry] = field(default_factory=list)
    left_out: int = 0


@dataclass
class Scanner:
    """Walks folders without following links out of them. Blocks: for a thread.

    ``ignored`` are patterns as of the shell: one with a slash, like ``*/drafts/*``, is compared with
    the end of the path below the folder that was given, any other with the file's name. Hidden files are those whose name, or a
    folder's below the given one, begins with a dot; what is named itself is always meant.
    """

    kinds: Kinds
    ignored: Sequence[str] = ()
    include_hidden: bool = False
    _found: Scan = field(default_factory=Scan)
    _seen: set[tuple[int, int, str]] = field(default_factory=set)

    def scan(self, paths: Sequence[Path]) -> Scan:
        for given in paths:
            path = _home(given)
            try:
                is_folder = stat.S_ISDIR(path.stat().st_mode)
            except OSError as exc:
                self._fail(path, exc)
                continue
            if is_folder:
                self._walk(path)
            elif self._is_ignored(f"/{path.name}"):
                self._found.left_out += 1
            else:
                self._take(path, is_named=True)
        self._found.items.sort(key=lambda item: item.file.path)
        return self._found

    def _walk(self, top: Path) -> None:
        for folder, names, files in os.walk(top, onerror=self._fail_walk):
            here = Path(folder)
            below = "/" if here == top else f"/{here.relative_to(top).as_posix()}/"
            names[:] = sorted(name for name in names if self.include_hidden or name[0] != ".")
            for name in sorted(files):
                if name[0] == "." and not self.include_hidden:
                    continue
                if self._is_ignored(f"{below}{name}"):
                    self._found.left_out += self.is_media(name)
                else:
                    self._take(here / name, is_named=False)

    def _take(self, path: Path, *, is_named: bool) -> None:
        if not self.is_media(path.name):
            if is_named:
                entry = RejectedEntry(path, None, Reason.UNSUPPORTED)
                self._found.rejected.append(entry)
            elif path.suffix.lower() not in self.kinds.sidecars:
                self._found.left_out += 1
            return
        try:
            file = local_file(path)
            if file is None or self._is_known(file):
                return
            self._found.items.append(Item(file, self._sidecar(path)))
        except OSError as exc:
            self._fail(path, exc)

    def is_media(self, name: str) -> bool:
        return os.path.splitext(name)[1].lower() in self.kinds.media  # noqa: PTH122

    def _is_known(self, file: LocalFile) -> bool:
        """Whether it was found before: given twice, or in a folder that was given too."""
        key = (file.inode, file.mtime_ns, os.path.realpath(file.path))
        is_known = key in self._seen
        self._seen.add(key)
        return is_known

    def _is_ignored(self, below: str) -> bool:
        name = below.rpartition("/")[2]
        return any(
            fnmatchcase(below, f"*{pattern}") if "/" in pattern else fnmatchcase(name, pattern)
            for pattern in self.ignored
        )

    def _sidecar(self, path: Path) -> LocalFile | None:
        """``photo.jpg.xmp`` is of this file alone; ``photo.xmp`` may be of several."""
        for stem in (path.name, path.stem):
            for suffix in _spellings(self.kinds.sidecars):
                beside = path.with_name(stem + suffix)
                if beside.exists() and (file := local_file(beside)):
                    return file
        return None

    def _fail_walk(self, exc: OSError) -> None:
        self._fail(Path(os.fsdecode(exc.filename or "")), exc)

    def _fail(self, path: Path, exc: OSError) -> None:
        why = f"It cannot be read: {exc.strerror or exc}"
        self._found.failed.append(FailedEntry(path, why))


def _home(path: Path) -> Path:
    """``~/DCIM`` as the folder it means."""
    try:
        return path.expanduser()
    except RuntimeError:  # nobody of that name: then it is a name like any other
        return path


def local_file(path: Path) -> LocalFile | None:
    """A file as it is now; ``None`` for a pipe, a device and the like. Raises ``OSError``."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        return None
    birth = getattr(found, "st_birthtime", None)
    born_ns = int(birth * 1_000_000_000) if birth else found.st_mtime_ns
    return LocalFile(
        path, found.st_size, found.st_mtime_ns, found.st_ino, min(born_ns, found.st_mtime_ns)
    )


def is_unchanged(file: LocalFile) -> bool:
    """Whether a file is still the one that was read."""
    try:
        now = local_file(file.path)
    except OSError:
        return False
    return now is not None and (now.size, now.mtime_ns, now.inode) == (
        file.size, file.mtime_ns, file.inode,
    )  # fmt: skip


def _spellings(suffixes: frozenset[str]) -> Iterator[str]:
    for suffix in sorted(suffixes):
        yield suffix
        yield suffix.upper()
