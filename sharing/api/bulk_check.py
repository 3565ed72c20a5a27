"""``/api/assets/bulk-upload-check``: which files need not be sent, for they are there already.

Every item is answered with what to do: clients delete files of theirs that they hear nothing of.
"""

from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from typing import Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Router
from pydantic import BaseModel

from portal.api_answers import answer
from portal.api_errors import ApiRefused
from portal.library import get_library
from sharing.api.callers import Caller, GuestCaller
from sharing.api.guarding import ApiRequest, needs
from sharing.api.search_bodies import Question, checksum_of
from sharing.api.seeing import visible
from sharing.contributions.owned import kept

router = Router(tags=["Assets"])


class FileToCheck(BaseModel):
    """AssetBulkUploadCheckItem: the client's own name for a file, and its SHA-1."""

    # Not a Schema of ninja, which wraps each item once more: four times as long for 5,000

    id: str
    checksum: str


class FilesToCheck(Question):
    """AssetBulkUploadCheckDto. SHA-1 is written in hexadecimal digits or in base64."""

    assets: list[FileToCheck]


class CheckedFile(Question):
    """AssetBulkUploadCheckResult."""

    id: str
    action: Literal["accept", "reject"]
    reason: Literal["duplicate"] | None = None
    asset_id: UUID | None = None
    is_trashed: bool | None = None


class CheckedFiles(Question):
    """AssetBulkUploadCheckResponseDto, in the order of the question."""

    results: list[CheckedFile]


@router.post(
    "/bulk-upload-check",
    auth=needs("asset.upload", guests=True),
    response=CheckedFiles,
    summary="Which files are there already",
)
def check(request: ApiRequest, body: FilesToCheck) -> HttpResponse:
    """Guests need the right to upload, and learn of nothing but what their link shows."""
    caller = request.auth
    if isinstance(caller, GuestCaller) and not caller.access.rights.upload:
        raise ApiRefused(HTTPStatus.FORBIDDEN)
    return answer({"results": _checked(caller, body.assets)})


def _checked(caller: Caller, files: Sequence[FileToCheck]) -> list[dict[str, object]]:
    """A checksum that is none is of no file here: its file is welcome."""
    sha1s = [checksum_of(file.checksum) for file in files]
    known = _known(caller, {sha1 for sha1 in sha1s if sha1})
    results: list[dict[str, object]] = []
    for file, sha1 in zip(files, sha1s, strict=True):
        found = known.get(sha1) if sha1 else None
        results.append(_duplicate(file.id, found) if found else {"id": file.id, "action": "accept"})
    return results


def _known(caller: Caller, sha1s: Collection[bytes]) -> Mapping[bytes, UUID]:
    if isinstance(caller, GuestCaller):
        return get_library().known(visible(caller), sha1s)
    return kept(sha1s)


def _duplicate(file_id: str, asset_id: UUID) -> dict[str, object]:
    return {
        "id": file_id,
        "action": "reject",
        "reason": "duplicate",
        "assetId": str(asset_id),
        "isTrashed": False,
    }
