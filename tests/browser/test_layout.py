"""Where the days of an album stand, asked of the guest page's own module."""

from collections.abc import Callable

import pytest

from tests.browser.conftest import PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
LAY_OUT = """async ([days, width]) => {
    const { layOut } = await import("/static/js/guest/layout.js");
    const ratios = Array(days.reduce((total, [, run]) => total + run, 0)).fill(150);
    return layOut({ days, ratios }, width, width).days.map(({ x, width }) => [x, width]);
}"""


def test_a_day_that_stands_alone_has_the_whole_width_for_its_header(
    visit: Callable[..., Visitor],
) -> None:
    guest = visit(PHONE)
    guest.goto("/login/")
    long_before = ["1938-04-24", 1, "Sunday, 24 April 1938"]
    full_day = ["2025-07-11", 3, "Friday, 11 July 2025"]
    alone = guest.page.evaluate(LAY_OUT, [[long_before, full_day], 390])
    assert alone == [[0, 390], [0, 390]]
    beside = guest.page.evaluate(LAY_OUT, [[long_before, long_before], 390])
    assert [width < 250 for _, width in beside] == [True, True]
    assert beside[1][0] > 0
