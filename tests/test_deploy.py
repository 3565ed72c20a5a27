"""The files that are given away for deployment keep what the portal keeps: keys, and its distance."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"


def instructions(containerfile: str) -> list[tuple[str, str]]:
    """Name and arguments of each instruction, continued lines joined."""
    lines = [line for line in containerfile.splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [
        (name, rest.strip()) for name, _, rest in (x.partition(" ") for x in joined.split("\n"))
    ]


def test_no_image_takes_in_keys_photos_or_the_owner_s_password() -> None:
    # docker reads this name only; podman falls back to it where there is no .containerignore.
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {"data", "deploy", ".git", "**/secret_key", "**/.env"} <= set(ignored)
    assert not (ROOT / ".containerignore").exists()


def test_the_image_runs_as_nobody_special_and_is_looked_after() -> None:
    written = instructions((DEPLOY / "Containerfile").read_text())
    known = {"ARG", "FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE"}
    assert {name for name, _ in written if name} <= known | {"HEALTHCHECK", "STOPSIGNAL", "CMD"}
    last_stage = written[max(n for n, (name, _) in enumerate(written) if name == "FROM") :]
    assert ("USER", "loggia") in last_stage
    assert [name for name, _ in last_stage].index("USER") < len(last_stage) - 1
    assert any(name == "HEALTHCHECK" and "/healthz" in rest for name, rest in last_stage)
    assert not any(re.search(r"PASSWORD|SECRET", rest) for name, rest in written if name == "ENV")


def test_nginx_writes_no_key_of_a_link_into_its_log() -> None:
    servers = (DEPLOY / "nginx" / "loggia.conf").read_text().split("\nserver {")[1:]
    assert len(servers) == 2
    assert all("access_log off;" in server for server in servers)


@pytest.mark.parametrize("name", ["compose.yaml", "systemd/loggia.service"])
def test_what_runs_it_gives_it_no_more_than_it_needs(name: str) -> None:
    text = (DEPLOY / name).read_text()
    wanted = {
        "compose.yaml": ["read_only: true", "- ALL", "no-new-privileges:true", '"127.0.0.1:8000'],
        "systemd/loggia.service": ["NoNewPrivileges=true", "ProtectSystem=strict", "UMask=0077"],
    }
    assert [line for line in wanted[name] if line not in text] == []
    assert "PASSWORD=" not in text
