"""Makes .venv and node_modules what the lock files say: ``install.py run`` or ``install.py dev``.

Standard library only: it runs before anything is installed. What was installed is remembered by
the lock file's hash, written only after all of it is in place.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
NODE_MODULES = ROOT / "node_modules"
# A client of Immich's in an older version, for the tests: beside the newer one, not in its place.
OLD_CLIENT = ROOT / "tests" / "real_clients" / "immichpy-4.lock"
OLD_CLIENT_PLACE = VENV / "immichpy-4"
FROM_SOURCE = "pyvips"  # pure Python, but published without a wheel
PIP = ("-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input")
LOCKED = ("--require-hashes", "--no-deps")


class SetUpError(Exception):
    """Setting up cannot go on; the message is one line for the person at the terminal."""


def main() -> None:
    try:
        with alone():
            make_venv()
            install_packages(sys.argv[1])
            install_browser_libraries(sys.argv[1])
            if sys.argv[1] == "dev":
                install_old_client()
    except SetUpError as exc:
        sys.exit(f"loggia: {exc}")
    except OSError as exc:
        sys.exit(f"loggia: setting up failed: {exc}")
    except KeyboardInterrupt:
        sys.exit(130)


@contextmanager
def alone() -> Iterator[None]:
    """Let one set-up run at a time: two in one .venv would spoil it."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def make_venv() -> None:
    """Make .venv, anew when its Python is gone or another version than the one asked for."""
    if Path(sys.prefix) == VENV or venv_version() == "{}.{}".format(*sys.version_info):
        return
    print("Making .venv…", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    run([sys.executable, "-m", "venv", str(VENV)], "a virtual environment could not be made")


def venv_version() -> str:
    """``3.11``, or nothing when there is no .venv that works."""
    if not PYTHON.exists():
        return ""
    ask = "import sys, pip; print('{}.{}'.format(*sys.version_info))"
    answer = subprocess.run([PYTHON, "-c", ask], capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def install_packages(kind: str) -> None:
    lock = LOCKS[kind]
    stamp = VENV / f"installed-{kind}"
    if is_done(stamp, lock):
        return
    print("Installing Python packages…", flush=True)
    blocks = re.findall(r"^[a-z].*\n(?:[ #].*\n)*", lock.read_text(), re.MULTILINE | re.IGNORECASE)
    source = [block for block in blocks if block.startswith(f"{FROM_SOURCE}==")]
    wheels = [block for block in blocks if block not in source]
    install(wheels, "--only-binary", ":all:")
    install(source, "--no-build-isolation", "--no-binary", FROM_SOURCE)
    stamp.write_text(fingerprint(lock))


def install(blocks: list[str], *options: str) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(blocks)
        file.flush()
        # Without pkg-config pyvips does not try to compile itself against a system's libvips.
        run(
            [str(PYTHON), *PIP, *LOCKED, *options, "-r", file.name],
            "the Python packages could not be installed; pip's message is above",
            PKG_CONFIG="false",
        )


def install_browser_libraries(kind: str) -> None:
    """What the tests use in the browser comes with ``dev``, and is not taken away by ``run``."""
    lock = fingerprint(ROOT / "package-lock.json")
    stamp = NODE_MODULES / ".installed"
    enough = {f"{lock} dev", f"{lock} {kind}"}
    if stamp.exists() and stamp.read_text() in enough:
        return
    print("Installing browser libraries…", flush=True)
    npm = [str(PYTHON.with_name("npm")), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    left_out = ["--omit=dev"] if kind == "run" else []
    run(
        [*npm, *left_out, "--no-update-notifier", "--loglevel=error"],
        "the browser libraries could not be installed; npm's message is above",
    )
    NODE_MODULES.mkdir(exist_ok=True)
    stamp.write_text(f"{lock} {kind}")


def install_old_client() -> None:
    stamp = OLD_CLIENT_PLACE / "installed"
    if is_done(stamp, OLD_CLIENT):
        return
    shutil.rmtree(OLD_CLIENT_PLACE, ignore_errors=True)
    place = ["--target", str(OLD_CLIENT_PLACE), "--only-binary", ":all:"]
    run(
        [str(PYTHON), *PIP, *LOCKED, *place, "-r", str(OLD_CLIENT)],
        "a client for the tests could not be installed; pip's message is above",
    )
    stamp.write_text(fingerprint(OLD_CLIENT))


def is_done(stamp: Path, lock: Path) -> bool:
    return stamp.exists() and stamp.read_text() == fingerprint(lock)


def fingerprint(lock: Path) -> str:
    return sha256(lock.read_bytes()).hexdigest()


def run(command: list[str], failure: str, **variables: str) -> None:
    # npm tells of its success on stdout; what matters goes to stderr.
    done = subprocess.run(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=os.environ | variables,
        check=False,
    )
    if done.returncode:
        raise SetUpError(f"{failure} (exit code {done.returncode}).")


if __name__ == "__main__":
    main()
