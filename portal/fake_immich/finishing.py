"""What Immich does some moments after an upload: it reads the file, and makes pictures of it."""

import os
import shutil
import tempfile
import threading
from functools import partial
from pathlib import Path
from weakref import finalize

from portal.fake_immich import moments
from portal.fake_immich.assets import Asset
from portal.fake_immich.contents import OnDisk
from portal.fake_immich.folder import describe
from portal.fake_immich.media_types import suffix_of
from portal.fake_immich.painting import picture_of
from portal.fake_immich.world import World
from portal.library.content.reading import read_content
from portal.library.interface import LibraryError

AFTER = 2.0  # seconds


def keep_reading(world: World) -> None:
    """Read uploads from now on, in a thread that ends with the process."""

    def read_now_and_then() -> None:
        pause = threading.Event()
        while not pause.wait(AFTER):
            with world.lock:
                read_uploads(world)

    threading.Thread(target=read_now_and_then, daemon=True, name="uploads").start()


def read_uploads(world: World) -> None:
    """Read all that waits. Call it while the world's lock is held."""
    while world.unread:
        asset = world.assets.get(world.unread.pop(0))
        if asset is not None:
            _read(asset, _folder(world))


def _read(asset: Asset, folder: Path) -> None:
    """What cannot be read stays as it is, without pictures."""
    path = folder / f"{asset.id}{suffix_of(asset.filename)}"
    with path.open("wb") as file:
        for piece in asset.contents.pieces(0, asset.contents.size):
            file.write(piece)
    when = asset.taken_at.timestamp()  # as the form said: what counts where the file has no date
    os.utime(path, (when, when))
    asset.contents = OnDisk(path, asset.contents.sha1())
    try:
        found = read_content(path)
    except LibraryError:
        return
    describe(asset, found)
    asset.has_exif, asset.updated_at = True, moments.now()
    asset.picture = partial(picture_of, path, asset.kind, found.media_type)


def _folder(world: World) -> Path:
    """Gone with the world, or with the process."""
    if world.uploads is None:
        world.uploads = Path(tempfile.mkdtemp(prefix="loggia-fake-immich-uploads-"))
        finalize(world, shutil.rmtree, world.uploads, ignore_errors=True)
    return world.uploads
