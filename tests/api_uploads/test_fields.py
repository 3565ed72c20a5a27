"""What an upload says of its file, whatever that is."""

from base64 import b64encode
from contextlib import suppress
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from portal.api_errors import ApiRefused
from sharing.api.uploads.fields import checksum_in, read_fields
from tests.api_uploads.conftest import TIMES


@given(st.binary(min_size=20, max_size=20))
def test_checksums_are_read_in_both_ways(digest: bytes) -> None:
    assert checksum_in(digest.hex()) == checksum_in(digest.hex().upper()) == digest
    assert checksum_in(b64encode(digest).decode()) == digest


@given(st.text().filter(lambda text: text.strip()))
def test_what_is_no_checksum_is_refused(text: str) -> None:
    with suppress(ApiRefused):
        assert len(checksum_in(text) or b"") == 20


@given(st.dictionaries(st.sampled_from([*TIMES, "visibility", "livePhotoVideoId"]), st.text()))
def test_fields_are_read_or_refused(sent: dict[str, str]) -> None:
    with suppress(ApiRefused):
        assert read_fields(sent).created_at.tzinfo is UTC


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_come_as_they_are(moment: datetime) -> None:
    sent = dict.fromkeys(TIMES, moment.isoformat())
    assert read_fields(sent).created_at == moment
