"""Files that the kernel passes to a connection by itself: sendfile(2), without a copy of our own.

uvloop has no ``loop.sendfile`` and lets nobody else watch a socket of its transports, so a
duplicate of the socket is written to, and watched until the client takes more.
"""

import asyncio
import fcntl
import os
import struct
import sys
import termios
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

IS_POSSIBLE = sys.platform == "linux"  # elsewhere sendfile and TIOCOUTQ mean other things
_LOOK_AFTER = 0.001  # seconds until asking first whether all has arrived; then ever more rarely
_LOOK_EVERY = 0.05


class ZeroCopy:
    """The part of a response's body that lies in files. Its last bytes are sent as ASGI has it."""

    def __init__(self, connection: HttpToolsProtocol, cycle: RequestResponseCycle) -> None:
        self._transport = connection.transport
        self._flow = connection.flow
        self._loop = connection.loop
        self._cycle = cycle

    async def send(self, file: int, offset: int, count: int) -> int:
        """Send up to ``count`` bytes of an open file; return how many, 0 at the file's end.

        Waits until the client takes some. Blocks for bytes that are not in memory. Raises
        ``OSError``, a ``ConnectionError`` when the client has gone.
        """
        if self._cycle.chunked_encoding is not False:
            raise RuntimeError("The response has no length yet")
        if count >= self._cycle.expected_content_length:
            raise RuntimeError("The last bytes of a response are to be sent by a message")
        await self._hand_over()
        connection = os.dup(self._socket().fileno())
        try:
            taken = await self._send(connection, file, offset, count)
        finally:
            os.close(connection)
        self._cycle.expected_content_length -= taken
        return taken

    async def arrived(self) -> None:
        """Wait until the client has acknowledged all: then no page of a file is on its way."""
        delay = _LOOK_AFTER
        while not self._has_left() and self._under_way():
            await asyncio.sleep(delay)
            delay = min(2 * delay, _LOOK_EVERY)

    async def _send(self, connection: int, file: int, offset: int, count: int) -> int:
        while True:
            self._check_is_there()
            try:
                return os.sendfile(connection, file, offset, count)
            except BlockingIOError:
                await self._until_writable(connection)

    async def _until_writable(self, connection: int) -> None:
        writable = self._loop.create_future()
        self._loop.add_writer(connection, _resolve, writable)
        try:
            await writable
        finally:
            self._loop.remove_writer(connection)

    async def _hand_over(self) -> None:
        """Let the transport give to the kernel what it holds: it goes first."""
        self._check_is_there()
        if self._transport.get_write_buffer_size():
            self._transport.set_write_buffer_limits(high=0)
            await self._flow.drain()
            self._check_is_there()
            self._transport.set_write_buffer_limits()

    def _under_way(self) -> int:
        answer = fcntl.ioctl(self._socket().fileno(), termios.TIOCOUTQ, bytes(4))
        (count,) = struct.unpack("i", answer)
        return int(count)

    def _check_is_there(self) -> None:
        if self._has_left():
            raise ConnectionAbortedError

    def _has_left(self) -> bool:
        return self._cycle.disconnected or self._transport.is_closing()

    def _socket(self) -> Any:
        return self._transport.get_extra_info("socket")


def _resolve(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
