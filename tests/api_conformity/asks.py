"""A request for each operation that clients of Immich use, as owners and guests send them.

``<name>`` stands for what ``conftest.names`` says; ``<new-…>`` is made for this request.
"""

from dataclasses import dataclass
from typing import Any

from tests.api_conformity.refusal import ALBUM, CHOSEN, FORM


@dataclass(frozen=True)
class Ask:
    """``operation`` as descriptions name it, ``at`` with its parts filled in."""

    operation: str
    at: str = ""
    body: Any = None
    status: int = 200
    key: str = ""  # of a link, instead of the owner's key
    is_upload: bool = False

    def __str__(self) -> str:
        return f"{self.operation} {self.at.partition('?')[2]} {self.key}".strip()


A = Ask
IDS = {"ids": ["<rose>"]}
ASSETS = {"assetIds": ["<rose>"]}
TAG = {"tags": ["Holidays/Sea"]}
SERVER = [
    A("GET /server/ping"),
    A("GET /server/version"),
    A("GET /server/about"),
    A("GET /server/media-types"),
    A("GET /server/config"),
    A("GET /server/features"),
    A("GET /users/me"),
    A("GET /users/{id}", "/users/<me>"),
    A("GET /api-keys/me"),
    A("PUT /jobs/{name}", "/jobs/thumbnailGeneration", {"command": "pause", "force": False}),
]
ABOUT_ASSETS = [
    A("POST /assets", body=FORM, status=201, is_upload=True),
    A("PUT /assets", body={"ids": ["<new-asset>"], "isFavorite": True}, status=204),
    A("DELETE /assets", body={"ids": ["<new-asset>"]}, status=204),
    A("POST /assets/bulk-upload-check", body={"assets": [{"id": "a", "checksum": "0" * 40}]}),
    A("GET /assets/statistics"),
    A("GET /assets/statistics", "/assets/statistics?isFavorite=true"),
    A("PUT /assets/copy", body={"sourceId": "<new-asset>", "targetId": "<new-asset>"}, status=204),
    A("GET /assets/{id}", "/assets/<photo>"),
    A("GET /assets/{id}", "/assets/<video>"),
    A("GET /assets/{id}", "/assets/<live>"),
    A("GET /assets/{id}", "/assets/<motion>"),
    A("GET /assets/{id}", "/assets/<photo>", key="open"),
    A("GET /assets/{id}", "/assets/<photo>", key="nometa"),
    A("PUT /assets/{id}", "/assets/<new-asset>", {"description": "Sea", "isFavorite": True}),
    A("GET /assets/{id}/original", "/assets/<photo>/original"),
    A("GET /assets/{id}/original", "/assets/<photo>/original", key="open"),
    A("GET /assets/{id}/thumbnail", "/assets/<photo>/thumbnail?size=preview"),
    A("GET /assets/{id}/video/playback", "/assets/<video>/video/playback"),
]
SEARCH = [
    A("POST /search/metadata", body={"size": 50, "withExif": True, "withPeople": True}),
    A("POST /search/metadata", body={"visibility": "timeline", "type": "VIDEO"}),
    A("POST /search/statistics", body={}),
    A("GET /search/suggestions", "/search/suggestions?type=camera-make"),
    A("GET /timeline/buckets"),
    A("GET /timeline/buckets", "/timeline/buckets?albumId=<album>", key="open"),
    A("GET /timeline/bucket", "/timeline/bucket?timeBucket=2024-07-01"),
    A("GET /timeline/bucket", "/timeline/bucket?timeBucket=2024-07-01&albumId=<album>", key="open"),
    A("GET /people"),
    A("GET /tags"),
    A("PUT /tags", body=TAG),
    A("PUT /tags/{id}/assets", "/tags/<new-tag>/assets", IDS),
    A("PUT /tags/assets", body={"tagIds": ["<new-tag>"], "assetIds": ["<rose>"]}),
]
ALBUMS = [
    A("GET /albums"),
    A("GET /albums", "/albums?assetId=<photo>"),
    A("POST /albums", body={"albumName": "Made", "assetIds": ["<rose>"]}, status=201),
    A("GET /albums/{id}", "/albums/<album>"),
    A("GET /albums/{id}", "/albums/<album>?withoutAssets=true"),
    A("GET /albums/{id}", "/albums/<album>", key="open"),
    A("GET /albums/{id}", "/albums/<album>", key="nometa"),
    A("PATCH /albums/{id}", "/albums/<new-album>", {"description": "Changed"}),
    A("DELETE /albums/{id}", "/albums/<new-album>", status=204),
    A("PUT /albums/{id}/assets", "/albums/<new-album>/assets", IDS),
    A("DELETE /albums/{id}/assets", "/albums/<new-album>/assets", IDS),
]
LINKS = [
    A("GET /shared-links"),
    A("POST /shared-links", body=ALBUM | {"password": "hush"}, status=201),
    A("POST /shared-links", body=CHOSEN, status=201),
    A("POST /shared-links/login", body={"password": "open sesame"}, status=201, key="private"),
    A("GET /shared-links/me", key="open"),
    A("GET /shared-links/me", key="nometa"),
    A("GET /shared-links/me", key="chosen"),
    A("GET /shared-links/{id}", "/shared-links/<open-id>"),
    A("PATCH /shared-links/{id}", "/shared-links/<new-link>", {"expiresAt": "2030-01-01"}),
    A("DELETE /shared-links/{id}", "/shared-links/<new-link>", status=204),
    A("PUT /shared-links/{id}/assets", "/shared-links/<new-link>/assets", ASSETS),
    A("DELETE /shared-links/{id}/assets", "/shared-links/<new-link>/assets", ASSETS),
]
DOWNLOADS = [
    A("POST /download/info", body={"albumId": "<album>"}, status=201),
    A("POST /download/info", body={"albumId": "<album>"}, status=201, key="open"),
    A("POST /download/archive", body={"assetIds": ["<photo>", "<live>"]}),
    A("POST /download/archive", body={"assetIds": ["<photo>"]}, key="open"),
]
ASKS = [*SERVER, *ABOUT_ASSETS, *SEARCH, *ALBUMS, *LINKS, *DOWNLOADS]
# What Loggia has none of, and says so; docs/api.md tells why.
NOT_HERE = {
    "GET /users/{id}/profile-image": ("/users/<me>/profile-image", 404, None),
    "POST /stacks": ("/stacks", 400, {"assetIds": ["<photo>", "<rose>"]}),
}
