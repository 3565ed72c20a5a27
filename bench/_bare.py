"""The least that can take an upload: a bare ASGI application that writes each body to a file."""

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from uvicorn import Config, Server

Message = dict[str, Any]


async def application(
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """PUT a file to its path."""
    if scope["method"] == "PUT":
        fd = os.open(scope["path"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        more = True
        while more:
            message = await receive()
            os.write(fd, message.get("body", b""))
            more = message.get("more_body", False)
        os.close(fd)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def main(fd: int) -> None:
    config = Config(application, lifespan="off", log_config=None, access_log=False)
    asyncio.run(Server(config).serve(sockets=[socket.socket(fileno=fd)]))


if __name__ == "__main__":
    main(int(sys.argv[1]))
