"""Killed, interrupted, or on a bad line: a later run loses nothing, doubles nothing, mistakes nothing."""

import os
import pty
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.batch.conftest import Ran, Run, files_in, run_command, server_flags, wanted_of
from tests.immich import Immich
from tests.running import MANAGE, environment

KILLS = 20


def start(tmp_path: Path, folder: Path, immich: Immich, *flags: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, str(MANAGE), "download", "--save-to", str(folder)]
    variables = {"IMMICH_API_URL": immich.url, "IMMICH_API_KEY": immich.api_key}
    return subprocess.Popen(
        [*command, *flags], env=environment(tmp_path / "data", **variables),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def whole_files(folder: Path) -> dict[str, str]:
    return {path: sha1 for path, sha1 in files_in(folder).items()
            if not path.endswith((".part", ".part.json"))}  # fmt: skip


def wait_for_a_file(immich: Immich, most: float = 20) -> None:
    give_up_at = time.monotonic() + most
    while not immich.control.requests("/original$") and time.monotonic() < give_up_at:
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_at_any_moment_the_next_run_goes_on(
    start_immich: Callable[..., Immich], tmp_path: Path, folder: Path
) -> None:
    immich = start_immich(assets=300, videos=4, live_photos=4, least=400_000, equal_times=0.5)
    for each in immich.control.truth(with_sha1=False)[20:60]:
        if each["kind"] == "IMAGE" and each["visibility"] == "timeline":
            immich.control.change_asset(each["id"], {"filename": "same.jpg"})
    right = set(wanted_of(immich))
    dice = random.Random(7)  # noqa: S311 - dice
    immich.control.faults("slow=3000000")
    torn = 0
    for _ in range(KILLS):
        immich.control.clear_requests()
        running = start(tmp_path, folder, immich)
        wait_for_a_file(immich)
        time.sleep(dice.uniform(0, 0.5))
        running.send_signal(signal.SIGKILL)
        running.communicate()
        assert set(whole_files(folder).values()) <= right
        torn += len(files_in(folder)) - len(whole_files(folder))
    assert torn  # kills did hit files in the making
    immich.control.clear_faults()
    ran = run_command("--save-to", str(folder), *server_flags(immich))
    assert ran.code == 0, ran.said
    assert sorted(files_in(folder).values()) == wanted_of(immich)  # no part is left, nothing twice


@pytest.mark.timeout(240)
def test_through_many_faults_every_file_is_right_or_named(
    start_immich: Callable[..., Immich], folder: Path
) -> None:
    immich = start_immich(assets=150, videos=5, live_photos=5, least=100_000)
    right = wanted_of(immich)
    immich.control.faults(
        "close=0.06,500=0.06,429:0=0.06,wrong-bytes=0.06,short-body=0.03,no-range=0.03"
    )
    ran = run_command("--save-to", str(folder), *server_flags(immich), "--threads", "12")
    came = files_in(folder)
    assert set(whole_files(folder).values()) <= set(right)
    named = ran.said.count("Missing: ")
    more = ran.said.partition("… and ")[2].split(" ")[0]
    assert len(whole_files(folder)) + named + int(more or 0) == len(right)
    assert (ran.code == 0) == (len(came) == len(right) and named == 0)
    immich.control.clear_faults()
    again = run_command("--save-to", str(folder), *server_flags(immich))
    assert again.code == 0
    assert sorted(files_in(folder).values()) == right


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_it_soon_and_leaves_what_can_be_resumed(
    start_immich: Callable[..., Immich], tmp_path: Path, folder: Path, number: signal.Signals
) -> None:
    immich = start_immich(assets=40, least=1_000_000)
    immich.control.faults("slow=400000")
    running = start(tmp_path, folder, immich)
    wait_for_a_file(immich)
    time.sleep(1.5)
    began_at = time.monotonic()
    running.send_signal(number)
    said = running.communicate(timeout=20)[0].decode()
    assert time.monotonic() - began_at < 4
    assert running.returncode == 128 + number
    assert "The same command goes on from here" in said
    assert "Traceback" not in said
    parts = [path for path in files_in(folder) if path.endswith(".part")]
    assert parts
    immich.control.clear_faults()
    immich.control.clear_requests()
    assert run_command("--save-to", str(folder), *server_flags(immich)).code == 0
    resumed = [each for each in immich.control.requests("/original$") if each["status"] == 206]
    assert len(resumed) >= len(parts) // 2
    assert sorted(files_in(folder).values()) == wanted_of(immich)


def test_the_key_is_not_in_the_list_of_processes(
    start_immich: Callable[..., Immich], tmp_path: Path, folder: Path
) -> None:
    immich = start_immich(api_key="a-key-that-nobody-may-see-1234")
    immich.control.faults("slow=20000")
    running = start(tmp_path, folder, immich, "--immich-api-key", immich.api_key,
                    f"--immich_api_url={immich.url}")  # fmt: skip
    wait_for_a_file(immich)
    shown = Path(f"/proc/{running.pid}/cmdline").read_bytes()
    running.kill()
    said = running.communicate()[0]
    assert b"--immich-api-key\0" + b"*" * len(immich.api_key) in shown
    assert immich.api_key.encode() not in shown + said


def on_a_terminal(tmp_path: Path, folder: Path, immich: Immich) -> tuple[int, str]:
    """Run it as somebody does who looks at it."""
    here, there = pty.openpty()
    command = [sys.executable, str(MANAGE), "download", "--save-to", str(folder)]
    env = environment(tmp_path / "data", IMMICH_API_URL=immich.url, IMMICH_API_KEY=immich.api_key)
    env |= {"TERM": "xterm-256color", "COLUMNS": "100"}
    running = subprocess.Popen(command, env=env, stdin=there, stdout=there, stderr=there)
    os.close(there)
    seen = b""
    try:
        while piece := os.read(here, 65536):
            seen += piece
    except OSError:  # the other end is closed
        pass
    os.close(here)
    return running.wait(timeout=20), seen.decode()


def test_on_a_terminal_there_are_bars_and_elsewhere_lines(
    start_immich: Callable[..., Immich], tmp_path: Path, folder: Path
) -> None:
    immich = start_immich(assets=20, least=300_000)
    immich.control.faults("slow=600000")
    code, seen = on_a_terminal(tmp_path, folder, immich)
    assert code == 0
    assert "of 24 files" in seen
    assert "…1/IMG_0002.jpg" in seen or "2024/01/01/IMG_0002.jpg" in seen
    assert "/s" in seen  # the rate
    immich.control.clear_faults()
    running = start(tmp_path, tmp_path / "other", immich)
    said = running.communicate(timeout=60)[0].decode()
    assert "\x1b" not in said
    assert "2024/01/01/IMG_0002.jpg (3" in said


def test_nothing_is_fetched_when_the_memory_cannot_be_written(run: Run, folder: Path) -> None:
    folder.mkdir()
    (folder / ".loggia-download").write_text("in the way")
    ran: Ran = run()
    assert ran.code == 1
    assert "cannot be used" in ran.error
