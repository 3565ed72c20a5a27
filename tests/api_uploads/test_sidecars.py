"""XMP files that come along with a photo: what they say goes before the photo's own words."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from sharing.tasks import rescan
from tests.api_uploads.conftest import TIMES, Home, Program, words
from tests.intake.pictures import picture
from tests.library.files import write_photo

pytestmark = pytest.mark.django_db(transaction=True)
folder_only = pytest.mark.parametrize("home", ["folder"], indirect=True)
XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmp:Rating="4" exif:DateTimeOriginal="2019-08-07T06:05:04+02:00">
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">At the lake</rdf:li></rdf:Alt>
</dc:description></rdf:Description></rdf:RDF></x:xmpmeta>"""


def send(program: Program, content: bytes, sidecar: bytes, name: str = "IMG_1.xmp") -> UUID:
    files = {"assetData": ("IMG_1.jpg", content), "sidecarData": (name, sidecar)}
    status, said = program.post(files=files, data=TIMES)
    assert status == 201, said
    return UUID(said["id"])


@folder_only
def test_what_it_says_goes_first(home: Home, program: Program, tmp_path: Path) -> None:
    taken = write_photo(tmp_path / "p.jpg", taken="2024-07-01 10:00:00").read_bytes()
    asset = home.library.asset(send(program, taken, XMP))
    assert asset.taken_at == datetime(2019, 8, 7, 6, 5, 4)  # noqa: DTZ001
    assert (asset.exif.rating, asset.exif.description) == (4, "At the lake")


@folder_only
def test_it_lies_beside_the_photo_and_is_read_again_with_it(
    home: Home, program: Program, tmp_path: Path
) -> None:
    asset_id = send(program, picture("beside"), XMP, "IMG_1.jpg.xmp")
    (photo,) = (tmp_path / "incoming").rglob("*.jpg")
    assert photo.with_name("IMG_1.jpg.xmp").read_bytes() == XMP

    photo.touch()  # so that the next look reads it anew
    rescan()
    assert home.library.asset(asset_id).exif.description == "At the lake"


@folder_only
@pytest.mark.parametrize("sidecar", [b"", b"no XMP", b"<x:xmpmeta>" + b"<" * 500])
def test_one_that_says_nothing_keeps_no_photo_away(
    home: Home, program: Program, sidecar: bytes
) -> None:
    asset = home.library.asset(send(program, picture(f"nothing {sidecar!r}"), sidecar))
    assert asset.exif.rating is None


@folder_only
def test_one_that_is_far_too_long_is_refused(home: Home, program: Program) -> None:
    files = {"assetData": ("a.jpg", picture("long")), "sidecarData": ("a.xmp", bytes(2**22))}
    answer = words(program.post(files=files, data=TIMES))
    assert answer == (400, "sidecarData is too long")


@folder_only
def test_it_leaves_with_its_photo(home: Home, program: Program, tmp_path: Path) -> None:
    from portal.library.folder.models import Arrival

    send(program, picture("leaves"), XMP)
    home.library.take_out(Arrival.objects.values_list("pk", flat=True))
    left = [path.name for path in (tmp_path / "incoming/Uploads").rglob("*") if path.is_file()]
    assert left == []
    assert {path.name for path in (tmp_path / "incoming/.bin").rglob("IMG*")} == {
        "IMG_1.jpg",
        "IMG_1.jpg.xmp",
    }
