"""Over HTTPS: the same bytes, resumed too, and only from a server that is trusted."""

import json
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .children import start_child
from .conftest import task_for
from .origin import Origin, Running, made


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and its own certificate for 127.0.0.1, in one file."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    path = tmp_path / "own.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=home", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", path, "-out", tmp_path / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_text(path.read_text() + (tmp_path / "cert.pem").read_text())
    return path


@pytest.fixture
def secure_origin(certificate: Path) -> Iterator[Origin]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    running = Running(context)
    yield running.origin
    running.close()


def test_files_come_over_tls(tmp_path: Path, secure_origin: Origin, certificate: Path) -> None:
    tasks = [task_for(secure_origin, f"{n}", 3_000_000, *["close"] * (n % 2)) for n in range(6)]
    child = start_child(tmp_path / "here", tasks, SSL_CERT_FILE=str(certificate))
    assert set(json.loads(child.communicate()[0]).values()) == {"complete"}
    for task in tasks:
        assert (tmp_path / "here" / task.filename).read_bytes() == made(task.task_id, 3_000_000)
    assert sum("range" in headers for _, headers in secure_origin.seen) == 3


def test_a_server_that_is_not_trusted_gets_no_key(tmp_path: Path, secure_origin: Origin) -> None:
    child = start_child(tmp_path / "here", [task_for(secure_origin, "a")])
    assert "certificate" in json.loads(child.communicate()[0])["a"]
    assert secure_origin.seen == []
