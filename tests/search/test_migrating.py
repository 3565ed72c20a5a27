"""Libraries that were there before they could be searched."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
HOMES = {
    "folder": ("0005_arrivals", "0006_searched", {"sha1": b"1" * 20, "crc32": 0}),
    "immich": ("0003_arrivals", "0004_searched", {"version": "", "sort_at": NOON}),
}


@pytest.mark.parametrize("app", HOMES)
def test_photos_get_their_moment_of_the_world_s_clock(app: str, transactional_db: None) -> None:
    before, after, own = HOMES[app]
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes(app)
    try:
        old = MigrationExecutor(connection).migrate([(app, before)]).apps
        zoned, plain = uuid4(), uuid4()
        for number, (pk, offset) in enumerate([(zoned, timedelta(hours=2)), (plain, None)]):
            old.get_model(app, "StoredAsset").objects.create(
                id=pk, size=1, kind="image", media_type="image/jpeg", filename="a.jpg", width=4,
                height=3, taken_at=NOON, utc_offset=offset, thumbhash=b"",
                **{**own, **({"sha1": bytes([number]) * 20} if "sha1" in own else {})},
            )  # fmt: skip

        new = MigrationExecutor(connection).migrate([(app, after)]).apps
        rows = new.get_model(app, "StoredAsset").objects.in_bulk()

        assert rows[zoned].moment_at == NOON - timedelta(hours=2)
        assert rows[plain].moment_at == NOON
        assert rows[plain].updated_at == rows[plain].added_at
    finally:
        MigrationExecutor(connection).migrate(newest)
