"""One ``serve`` per data folder, and one listener per address."""

import errno
import fcntl
import os
import socket
import tempfile
from pathlib import Path

from portal.serving.refusal import CannotStart

BACKLOG = 1024


def lock_data_folder(folder: Path) -> int:
    """Take the folder for this process until it ends; raises ``CannotStart``.

    The kernel gives the lock back however the process ends, and children do not inherit it.
    """
    try:
        lock = os.open(folder / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as exc:
        raise CannotStart(f"{folder} cannot be written ({exc.strerror}).") from exc
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        holder = os.read(lock, 20).decode("ascii", "replace").strip()
        os.close(lock)
        raise CannotStart(
            f"Loggia is running on {folder} already (process {holder or 'unknown'})."
            " Stop that one, or give this one its own LOGGIA_DATA."
        ) from exc
    os.truncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def check_room(folder: Path) -> None:
    """See that files can be written whole; raises ``CannotStart`` on a full disk."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(256 * 1024))
            file.flush()
            os.fsync(file.fileno())
    except OSError as exc:
        raise CannotStart(f"{folder} cannot be written ({exc.strerror}). Make room there.") from exc


def listen(host: str, port: int) -> socket.socket:
    """Take the address; raises ``CannotStart``. Connections wait until a web process is up."""
    shown = f"LOGGIA_BIND={host}:{port}"
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _type, _protocol, _name, address = found[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except socket.gaierror as exc:
        raise CannotStart(f"{shown}: this host name is not known.") from exc
    except OSError as exc:
        reasons = {
            errno.EADDRINUSE: "another program uses this port. Stop it, or choose another port.",
            errno.EACCES: "this port needs root. Choose one from 1024 on.",
            errno.EADDRNOTAVAIL: "this machine does not have that address.",
        }
        raise CannotStart(f"{shown}: {reasons.get(exc.errno or 0, exc.strerror)}") from exc
