"""``/api/download``: how photos are best downloaded. Archives themselves come before Django."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from downloads.api.bodies import DownloadShape, DownloadWanted
from downloads.api.choosing import photos_of, photos_of_album, photos_of_user, terms_for
from downloads.api.sizes import ids_of, sizes_of
from portal.api_answers import answer
from portal.api_errors import ApiRefused
from portal.library.types import NamedAsset
from sharing.api.callers import Caller
from sharing.api.guarding import ApiRequest, needs

router = Router(tags=["Download"])


@router.post("/info", auth=needs("asset.download", guests=True), response={201: DownloadShape})
def info(request: ApiRequest, body: DownloadWanted) -> HttpResponse:
    """Say how large these photos are together, and in which archives they are best fetched.

    An archive ends with the photo that makes it larger than ``archiveSize`` (4 GiB if not given).
    A live photo is in one archive with its moving half.
    """
    photos = _chosen(request.auth, body)
    sizes = sizes_of(photos, terms_for(request.auth).rights)
    archives = _split(photos, sizes, body.archive_size)
    said = {"totalSize": sum(archive["size"] for archive in archives), "archives": archives}
    return answer(said, HTTPStatus.CREATED)


def _chosen(caller: Caller, body: DownloadWanted) -> Sequence[NamedAsset]:
    if body.asset_ids is not None:
        return photos_of(terms_for(caller).contents, body.asset_ids)
    if body.album_id is not None:
        return photos_of_album(caller, body.album_id)
    if body.user_id is not None:
        return photos_of_user(caller, body.user_id)
    raise ApiRefused(HTTPStatus.BAD_REQUEST, "assetIds, albumId, or userId is required")


def _split(
    photos: Iterable[NamedAsset], sizes: Mapping[UUID, int], most: int
) -> list[dict[str, Any]]:
    archives: list[dict[str, Any]] = []
    is_full = True
    for photo in photos:
        if is_full:
            archives.append({"size": 0, "assetIds": []})
        ids = ids_of(photo)
        archives[-1]["size"] += sum(sizes.get(asset_id, 0) for asset_id in ids)
        archives[-1]["assetIds"] += map(str, ids)
        is_full = archives[-1]["size"] > most
    return archives
