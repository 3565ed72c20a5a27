"""Albums and links as Immich's JSON, of 2.7.5 and of 3.x."""

from collections.abc import Callable, Iterable
from datetime import datetime

from portal.fake_immich import moments, shapes
from portal.fake_immich.assets import Album, Asset, SharedLink
from portal.fake_immich.wire import Json
from portal.fake_immich.world import World


def album(
    world: World, one: Album, assets: Iterable[Asset] = (), write: Callable[[datetime], str] = moments.top
) -> Json:  # fmt: skip
    """As in lists; ``assets`` only come with 2.x."""
    shown = world.shown(one)
    taken = sorted(each.taken_at + each.offset for each in shown)
    span = {"startDate": moments.day(taken[0]), "endDate": moments.day(taken[-1])} if taken else {}
    newest = max((each.updated_at for each in shown), default=None)
    inner = [shapes.asset(world, each, is_inner=True, with_exif=True) for each in assets]
    return {
        "albumName": one.name,
        "description": one.description,
        "albumThumbnailAssetId": one.cover_id,
        "createdAt": write(one.created_at),
        "updatedAt": write(one.updated_at),
        "id": one.id,
        "ownerId": one.owner_id,
        **({} if world.is_next else {"owner": shapes.user(world.users[one.owner_id])}),
        "albumUsers": _album_users(world, one),
        "shared": bool(one.users or world.links_of(one)),
        "hasSharedLink": bool(world.links_of(one)),
        **span,
        **({} if world.is_next else {"assets": inner}),
        "assetCount": len(shown),
        "isActivityEnabled": True,
        "order": one.order,
        **({"lastModifiedAssetTimestamp": moments.top(newest)} if newest else {}),
    }


def album_just_written(world: World, one: Album, assets: Iterable[Asset] = ()) -> Json:
    """As after creating or renaming one: its first and last moments rather than days."""
    found = album(world, one, assets)
    found.pop("lastModifiedAssetTimestamp", None)
    return found | _span(world, one)


def link(world: World, one: SharedLink, *, is_listed: bool = False) -> Json:
    """As ``GET /shared-links/me`` answers; lists are shorter."""
    about = world.albums.get(one.album_id or "")
    shown = [world.assets[each] for each in one.asset_ids if each in world.assets]
    assets = [
        shapes.asset(world, each, is_inner=True, with_exif=one.show_metadata and not is_listed)
        for each in shown if each.deleted_at is None
    ]  # fmt: skip
    if not one.show_metadata:
        assets = [shapes.without_metadata(each) for each in assets]
    return {
        "id": one.id,
        "description": one.description,
        "password": one.password,
        "userId": one.user_id,
        "key": one.text_key,
        "type": "ALBUM" if one.album_id else "INDIVIDUAL",
        "createdAt": moments.top(one.created_at),
        "expiresAt": moments.top(one.expires_at) if one.expires_at else None,
        "assets": assets,
        **({"album": _album_of_link(world, about, is_listed=is_listed)} if about else {}),
        "allowUpload": one.allow_upload,
        "allowDownload": one.allow_download,
        "showMetadata": one.show_metadata,
        "slug": one.slug,
    }


def _album_of_link(world: World, one: Album, *, is_listed: bool) -> Json:
    found = album(world, one, write=moments.inner)
    for name in ("lastModifiedAssetTimestamp", "startDate", "endDate"):
        found.pop(name, None)
    return found if is_listed else found | _span(world, one)


def _span(world: World, one: Album) -> Json:
    taken = sorted(each.taken_at + each.offset for each in world.shown(one))
    if not taken:
        return {}
    return {"startDate": moments.inner(taken[0]), "endDate": moments.inner(taken[-1])}


def _album_users(world: World, one: Album) -> list[Json]:
    roles = {one.owner_id: "owner"} if world.is_next else {}
    return [
        {"user": shapes.user(world.users[user_id]), "role": role}
        for user_id, role in (roles | one.users).items()
    ]
