"""What is served before Django, for the description of ``/api``: ninja does not know of it."""

from typing import Any

ASKED: list[dict[str, list[str]]] = [
    {"api_key": []},
    {"bearer": []},
    {"share_key": []},
    {"share_slug": []},
]
ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "format": "uuid"},
}
SIZE = {
    "name": "size",
    "in": "query",
    "schema": {
        "type": "string",
        "enum": ["fullsize", "preview", "thumbnail"],
        "default": "thumbnail",
    },
}
OF_BYTES = (
    "Ranges (one at a time), `If-Range`, `If-None-Match` and HEAD are honoured; nothing is "
    "compressed. What is being sent ends within two seconds when the key is revoked, or the link "
    "takes it away."
)


def sent(*, elsewhere: bool = False) -> dict[str, Any]:
    """The answers of a route that sends bytes."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    answers: dict[str, Any] = {
        "200": {"description": "All of it.", "content": {"*/*": binary}},
        "206": {"description": "The range that was asked for.", "content": {"*/*": binary}},
        "304": {"description": "It is the same as before."},
        "412": {"description": "It is not what was asked for (`If-Match`)."},
        "416": {"description": "The range is past the end."},
    }
    if elsewhere:
        answers["302"] = {"description": "It is at another address."}
    return answers


def described(
    name: str, summary: str, permission: str, words: str, **also: Any
) -> dict[str, dict[str, Any]]:
    """A route for GET and, unless ``also`` says otherwise, without a body."""
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "description": f"{words} {OF_BYTES}",
            "parameters": [],
            "responses": sent(),
            "security": ASKED,
            "x-immich-permission": permission,
            **also,
        }
    }


PATHS = {
    "/assets/{id}/original": described(
        "downloadAsset",
        "Download an original",
        "asset.download",
        "Guests of a link that withholds metadata or places get a cleaned file under a name that "
        "tells nothing.",
        parameters=[ID],
    ),
    "/assets/{id}/thumbnail": described(
        "viewAsset",
        "View a picture",
        "asset.view",
        "The full size is the original, or for guests the preview: both by a redirect.",
        parameters=[ID, SIZE],
        responses=sent(elsewhere=True),
    ),
    "/assets/{id}/video/playback": described(
        "playAssetVideo",
        "Play a video",
        "asset.view",
        "As browsers play it. 404 for what is no video.",
        parameters=[ID],
    ),
}
