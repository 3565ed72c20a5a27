"""A tus client that does one thing at a time, right or wrong, as a test says."""

import hashlib
import socket
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

PIECE = "application/offset+octet-stream"


def metadata(**values: str) -> str:
    return ",".join(
        f"{key} {b64encode(value.encode()).decode()}".rstrip() for key, value in values.items()
    )


def checksum(data: bytes, algorithm: str = "sha1") -> dict[str, str]:
    digest = b64encode(hashlib.new(algorithm, data).digest()).decode()
    return {"Upload-Checksum": f"{algorithm} {digest}"}


@dataclass
class Tus:
    """One browser at one link: keeps its cookies."""

    link: str
    client: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False, timeout=60))

    def ask(self, method: str, address: str, **options: object) -> httpx.Response:
        headers = {"Tus-Resumable": "1.0.0", **dict(options.pop("headers", {}) or {})}  # type: ignore[call-overload]
        return self.client.request(method, address, headers=headers, **options)  # type: ignore[arg-type]

    def try_to_create(
        self, size: object, data: bytes | None = None, said: str = "", **headers: str
    ) -> httpx.Response:
        sent = {"Upload-Length": str(size), "Upload-Metadata": said}
        if data is not None:
            sent["Content-Type"] = PIECE
        return self.ask(
            "POST", f"{self.link}/uploads/", headers=sent | headers, content=data or b""
        )

    def create(self, size: int, data: bytes | None = None, **said: str) -> str:
        response = self.try_to_create(size, data, metadata(**said) if said else "")
        assert response.status_code == 201, response.text
        return str(httpx.URL(self.link).join(response.headers["location"]))

    def patch(
        self, address: str, offset: object, data: bytes | Iterable[bytes], **headers: str
    ) -> httpx.Response:
        sent = {"Upload-Offset": str(offset), "Content-Type": PIECE, **headers}
        return self.ask("PATCH", address, headers=sent, content=data)

    def head(self, address: str) -> httpx.Response:
        return self.ask("HEAD", address)

    def offset(self, address: str) -> int:
        response = self.head(address)
        assert response.status_code == 200, response.status_code
        return int(response.headers["upload-offset"])

    def send(self, data: bytes, **said: str) -> str:
        """Create and send in one request."""
        response = self.try_to_create(len(data), data, metadata(**said) if said else "")
        assert response.status_code == 201, response.text
        assert int(response.headers["upload-offset"]) == len(data)
        return str(httpx.URL(self.link).join(response.headers["location"]))

    def begin_patch(self, address: str, offset: int, length: int, **headers: str) -> socket.socket:
        """Open a PATCH by hand: its body is what the test writes to the socket."""
        parts = urlsplit(address)
        lines = {
            "Host": parts.netloc,
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": str(offset),
            "Content-Type": PIECE,
            "Content-Length": str(length),
            "Cookie": "; ".join(f"{c.name}={c.value}" for c in self.client.cookies.jar),
            **headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
        connection = socket.create_connection((parts.hostname, parts.port), timeout=30)
        connection.sendall(f"PATCH {parts.path} HTTP/1.1\r\n{head}\r\n".encode())
        return connection


def answer_of(connection: socket.socket) -> str:
    """What comes until the server closes, or a whole head is there."""
    received = b""
    while b"\r\n\r\n" not in received:
        try:
            piece = connection.recv(65536)
        except ConnectionError:
            break
        if not piece:
            break
        received += piece
    return received.decode("latin-1")
