"""What the refusals speak of, in each home: links of every kind, keys, photos."""

from pathlib import Path

import httpx
import pytest

from tests.api_homes import Home, unique
from tests.library.files import write_photo
from tests.running import manage

TIMES = {"fileCreatedAt": "2024-08-01T10:00:00Z", "fileModifiedAt": "2024-08-01T10:00:00Z"}


@pytest.fixture(scope="session")
def made() -> dict[str, dict[str, str]]:
    """By the home's address, so that each home is prepared once."""
    return {}


@pytest.fixture
def names(home: Home, made: dict[str, dict[str, str]], tmp_path: Path) -> dict[str, str]:
    if home.api not in made:
        made[home.api] = {**photos(home), **keys(home), **links(home), **gone(home, tmp_path)}
    return made[home.api]


def photos(home: Home) -> dict[str, str]:
    albums, summer = home.albums(), home.album_assets("Summer")
    return {
        "album": albums["Summer"],
        "other-album": albums["Garden"],
        "photo": summer["Noon.jpg"]["id"],
        "video": summer["Waves.mov"]["id"],
        "live": summer["IMG_1.jpg"]["id"],
        "motion": summer["IMG_1.jpg"]["livePhotoVideoId"],
        "rose": home.album_assets("Garden")["Rose.jpg"]["id"],
        "me": home.http.get("/users/me").json()["id"],
    }


def keys(home: Home) -> dict[str, str]:
    loggia = home.loggia
    password = {"DJANGO_SUPERUSER_PASSWORD": "a quiet garden wall"}
    bob = ("createsuperuser", "--noinput", "--username", "bob", "--email", "bob@example.org")
    assert manage(loggia.data, *bob, **loggia.variables, **password).returncode == 0
    limited = loggia.manage("apikey", "create", "limited", "--permission", "asset.read")
    of_bob = loggia.manage("apikey", "create", "other", "--user", "bob")
    return {"limited": limited.split()[-1], "bob": of_bob.split()[-1], "owner": home.key}


def links(home: Home) -> dict[str, str]:
    noon = home.album_assets("Summer")["Noon.jpg"]["id"]
    kinds = {
        "open": home.link("Summer", slug=unique("open")),
        "nodownload": home.link("Summer", allowDownload=False),
        "nometa": home.link("Summer", showMetadata=False),
        "private": home.link("Summer", password="open sesame", allowUpload=True),
        "expired": home.link("Summer", allowUpload=True),
        "upload": home.link("Summer", allowUpload=True),
        "deleted": home.link("Summer"),
        "chosen": chosen(home, noon),
    }
    past = {"expiresAt": "2020-01-01T00:00:00.000Z"}
    assert home.http.patch(f"/shared-links/{kinds['expired']['id']}", json=past).status_code == 200
    home.http.delete(f"/shared-links/{kinds['deleted']['id']}")
    ids = {f"{kind}-id": link["id"] for kind, link in kinds.items()}
    return (
        {kind: link["key"] for kind, link in kinds.items()} | ids | {"slug": kinds["open"]["slug"]}
    )


def chosen(home: Home, *assets: str) -> dict[str, str]:
    wanted = {"type": "INDIVIDUAL", "assetIds": assets}
    found: dict[str, str] = ok(home.http.post("/shared-links", json=wanted)).json()
    return found


def gone(home: Home, folder: Path) -> dict[str, str]:
    """A photo that is in a link, and then in the bin."""
    content = write_photo(folder / "gone.jpg").read_bytes()
    files = {"assetData": ("gone.jpg", content)}
    asset_id = ok(home.http.post("/assets", data=TIMES, files=files)).json()["id"]
    link = chosen(home, asset_id, home.album_assets("Garden")["Rose.jpg"]["id"])
    ok(home.http.request("DELETE", "/assets", json={"ids": [asset_id]}))
    return {"gone": asset_id, "of-gone": link["key"]}


def ok(answer: httpx.Response) -> httpx.Response:
    assert answer.is_success, answer.text
    return answer
