"""Which bytes an answer holds, and whether they fit what is here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from downloads.engine.errors import EngineError, Interrupted, Refused, WrongContent
from downloads.engine.ranges import Body, Held, Unusable, body_of, range_headers

sizes = st.integers(1, 10**12)
tags = st.sampled_from([None, 'W/"1"', '"2"'])


def rest(first: int, total: int, tag: str | None = None) -> dict[str, str]:
    headers = {"content-range": f"bytes {first}-{total - 1}/{total}"}
    return headers | ({"etag": tag} if tag else {})


@given(sizes, st.data(), tags)
def test_the_rest_of_the_same_file_is_taken(total: int, data: st.DataObject, tag: str) -> None:
    here = data.draw(st.integers(1, total))
    held = Held(here, total, tag)
    if here == total:
        body = body_of(416, {"content-range": f"bytes */{total}"}, held, total)
        assert (body.offset, body.length) == (total, 0)
    else:
        body = body_of(206, rest(here, total, tag), held, total)
        assert (body.offset, body.length) == (here, total - here)


@given(st.tuples(sizes, sizes, sizes, sizes), tags, tags, st.sampled_from([None, 5, 100]))
def test_no_part_is_taken_that_does_not_begin_here_or_is_of_another_file(
    numbers: tuple[int, int, int, int], tag: str, other: str, size: int | None
) -> None:
    here, first, total, known = numbers
    try:
        body = body_of(206, rest(first, total, other), Held(here, known, tag), size)
    except Unusable:
        return
    assert first == here < total == known
    assert size in {None, total}
    assert None in {tag, other} or tag == other
    assert body == Body(here, total - here, total, other)


@given(st.text(max_size=40), st.sampled_from([200, 206, 416]), st.integers(0, 99))
def test_any_header_gives_a_body_or_an_error_of_ours(value: str, status: int, here: int) -> None:
    headers = {"content-range": value, "content-length": value, "etag": value}
    try:
        body = body_of(status, headers, Held(here, None, None), 50)
    except EngineError:
        return
    assert body.offset in {0, here}


def test_a_whole_answer_begins_again() -> None:
    body = body_of(200, {"content-length": "10", "etag": "x"}, Held(5, 10, "y"), 10)
    assert body == Body(0, 10, 10, "x")


def test_too_little_may_pass_and_too_much_is_wrong() -> None:
    with pytest.raises(Interrupted):
        body_of(200, {"content-length": "9"}, Held(), 10)
    with pytest.raises(WrongContent):
        body_of(200, {"content-length": "11"}, Held(), 10)


def test_a_part_nobody_asked_for_is_refused() -> None:
    with pytest.raises(Refused):
        body_of(206, rest(0, 10), Held(), 10)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-range": "bytes 5-9/*", "content-length": "7"},
        {"content-range": "bytes 5-4/10"},
        {"content-range": "bytes 5-10/10"},
        {"content-range": "bytes 6-9/10"},
        {"content-range": "items 5-9/10"},
    ],
)
def test_a_part_that_contradicts_itself_is_unusable(headers: dict[str, str]) -> None:
    with pytest.raises(Unusable):
        body_of(206, headers, Held(5, 10, None), 10)


@pytest.mark.parametrize(
    ("held", "headers"),
    [
        (Held(), {}),
        (Held(0, 10, "x"), {}),
        (Held(5, 10, None), {"Range": "bytes=5-"}),
        (Held(5, 10, 'W/"1"'), {"Range": "bytes=5-", "If-Range": 'W/"1"'}),
    ],
)
def test_the_rest_is_asked_for_under_its_validator(held: Held, headers: dict[str, str]) -> None:
    assert range_headers(held) == headers
