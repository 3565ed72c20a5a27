"""A folder of photos taken into a library in memory, as far as the contract's folder needs it."""

from datetime import datetime, timedelta
from hashlib import sha1
from pathlib import Path
from uuid import UUID, uuid5
from zlib import crc32

import av
from PIL import Image

from portal.library.renditions import RenditionStore
from portal.library.types import Asset, AssetKind, StoredFile
from tests.memory_library import MemoryLibrary

SPACE = UUID("5b1d7e0c-3f0e-4c55-9a39-0e5f5f1c8a11")  # one content is one asset
TAKEN, EXIF_IFD = 0x9003, 0x8769
UNDATED = "2024:07:03 10:00:00"


def remembered(photos: Path, store: RenditionStore) -> MemoryLibrary:
    """Each folder is an album; a photo and a video of one name are a live photo."""
    library = MemoryLibrary(store)
    for folder in sorted(photos.iterdir()):
        album_id = library.add_empty_album(folder.name)
        stills = {path.stem: path for path in folder.iterdir() if path.suffix != ".mov"}
        for path in sorted(folder.iterdir()):
            half = path.with_suffix(".mov")
            is_live = path != half and half.exists()
            asset = asset_of(path, id_of(half) if is_live else None)
            library.place(asset, album_id, stored(path, asset.media_type))
            if path == half and path.stem in stills:
                library.hidden.add(asset.id)
    return library


def id_of(path: Path) -> UUID:
    return uuid5(SPACE, sha1(path.read_bytes(), usedforsecurity=False).hexdigest())


def asset_of(path: Path, half: UUID | None) -> Asset:
    data = path.read_bytes()
    is_video = path.suffix == ".mov"
    (width, height), taken, duration = video(path) if is_video else photo(path)
    return Asset(
        id=id_of(path),
        kind=AssetKind.VIDEO if is_video else AssetKind.IMAGE,
        filename=path.name,
        media_type="video/quicktime" if is_video else f"image/{path.suffix[1:]}",
        size=len(data),
        width=width,
        height=height,
        taken_at=taken,
        utc_offset=None,
        sha1=sha1(data, usedforsecurity=False).digest(),
        duration=duration,
        live_video_id=half,
    )


def photo(path: Path) -> tuple[tuple[int, int], datetime, None]:
    with Image.open(path) as image:
        written = image.getexif().get_ifd(EXIF_IFD).get(TAKEN, UNDATED)
        return image.size, datetime.strptime(written, "%Y:%m:%d %H:%M:%S"), None  # noqa: DTZ007


def video(path: Path) -> tuple[tuple[int, int], datetime, timedelta]:
    with av.open(str(path)) as container:
        size = container.streams.video[0]
        length = timedelta(microseconds=container.duration or 0)
        return (size.width, size.height), datetime(2024, 7, 4, 10), length  # noqa: DTZ001


def stored(path: Path, media_type: str) -> StoredFile:
    data, status = path.read_bytes(), path.stat()
    return StoredFile(path, status.st_size, status.st_mtime_ns, media_type, crc32=crc32(data))
