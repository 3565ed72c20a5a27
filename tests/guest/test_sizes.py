"""How large a picture is said to be is how large it is."""

from datetime import datetime
from uuid import uuid4

import pytest

from portal.library.types import Asset, AssetKind
from sharing.showing.delivery import fitted


@pytest.mark.parametrize(
    ("size", "shown_side", "longest", "said"),
    [
        ((6000, 4000), None, 2048, (2048, 1365)),
        ((6000, 4000), 1620, 2048, (1620, 1080)),
        ((6000, 4000), 1620, 1440, (1440, 960)),
        ((4000, 6000), 1620, 2048, (1080, 1620)),
        ((800, 600), None, 2048, (800, 600)),
    ],
)
def test_of_a_raw_file_no_more_is_promised_than_it_holds(
    size: tuple[int, int], shown_side: int | None, longest: int, said: tuple[int, int]
) -> None:
    taken_at = datetime(2024, 7, 1, 10)  # noqa: DTZ001 - wall-clock time
    asset = Asset(
        uuid4(), AssetKind.IMAGE, "a.dng", "image/x-adobe-dng", 1, *size, taken_at, None, None,
        shown_side=shown_side,
    )  # fmt: skip
    assert fitted(asset, longest) == said
