from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.media.ranges import Selection, Validators, select

CHANGED = 1_700_000_000.75
DATE = "Tue, 14 Nov 2023 22:13:20 GMT"
BEFORE = "Tue, 14 Nov 2023 22:13:19 GMT"
AFTER = "Tue, 14 Nov 2023 22:13:21 GMT"
CURRENT = Validators(100, '"tag"', CHANGED)
WHOLE = Selection(HTTPStatus.OK, 0, 100)
NONE = Selection(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)


def part(start: int, length: int) -> Selection:
    return Selection(HTTPStatus.PARTIAL_CONTENT, start, length)


def asked(method: str = "GET", current: Validators = CURRENT, **headers: str) -> Selection:
    sent = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    return select(method, sent, current)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bytes=0-0", part(0, 1)),
        ("bytes=0-99", part(0, 100)),
        ("bytes=10-19", part(10, 10)),
        ("bytes=90-", part(90, 10)),
        ("bytes=90-1000", part(90, 10)),
        (f"bytes=99-{10**29}", part(99, 1)),
        ("bytes=-1", part(99, 1)),
        ("bytes=-1000", part(0, 100)),
        ("BYTES=1-2", part(1, 2)),
        ("bytes= 1-2 , ", part(1, 2)),
        ("bytes=100-", NONE),
        ("bytes=100-200", NONE),
        (f"bytes={10**29}-", NONE),
        ("bytes=-0", NONE),
    ],
)
def test_one_range_gets_its_bytes(text: str, expected: Selection) -> None:
    assert asked(range=text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-4",
        "bytes=a-b",
        "bytes=1-2-3",
        "bytes=--1",
        "bytes=+1-2",
        "bytes=1 -2",
        "bytes=0x1-2",
        "bytes=١-٢",
        "lines=1-2",
        f"bytes=0-{10**40}",
        "bytes=0-1,5-6",
        "bytes=" + ",".join("0-" for _ in range(2000)),
    ],
)
def test_malformed_foreign_and_many_ranges_get_the_whole(text: str) -> None:
    assert asked(range=text) == WHOLE


def test_a_repeated_range_header_is_ignored() -> None:
    sent = [(b"range", b"bytes=0-1"), (b"range", b"bytes=5-6")]
    assert select("GET", sent, CURRENT) == WHOLE


def test_head_has_no_ranges() -> None:
    assert asked("HEAD", range="bytes=0-0") == WHOLE
    assert asked("HEAD", range="bytes=500-") == WHOLE


@pytest.mark.parametrize(
    ("text", "expected"),
    [("bytes=0-", NONE), ("bytes=-5", Selection(HTTPStatus.OK)), ("bytes=-0", NONE)],
)
def test_nothing_can_only_be_had_whole(text: str, expected: Selection) -> None:
    assert asked(current=Validators(0, '"empty"'), range=text) == expected


@pytest.mark.parametrize(
    ("validator", "stands"),
    [
        ('"tag"', True),
        ('"other"', False),
        ('W/"tag"', False),
        (DATE, True),
        (BEFORE, False),
        (AFTER, False),
        ("nonsense", False),
    ],
)
def test_if_range_wants_the_very_same_bytes(validator: str, stands: bool) -> None:
    expected = part(5, 5) if stands else WHOLE
    assert asked(range="bytes=5-9", if_range=validator) == expected


def test_a_range_that_does_not_stand_is_not_unsatisfiable() -> None:
    assert asked(range="bytes=500-", if_range='"other"') == WHOLE


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if_match": '"tag"'}, 200),
        ({"if_match": "*"}, 200),
        ({"if_match": '"a", "tag"'}, 200),
        ({"if_match": 'W/"tag"'}, 412),
        ({"if_match": '"other"'}, 412),
        ({"if_match": "tag"}, 412),
        ({"if_unmodified_since": DATE}, 200),
        ({"if_unmodified_since": BEFORE}, 412),
        ({"if_unmodified_since": "yesterday"}, 200),
        ({"if_match": '"tag"', "if_unmodified_since": BEFORE}, 200),
        ({"if_none_match": '"tag"'}, 304),
        ({"if_none_match": 'W/"tag"'}, 304),
        ({"if_none_match": '"x,y", "tag"'}, 304),
        ({"if_none_match": "*"}, 304),
        ({"if_none_match": '"other"'}, 200),
        ({"if_modified_since": DATE}, 304),
        ({"if_modified_since": AFTER}, 304),
        ({"if_modified_since": BEFORE}, 200),
        ({"if_modified_since": "Tue, 99 Nov 2023 22:13:20 GMT"}, 200),
        ({"if_none_match": '"other"', "if_modified_since": AFTER}, 200),
        ({"if_match": '"other"', "if_none_match": '"tag"'}, 412),
        ({"if_match": '"tag"', "if_none_match": '"tag"'}, 304),
        ({"if_none_match": '"tag"', "range": "bytes=0-0"}, 304),
        ({"if_match": '"other"', "range": "bytes=0-0"}, 412),
        ({"if_match": '"tag"', "range": "bytes=0-0"}, 206),
    ],
)
def test_preconditions_come_in_the_order_of_rfc_9110(headers: dict[str, Any], status: int) -> None:
    assert asked(**headers).status == status


def test_without_a_time_dates_mean_nothing() -> None:
    timeless = Validators(100, '"tag"')
    whole = asked(current=timeless, if_modified_since=AFTER, if_unmodified_since=BEFORE)
    assert whole == WHOLE
    assert asked(current=timeless, range="bytes=1-1", if_range=DATE) == WHOLE


SIZES = st.integers(0, 2**62)


@given(size=SIZES, first=SIZES, last=SIZES)
def test_any_range_is_the_slice_it_names(size: int, first: int, last: int) -> None:
    selection = asked(current=Validators(size, '"x"'), range=f"bytes={first}-{last}")
    if last < first:
        assert selection == Selection(HTTPStatus.OK, 0, size)
    elif first >= size:
        assert selection == NONE
    else:
        assert selection == part(first, min(last, size - 1) - first + 1)


@given(content=st.binary(min_size=1, max_size=50), length=st.integers(1, 80))
def test_any_suffix_is_the_end(content: bytes, length: int) -> None:
    chosen = asked(current=Validators(len(content), '"x"'), range=f"bytes=-{length}")
    assert content[chosen.start : chosen.start + chosen.length] == content[-length:]


@given(name=st.sampled_from(["range", "if_range", "if_match", "if_modified_since"]), text=st.text())
def test_no_header_breaks_it(name: str, text: str) -> None:
    sent = [(name.replace("_", "-").encode(), text.encode("utf-8", "surrogatepass"))]
    chosen = select("GET", [*sent, (b"range", b"bytes=1-")], CURRENT)
    assert 0 <= chosen.start <= chosen.start + chosen.length <= 100
