"""The room is safe to import before a fork, and to use from many threads."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from portal.library.content.reading import read_content
from portal.library.content.rendering import render
from portal.library.types import Rendition

IMPORTS = """
import sys
import portal.library.content.reading, portal.library.content.rendering
import portal.library.content.sample
heavy = {"pyvips", "av", "pillow_heif", "django.conf"} & set(sys.modules)
sys.exit(", ".join(sorted(heavy)) or 0)
"""


def test_nothing_heavy_starts_before_it_is_needed() -> None:
    root = Path(__file__).parents[2]
    answer = subprocess.run(
        [sys.executable, "-c", IMPORTS], cwd=root, capture_output=True, text=True, check=False
    )
    assert (answer.returncode, answer.stderr) == (0, "")


def test_many_threads_make_the_same_pictures(
    picture: Callable[..., Path], film: Callable[..., Path], tmp_path: Path
) -> None:
    sources = [picture("a.jpg", (900, 600)), picture("b.png", (900, 600)), film("c.mp4")]

    def work(number: int) -> tuple[int, bytes]:
        source = sources[number % 3]
        content = read_content(source)
        target = tmp_path / "out" / f"{number}.webp"
        render(source, content.kind, content.media_type, {Rendition.THUMBNAIL: target})
        return number % 3, content.thumbhash + target.read_bytes()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(work, range(30)))) == 3
