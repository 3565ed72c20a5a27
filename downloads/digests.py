"""Checksums as an Immich server writes them down."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any


def content_sha1(asset: Mapping[str, Any]) -> bytes | None:
    """SHA-1 (20 bytes) of an asset's original, from its ``checksum`` in base64.

    Of an external library's file the server knows only a sum of its path: then None.
    """
    try:
        digest = base64.b64decode(str(asset.get("checksum") or ""), validate=True)
    except binascii.Error:
        return None
    path = f"path:{asset.get('originalPath', '')}".encode("utf-8", "replace")
    is_of_path = digest == hashlib.sha1(path, usedforsecurity=False).digest()
    return digest if len(digest) == 20 and not is_of_path else None
