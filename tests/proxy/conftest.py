"""Loggia behind a real nginx with TLS: the snippet we give away, with ports of this machine."""

import json
import os
import pwd
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.running import RunningLoggia, free_port, wait_until
from tests.visiting import Guest

SNIPPET = Path(__file__).resolve().parents[2] / "deploy" / "nginx" / "loggia.conf"
MAIN = """
{user}
daemon off;
pid {prefix}/nginx.pid;
error_log {prefix}/error.log;
events {{ worker_connections 512; }}
http {{
    types {{ }}
    access_log off;
    client_body_temp_path {prefix}/body;
    proxy_temp_path {prefix}/proxy;
    fastcgi_temp_path {prefix}/fastcgi;
    uwsgi_temp_path {prefix}/uwsgi;
    scgi_temp_path {prefix}/scgi;
    include {prefix}/loggia.conf;
}}
"""


@dataclass(frozen=True)
class Proxied:
    """A portal that guests reach at ``url`` by way of nginx, and its owner directly too."""

    url: str
    plain_url: str  # nginx without TLS
    certificate: Path
    loggia: RunningLoggia
    prefix: Path

    def client(self, address: str = "127.0.0.1", **options: object) -> httpx.Client:
        """A client at that address of the loopback, who trusts the certificate."""
        trust = ssl.create_default_context(cafile=str(self.certificate))
        transport = httpx.HTTPTransport(verify=trust, local_address=address)
        settings = {"trust_env": False, "timeout": 30, "follow_redirects": True}
        return httpx.Client(transport=transport, **(settings | options))  # type: ignore[arg-type]

    def make_link(self, *options: str) -> str:
        made = self.loggia.manage("link", "create", "--json", "--album", "Summer", *options)
        return str(json.loads(made)["url"])


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("photos")
    (root / "Summer").mkdir()
    for number in range(12):
        noise = Image.effect_noise((2400, 1600), 60 + number).convert("RGB")
        noise.save(root / "Summer" / f"{number}.jpg", quality=80)
    return root


@pytest.fixture(scope="module")
def certificate(program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for localhost; its key lies beside it."""
    folder = tmp_path_factory.mktemp("tls")
    command = [program("openssl"), "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"]
    command += ["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    command += ["-keyout", "privkey.pem", "-out", "fullchain.pem"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "fullchain.pem"


@pytest.fixture(scope="module")
def proxied(
    program: Callable[[str], str],
    start_loggia: Callable[..., RunningLoggia],
    photos: Path,
    certificate: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Proxied]:
    nginx, prefix = program("nginx"), tmp_path_factory.mktemp("nginx")
    tls, plain = free_port(), free_port()
    loggia = start_loggia(
        photos=photos,
        LOGGIA_PUBLIC_URL=f"https://localhost:{tls}",
        LOGGIA_TRUSTED_PROXIES="127.0.0.1",
        LOGGIA_DOWNLOADS_PER_ADDRESS="2",
    )
    loggia.manage("scan", "--renditions")
    (prefix / "loggia.conf").write_text(configured(loggia, certificate, tls, plain))
    user = f"user {pwd.getpwuid(os.geteuid()).pw_name};" if os.geteuid() == 0 else ""
    (prefix / "nginx.conf").write_text(MAIN.format(prefix=prefix, user=user))
    command = [nginx, "-p", str(prefix), "-e", str(prefix / "error.log")]
    process = subprocess.Popen([*command, "-c", str(prefix / "nginx.conf")])
    proxy = Proxied(
        f"https://localhost:{tls}", f"http://localhost:{plain}", certificate, loggia, prefix
    )
    try:
        with proxy.client() as client:
            wait_until(lambda: answers(client, proxy.url, process), 20)
        yield proxy
    finally:
        process.terminate()
        process.wait(10)


def configured(loggia: RunningLoggia, certificate: Path, tls: int, plain: int) -> str:
    """The snippet as its reader would change it, and nothing else."""
    key = certificate.with_name("privkey.pem")
    changes = {
        "127.0.0.1:8000": loggia.url.removeprefix("http://"),
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl http2;\n": "",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl": f"listen 127.0.0.1:{tls} ssl",
        "server_name photos.example.org;": "server_name localhost;",
        "client_max_body_size 0;": "client_max_body_size 100m;",  # as many a proxy has it
        "/etc/letsencrypt/live/photos.example.org/fullchain.pem": str(certificate),
        "/etc/letsencrypt/live/photos.example.org/privkey.pem": str(key),
    }
    text = SNIPPET.read_text()
    for standing, ours in changes.items():
        assert standing in text
        text = text.replace(standing, ours)
    return text


def answers(client: httpx.Client, url: str, process: "subprocess.Popen[bytes]") -> bool:
    assert process.poll() is None, "nginx has ended"
    try:
        return client.get(f"{url}/healthz").text == "ok\n"
    except httpx.TransportError:
        return False


@pytest.fixture
def visit(proxied: Proxied) -> Iterator[Callable[..., Guest]]:
    """Open a link through nginx: ``visit(page, "127.0.0.2")``."""
    guests: list[Guest] = []

    def open_one(page: str, address: str = "127.0.0.1", **options: object) -> Guest:
        guests.append(Guest(page, proxied.client(address, **options)))
        return guests[-1]

    yield open_one
    for guest in guests:
        guest.client.close()
