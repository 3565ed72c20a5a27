"""Whatever is sent as a body is done or refused in words, and nothing breaks."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharing.models import SharedLink
from tests.api_links.conftest import LINKS, Program

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=300),
    st.sampled_from(
        ["", "\0", "admin", "2026-02-30T00:00:00Z", "1970-01-01", "2200-12-31T23:59:59-12:00", "😀"]
    ),
    st.lists(st.one_of(st.none(), st.text(max_size=5), st.uuids().map(str)), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.uuids().map(str),
)
IMMICHS = ["type", "albumId", "assetIds", "description", "password", "slug", "expiresAt"]
SWITCHES = ["allowUpload", "allowDownload", "showMetadata", "changeExpiryTime"]
OURS = ["maxVisitors", "maxDownloads", "maxBytes", "idleDays", "uploadKinds", "uploadsUntil"]
RULES = ["hidesAlbum", "holdsUploads", "maxUploadSize", "maxUploadBytes", "maxUploadFiles"]
LINK = st.dictionaries(st.sampled_from(IMMICHS + SWITCHES), ODD, max_size=4)
LIMITS = st.dictionaries(st.sampled_from(OURS + RULES), ODD, max_size=4)
OFTEN = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@OFTEN
@given(LINK)
def test_making_a_link(program: Program, link: SharedLink, body: dict[str, Any]) -> None:
    sent = {"type": "ALBUM", "albumId": str(link.album_id), **body}
    answer = program.post(LINKS, sent)
    assert answer.status_code in {201, 400}, answer.content
    SharedLink.objects.exclude(pk=link.pk).delete()


@OFTEN
@given(LINK)
def test_changing_a_link(program: Program, link: SharedLink, body: dict[str, Any]) -> None:
    one = f"{LINKS}/{link.pk}"
    before = program.get(one).json()
    answer = program.patch(one, body)
    assert answer.status_code in {200, 400}, answer.content
    after = program.get(one).json()
    assert after == (answer.json() if answer.status_code == 200 else before)


@OFTEN
@given(LIMITS)
def test_changing_limits(program: Program, link: SharedLink, body: dict[str, Any]) -> None:
    one = f"/api/portal/links/{link.pk}"
    before = program.get(one).json()
    answer = program.patch(one, body)
    assert answer.status_code in {200, 400}, answer.content
    after = program.get(one).json()
    assert after == (answer.json() if answer.status_code == 200 else before)
