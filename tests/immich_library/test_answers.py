"""Answers of real servers are understood, and odd ones do no harm."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.library.immich.fields import Malformed
from portal.library.immich.schemas import (
    read_album,
    read_albums,
    read_asset,
    read_bucket,
    read_buckets,
    read_people,
    read_permissions,
    read_search,
    read_version,
)
from portal.library.immich.searching import INSTANT
from tests.fake_immich.recorded import FOLDER, recorded

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
NAMES = """albumName assets items nextPage people hasNextPage type localDateTime fileCreatedAt id
    exifInfo duration width checksum thumbhash livePhotoVideoId originalFileName major minor patch
    permissions timeBucket visibility originalMimeType assetCount""".split()
ASSET: dict[str, Any] = {
    "id": "460c0b1c-99c1-4e95-8d57-ac66b6c26358",
    "type": "VIDEO",
    "localDateTime": "2024-02-12T15:01:48.000Z",
    "fileCreatedAt": "2024-02-12T13:01:48.000Z",
}
INFOS = ("166-info", "167-info-video", "168-info-live", "169-info-live-video-part")
READERS = [
    read_album, read_albums, read_asset, read_bucket, read_buckets, read_people, read_permissions,
    read_search, read_version,
]  # fmt: skip


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the recordings are not at hand")
def test_photos_of_a_real_server_are_understood() -> None:
    found = list(read_search(recorded("search-147-album-withexif").answer).assets)
    found += [read_asset(recorded(f"-{name}").answer) for name in INFOS]
    assert len(found) == 2 + len(INFOS)
    assert all(asset.size and asset.width and len(asset.checksum) == 20 for asset in found)
    assert all(asset.utc_offset is not None for asset in found)
    assert [asset.visibility for asset in found].count("hidden") == 1


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the recordings are not at hand")
def test_albums_and_keys_of_a_real_server_are_understood() -> None:
    assert {album.name for album in read_albums(recorded("albums-121-list").answer)} >= {"Small 20"}
    assert read_version(recorded("server-002-version").answer) == (2, 7, 5)
    assert read_permissions(recorded("018-api-keys-me").answer) == {"all"}
    assert read_buckets(recorded("timeline-240-buckets").answer)
    assert len(read_bucket(recorded("246-bucket-owner").answer)) == 14


@given(st.dictionaries(st.sampled_from(NAMES), json_values) | json_values)
def test_no_answer_is_worse_than_malformed(answer: Any) -> None:
    for read in READERS:
        try:
            found = read(answer)
        except Malformed:
            continue
        assert found is not None


@given(st.sampled_from([*NAMES, "exifInfo"]), json_values)
def test_an_odd_field_of_a_photo_is_left_out_or_told(name: str, value: Any) -> None:
    try:
        asset = read_asset({**ASSET, name: value})
    except Malformed:
        return
    assert asset.width > 0
    assert asset.duration is None or asset.duration.total_seconds() >= 0


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("0:00:05.00000", 5), ("01:02:03.500", 3723.5), (1500, 1.5), (None, 0), ("soon", 0)],
)
def test_durations_of_both_versions_are_read(written: object, seconds: float) -> None:
    duration = read_asset({**ASSET, "duration": written}).duration
    assert duration is not None
    assert duration.total_seconds() == seconds


@pytest.mark.parametrize("size", [2**60, 2**63, 1e300, -1, "5"])
def test_a_size_that_no_file_has_is_unknown(size: object) -> None:
    """A database that adds up such sizes ends in an error."""
    assert read_asset({**ASSET, "exifInfo": {"fileSizeInByte": size}}).size is None


@pytest.mark.parametrize("written", ["9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z"])
def test_times_at_the_end_of_all_days_can_be_worked_with(written: str) -> None:
    asset = read_asset({**ASSET, "fileCreatedAt": written, "localDateTime": written})
    assert asset.sort_at + INSTANT > asset.sort_at


def test_one_odd_photo_does_not_keep_the_others_away() -> None:
    answer = {"assets": {"items": [ASSET, {"id": "odd"}], "nextPage": None}}
    assert len(read_search(answer).assets) == 1
    with pytest.raises(Malformed):
        read_search({"assets": {"items": [{"id": "odd"}]}})
