"""Fixtures that every room's tests may use."""

from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples"


@pytest.fixture
def samples() -> Path:
    """Real camera files, where they are at hand; the suite proves the same without them."""
    if not SAMPLES.is_dir():
        pytest.skip("the folder of sample photos is not beside this checkout")
    return SAMPLES
