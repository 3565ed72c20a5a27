"""Files as multipart forms (RFC 7578), read while they are sent."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex

import anyio

from .errors import Trouble

READ_AT_ONCE = 2**20


@dataclass(frozen=True, slots=True)
class Attached:
    """A file in a form; ``size`` bytes of it are sent, or the form breaks off."""

    field: str
    path: Path
    filename: str
    size: int
    told: Callable[[int], None] = lambda sent: None


@dataclass(frozen=True, slots=True)
class Form:
    """The fields come before the files, so that a server can judge before it reads."""

    fields: Mapping[str, str]
    files: Sequence[Attached]
    boundary: str = field(default_factory=lambda: token_hex(16))

    @property
    def headers(self) -> dict[str, str]:
        parts = [self._before(), *(self._head(each) for each in self.files), self._after()]
        length = sum(map(len, parts)) + sum(each.size + 2 for each in self.files)
        return {
            "content-type": f"multipart/form-data; boundary={self.boundary}",
            "content-length": str(length),
        }

    async def body(self) -> AsyncIterator[bytes]:
        """Raises ``Trouble`` for a file that cannot be read, or is not as long as it was."""
        yield self._before()
        for each in self.files:
            yield self._head(each)
            async for piece in _pieces(each):
                yield piece
            yield b"\r\n"
        yield self._after()

    def _before(self) -> bytes:
        return b"".join(
            f'--{self.boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in self.fields.items()
        )

    def _head(self, file: Attached) -> bytes:
        name = quoted(file.filename)
        return (
            f'--{self.boundary}\r\nContent-Disposition: form-data; name="{file.field}"; '
            f'filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        ).encode()

    def _after(self) -> bytes:
        return f"--{self.boundary}--\r\n".encode()


def sendable(name: str) -> str:
    """A file's name in valid Unicode: not every name on a disk is."""
    return name.encode("utf-8", "replace").decode()


def quoted(name: str) -> str:
    """As browsers write names in forms (RFC 7578, 4.2, and the HTML standard)."""
    return sendable(name).replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


async def _pieces(file: Attached) -> AsyncIterator[bytes]:
    left = file.size
    try:
        async with await anyio.open_file(file.path, "rb", buffering=0) as opened:
            while left:
                piece = await opened.read(min(left, READ_AT_ONCE))
                if not piece:
                    raise Trouble("The file became shorter while it was being sent")
                left -= len(piece)
                yield piece
                file.told(file.size - left)
    except OSError as exc:
        raise Trouble(f"The file cannot be read: {exc.strerror or exc}") from exc
