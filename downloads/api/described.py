"""``/api/download/archive`` in the description of ``/api``: it is served before Django."""

from typing import Any

from sharing.api.bytes_described import described, sent

IDS = {"type": "array", "minItems": 1, "items": {"type": "string", "format": "uuid"}}
AS_PREPARED = [
    {
        "name": "downloadId",
        "in": "query",
        "schema": {"type": "string", "format": "uuid"},
        "description": "What `Content-Location` and `/portal/downloads` name.",
    },
    {
        "name": "assetIds",
        "in": "query",
        "schema": IDS,
        "description": "Or just the photos that were asked for before.",
    },
]
BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["assetIds"],
                "properties": {"assetIds": IDS},
            }
        }
    },
}


def _post() -> dict[str, Any]:
    posted = described(
        "downloadArchive",
        "Download photos as one ZIP",
        "asset.download",
        "The answer begins once all files are there; after `LOGGIA_ARCHIVE_WAIT` it is 503 with "
        "`Retry-After` and, in `Content-Location`, the address where the archive will be. A live "
        "photo comes with its moving half. The same photos give the same bytes.",
        requestBody=BODY,
    )
    return posted["get"]


PATHS = {
    "/download/archive": {
        **described(
            "downloadPreparedArchive",
            "Download a prepared archive",
            "asset.download",
            "What was asked for before by POST, here or at `/portal/downloads`.",
            parameters=AS_PREPARED,
            responses=sent(),
        ),
        "post": _post(),
    }
}
