"""A download as programs read it."""

from typing import Any

from downloads.api.obtaining import WHERE
from downloads.fitting import refusal_of
from downloads.models import Download, Reason, Waiting
from sharing.api.moments import stamp

MOST_NAMED = 1_000  # files left out that are named


def download_dict(download: Download) -> dict[str, Any]:
    """How far it is; ``archive`` is where it is fetched from once it is ready."""
    refusal = refusal_of(download, download.link) if download.link else ""
    waits = download.waiting_for if download.is_unfinished else ""
    return {
        "id": str(download.pk),
        "name": download.name,
        "state": download.state,
        "size": download.size,
        "count": download.count,
        "countDone": download.count_done,
        "countLeftOut": download.count_left_out,
        "bytesTotal": download.bytes_total,
        "bytesDone": download.bytes_done,
        "archiveSize": download.archive_size if download.is_ready else None,
        "archive": f"{WHERE}{download.pk}" if download.is_ready and not refusal else None,
        "waitsFor": str(Waiting(waits).label) if waits else None,
        "refusal": refusal or None,
        "createdAt": stamp(download.created_at),
        "expiresAt": stamp(download.expires_at),
    }


def download_in_full(download: Download) -> dict[str, Any]:
    """Likewise, with the files that are left out."""
    left_out = download.items.left_out()[:MOST_NAMED]
    named = [
        {
            "assetId": str(item.asset_id),
            "name": item.name,
            "reason": str(Reason(item.reason).label),
        }
        for item in left_out
    ]
    return {**download_dict(download), "leftOut": named}
