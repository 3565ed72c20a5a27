"""A picture is never made of anything but the file it is said to be made of."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portal.library.content import rendering
from portal.library.folder.ahead import AHEAD
from portal.library.folder.library import FolderLibrary
from portal.library.folder.models import StoredAsset
from portal.library.interface import LibraryUnavailable
from portal.library.types import Rendition
from tests.library.files import write_photo

pytestmark = pytest.mark.django_db(transaction=True)


def swap_folder(photos: Path, outside: Path) -> None:
    """Put a link to somebody else's folder in the place of one of ours, all else being equal."""
    status = (photos / "A/one.jpg").stat()
    secret = write_photo(outside / "one.jpg")
    with secret.open("ab") as file:
        file.write(b"\0" * max(0, status.st_size - secret.stat().st_size))
    os.truncate(secret, status.st_size)
    os.utime(secret, ns=(status.st_mtime_ns, status.st_mtime_ns))
    (photos / "A").rename(outside.parent / "away")
    (photos / "A").symlink_to(outside)


def overwrite(photos: Path, _outside: Path) -> None:
    write_photo(photos / "A/one.jpg", size=(80, 80))


@pytest.mark.parametrize("change", [swap_folder, overwrite])
@pytest.mark.parametrize("moment", ["before", "meanwhile"])
def test_of_a_file_that_changed_no_picture_is_kept(  # noqa: PLR0917 - fixtures
    folder_library: FolderLibrary,
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Path, Path], None],
    moment: str,
) -> None:
    write_photo(photos / "A/one.jpg")
    folder_library.refresh()
    row = StoredAsset.objects.get()
    source = folder_library.original(row.pk)
    (tmp_path / "outside").mkdir()
    render = rendering.render

    def render_late(*arguments: Any) -> None:
        change(photos, tmp_path / "outside")
        render(*arguments)

    if moment == "before":
        change(photos, tmp_path / "outside")
    else:
        monkeypatch.setattr(rendering, "render", render_late)
    with pytest.raises(LibraryUnavailable):
        folder_library.maker.make(row, source, AHEAD)
    assert not folder_library.store.path(row.pk, Rendition.THUMBNAIL).exists()


def test_a_file_overwritten_while_pictures_are_made_waits_for_the_next_look(
    folder_library: FolderLibrary, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_photo(photos / "A/one.jpg")
    write_photo(photos / "A/two.jpg")
    folder_library.refresh()
    render = rendering.render

    def cut_short(source: Path, *rest: Any) -> None:
        if source.name == "one.jpg":
            os.truncate(source, 100)
        render(source, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(rendering, "render", cut_short)
        assert folder_library.make_renditions(60) == 0
    assert folder_library.status().problems == 0
    assert folder_library.status().renditions_waiting == 1
    write_photo(photos / "A/one.jpg")
    folder_library.refresh()
    assert folder_library.make_renditions(60) == 0
    assert folder_library.status().renditions_waiting == 0
