"""``POST /api/assets``, for the description of ``/api``: ninja does not know of it."""

from typing import Any

from sharing.api.bytes_described import ASKED

BINARY = {"type": "string", "format": "binary"}
UUID = {"type": "string", "format": "uuid"}
TIME = {"type": "string", "format": "date-time"}
NEW = {
    "type": "object",
    "required": ["assetData", "fileCreatedAt", "fileModifiedAt"],
    "properties": {
        "assetData": {**BINARY, "description": "The file, with its name."},
        "fileCreatedAt": TIME,
        "fileModifiedAt": TIME,
        "filename": {"type": "string", "description": "What it is to be called instead."},
        "isFavorite": {"type": "string", "enum": ["true", "false"]},
        "livePhotoVideoId": {**UUID, "description": "The moving half of this photo."},
        "sidecarData": {**BINARY, "description": "An XMP file that belongs to it."},
        "visibility": {"type": "string", "enum": ["timeline", "archive", "hidden", "locked"]},
    },
}
SAID = {
    "application/json": {
        "schema": {
            "type": "object",
            "required": ["id", "status"],
            "properties": {
                "id": UUID,
                "status": {"type": "string", "enum": ["created", "duplicate"]},
            },
        }
    }
}
CHECKSUM = {
    "name": "x-immich-checksum",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The file's SHA-1, hexadecimal or Base64: what is known is not taken again.",
}
PATHS: dict[str, dict[str, Any]] = {
    "/assets": {
        "post": {
            "operationId": "uploadAsset",
            "summary": "Send a photo or video",
            "description": "One file a request, of any length, chunked too. What is not named here "
            "is passed over, so clients of Immich 2.x and 3.x may send what they do.",
            "security": ASKED,
            "x-immich-permission": "asset.upload",
            "parameters": [CHECKSUM],
            "requestBody": {
                "required": True,
                "content": {"multipart/form-data": {"schema": NEW}},
            },
            "responses": {
                "200": {"description": "It was there already.", "content": SAID},
                "201": {"description": "It is kept.", "content": SAID},
                "507": {"description": "The disk is full."},
            },
        }
    }
}
