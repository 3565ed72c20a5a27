"""The same requests to the stand-in as to a real Immich: status, headers and shape agree."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.fake_immich.recorded import FOLDER, Exchange, change_of, differences, recorded, shape
from tests.immich import LIMITED_KEY, OTHER_KEY, Immich

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recordings are not at hand")

_SERVER = """001-ping 002-version 003-media-types 004-features 005-config 006-about 007-statistics
    008-storage 009-about-noauth 010-well-known 011-users-me 012-users-me-query-apikey
    014-users-me-noauth 015-users-me-badkey 016-users-me-limited-key 017-users-me-sharekey
    018-api-keys-me""".split()
_LINKS = """074-key-individual 075-key-album 076-slug 077-header-key 078-header-slug 080-wrong-key
    081-wrong-slug 082-slug-uppercase 083-no-key 084-api-key 085-expired 086-nometa 087-nodownload
    088-password-missing 089-password-wrong-query 090-password-query 091-login-wrong
    092-login-empty 093-login-no-password-link 094-login 100-asset-info-no-cookie
    101-original-no-cookie 104-album-no-cookie 107-key-beats-apikey 108-me-key-and-apikey
    041-list 042-list-by-album""".split()
_ALBUMS = """121-list 122-list-shared 123-list-asset 124-list-sharekey 125-get
    126-get-without-assets 128-get-key 130-get-key-other-album 131-get-unknown 132-get-bob
    133-statistics 134-create""".split()
_SEARCH = """142-page1-size5 143-page2-size5 144-page2-string 146-page-beyond 147-album-withexif
    148-taken-range 149-make-model 150-city 151-type-video 152-motion 153-filename 155-favorite
    156-not-in-album 157-checksum 158-id 159-size-too-big 161-bad-date 162-sharekey
    163-statistics 164-smart-ml-off 165-random""".split()
_ASSETS = """166-info 167-info-video 168-info-live 169-info-live-video-part 170-info-key
    171-info-key-nometa 172-info-not-in-link 173-info-unknown 174-info-bad-uuid 175-info-bob
    176-info-noauth 177-info-limited 178-original 179-original-head 180-original-range
    182-original-range-suffix 183-original-range-multi 184-original-range-416
    186-original-if-range-stale 190-original-key 191-original-nodownload 192-original-nometa
    193-original-limited-key 194-original-live-motion 195-original-live-motion-key
    196-thumb-thumbnail 198-thumb-preview 200-thumb-fullsize 202-thumb-default 206-thumb-bad
    205-thumb-original 207-thumb-video 210-thumb-range 211-playback 212-playback-range
    214-playback-image 215-playback-live 118-info""".split()
_UPLOADS = """248-new 256-bulk-check-bad 255-bulk-check-key 257-exist 258-guest-album
    260-guest-individual 266-guest-noupload 267-guest-expired 268-guest-password-no-cookie
    269-noauth 270-unsupported-type 271-empty-file 272-no-file 273-missing-fields
    274-not-an-image 275-with-options""".split()
_ERRORS = "279-404-api 280-404-api-noauth 282-wrong-method 285-cid".split()
_TIMELINE = """240-buckets 242-buckets-slug-album 243-buckets-key-no-album 244-bucket-key
    247-buckets-key-user 217-info-album 220-info-live 222-info-key-album
    224-info-key-nodownload 225-info-empty 226-info-unknown 238-archive-get""".split()
# Known of 3.x and not yet of the state that was recorded
_LATER = ("duration", "albumUsers", "nextCursor")
CASES = [*_TIMELINE, *_SERVER, *_LINKS, *_ALBUMS, *_SEARCH, *_ASSETS, *_UPLOADS, *_ERRORS]

Replay = Callable[[Exchange], httpx.Response]


def _key_of(name: str) -> str:
    """The key of a link, from the address of a request that was recorded with it."""
    exchange = recorded(name)
    given = parse_qs(urlsplit(exchange.target).query).get("key")
    return given[0] if given else exchange.headers["x-immich-share-key"]


def _id_of(name: str) -> str:
    found = re.search(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", recorded(name).target)
    assert found
    return found[0]


def _links(immich: Immich, ids: dict[str, str]) -> dict[str, str]:
    """Links like those of the recordings; answers their keys by the recorded ones."""
    add, album = immich.control.add_link, ids["album"]
    shown = [ids["image"], ids["live"]]
    made = {
        "074-key-individual": add(asset_ids=shown),
        "075-key-album": add(album, slug="summer-2025"),
        "085-expired": add(album, seconds=-5),
        "086-nometa": add(asset_ids=[ids["plain"]], show_metadata=False, allow_download=False),
        "087-nodownload": add(album, allow_download=False),
        "088-password-missing": add(asset_ids=[ids["locked"]], password="s3cret pä$$"),
        "107-key-beats-apikey": add(album),
        "258-guest-album": add(immich.control.albums()["Nothing yet"], allow_upload=True),
        "260-guest-individual": add(asset_ids=shown, allow_upload=True),
        "118-info": add(asset_ids=[ids["trashed"]]),
    }
    add(album, slug="private-20", password="hunter2", allow_upload=True)
    return {_key_of(name): link["key"] for name, link in made.items()}


def _ids(immich: Immich) -> dict[str, str]:
    truth = immich.control.truth(with_sha1=False)
    albums = immich.control.albums()
    stills = [
        each for each in truth if each["kind"] == "IMAGE" and each["visibility"] == "timeline"
    ]
    mine = [each for each in stills if each["owner_id"] == immich.control.owner_id()]
    trashed = next(each["id"] for each in mine if each["is_trashed"])
    live = next(each for each in mine if each["live_video_id"])
    plain = [each["id"] for each in mine if not each["is_trashed"] and not each["live_video_id"]]
    film = next(each["id"] for each in truth if each["filename"] == "VID_0000.mp4")
    return {
        "image": plain[5], "outside": plain[6], "plain": plain[7], "locked": plain[8],
        "live": live["id"], "moving": live["live_video_id"], "film": film, "trashed": trashed,
        "album": albums["Small 20"], "everything": albums["Everything"],
    }  # fmt: skip


@pytest.fixture
def replay(immich: Immich) -> Iterator[Replay]:
    """Sends a recorded request to the stand-in, with ids and keys of its own."""
    with httpx.Client(base_url=immich.url) as client:
        yield lambda exchange: _replay(client, immich, exchange)


def _replay(client: httpx.Client, immich: Immich, exchange: Exchange) -> httpx.Response:
    ids = _ids(immich)
    names = {
        "166-info": "image", "167-info-video": "film", "168-info-live": "live", "125-get": "album",
        "169-info-live-video-part": "moving", "126-get-without-assets": "everything",
        "171-info-key-nometa": "plain", "172-info-not-in-link": "outside", "118-info": "trashed",
        "100-asset-info-no-cookie": "locked",
    }  # fmt: skip
    swaps = {_id_of(name): ids[ours] for name, ours in names.items()} | _links(immich, ids)
    swaps |= {
        "API-KEY-1": immich.api_key, "API-KEY-3": OTHER_KEY, "API-KEY-4": LIMITED_KEY,
        "rec": "camera",
    }  # fmt: skip
    target, body = exchange.target, exchange.body
    headers = json.dumps(dict(exchange.headers))
    for theirs, ours in swaps.items():
        target, body, headers = (each.replace(theirs, ours) for each in (target, body, headers))
    fields = json.loads(headers)
    if exchange.upload is None:
        return client.request(exchange.method, target, headers=fields, content=body)
    fields.pop("content-type")
    form, files = exchange.upload
    sent = {name: (file[0], b"x" * file[1]) for name, file in files.items()}
    return client.request(exchange.method, target, headers=fields, data=form, files=sent)


@pytest.mark.parametrize("name", CASES)
def test_it_answers_as_2_7_5_did(name: str, replay: Replay) -> None:
    theirs = recorded(name)
    ours = replay(theirs)
    assert ours.status_code == theirs.status, ours.text
    assert _headers(ours.headers) == _headers(theirs.answered)
    if theirs.answer is not None and ours.headers["content-type"].startswith("application/json"):
        assert differences(shape(theirs.answer), shape(ours.json())) == []
    if theirs.status >= 400 and isinstance(theirs.answer, dict):
        assert ours.json().get("message") == theirs.answer["message"]
        assert ours.json().keys() == theirs.answer.keys()


@pytest.mark.parametrize("name", [name for name in CASES if FOLDER.is_dir() and change_of(name)])
def test_it_answers_as_3_will(name: str, immich: Immich, replay: Replay) -> None:
    immich.control.set_version("3.2.0")
    theirs, change = recorded(name), change_of(name)
    ours = replay(theirs)
    if sentence := re.search(
        r"(?:(?P<old>\d+) -> (?P<new>\d+)|(?P<same>\d+) msg) .*-> (?P<said>.*)", change
    ):
        status = int(sentence["new"] or sentence["same"])
        assert ours.status_code == status, ours.text
        said = sentence["said"].strip()
        assert (
            not said
            or status < 400
            or said.strip("[]'\"")[:40] in json.dumps(ours.json()["message"]).replace("\\", "")
        )
        return
    removed, added = (set(re.findall(r"'([^']+)'", part)) for part in change.split(" +[", 1))
    if any(path.endswith(".assets") for path in removed):  # the list of changes was cut off
        removed |= {path.replace("assets", "owner") for path in removed if path.endswith(".assets")}
    expected = _without(shape(theirs.answer), removed)
    expected = {path: kinds for path, kinds in expected.items() if ".device" not in path}
    found = shape(ours.json())
    assert not [path for path in removed if path in found]
    assert all(path in found for path in added if not path.startswith("[].albumUsers[].user."))
    wrong = differences(expected, _without(found, added))
    assert [each for each in wrong if not any(name in each for name in _LATER)] == []


def _without(paths: dict[str, set[str]], removed: set[str]) -> dict[str, set[str]]:
    return {
        path: kinds for path, kinds in paths.items()
        if not any(path == each or path.startswith((f"{each}.", f"{each}[")) for each in removed)
    }  # fmt: skip


def _headers(headers: Any) -> dict[str, str]:
    """Those that say what is sent, without what depends on the file."""
    kept = ("content-type", "accept-ranges", "cache-control")
    found = {name: headers[name] for name in kept if name in headers}
    if "content-disposition" in headers:
        found["content-disposition"] = headers["content-disposition"].partition("''")[0]
    return found
