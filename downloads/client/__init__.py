"""A client for Immich (2.7 or newer, 3.x) and Loggia servers: downloads by the engine, and uploads.

    async with Client("https://photos.example.org", api_key) as client:
        path = await client.download_asset_to_file(asset_id, Path("photos"))
        result = await client.upload(["~/DCIM"], album_name="Summer", delete_uploads=True)

    async with Client("https://photos.example.org", slug="summer", password="…") as guest:
        paths = await guest.download_archive_to_file(DownloadInfo(album_id=album_id), folder)

Knows nothing of Django; usable alone. See ``docs/client.md``.
"""

from .archives import DownloadInfo
from .errors import (
    ClientError,
    NotAllowed,
    NotAServer,
    NotThere,
    Refused,
    Trouble,
    Unreachable,
)
from .front import Client, Size
from .results import (
    FailedEntry,
    Reason,
    RejectedEntry,
    SentAsset,
    Status,
    UploadedEntry,
    UploadResult,
    UploadStats,
)
from .server import Version

__all__ = [
    "Client",
    "ClientError",
    "DownloadInfo",
    "FailedEntry",
    "NotAServer",
    "NotAllowed",
    "NotThere",
    "Reason",
    "Refused",
    "RejectedEntry",
    "SentAsset",
    "Size",
    "Status",
    "Trouble",
    "Unreachable",
    "UploadResult",
    "UploadStats",
    "UploadedEntry",
    "Version",
]
