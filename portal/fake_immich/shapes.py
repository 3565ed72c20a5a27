"""Assets and people as Immich's JSON, of 2.7.5 and of 3.x."""

import base64

from portal.fake_immich import moments
from portal.fake_immich.assets import Asset, Person, User
from portal.fake_immich.wire import Json
from portal.fake_immich.world import World

_WITHOUT_METADATA = (
    "id", "type", "originalMimeType", "thumbhash", "localDateTime", "duration",
    "livePhotoVideoId", "hasMetadata", "width", "height",
)  # fmt: skip


def user(one: User) -> Json:
    return {
        "id": one.id, "email": one.email, "name": one.name, "profileImagePath": "",
        "avatarColor": "gray", "profileChangedAt": moments.inner(one.created_at),
    }  # fmt: skip


def asset(
    world: World, one: Asset, *, is_inner: bool = False, with_exif: bool = False,
    with_people: bool = False,
) -> Json:  # fmt: skip
    """As in lists: ``is_inner`` for those inside of albums and links, whose times look different."""
    write = moments.inner if is_inner else moments.top
    exif = {"exifInfo": _exif(one)} if with_exif else {}
    device = {} if world.is_next else {"deviceAssetId": one.device_asset_id}
    return {
        "id": one.id,
        "createdAt": write(one.created_at),
        **device,
        "ownerId": one.owner_id,
        **({} if world.is_next else {"deviceId": one.device_id}),
        "libraryId": one.library_id,
        "type": one.kind,
        "originalPath": one.original_path,
        "originalFileName": one.filename,
        "originalMimeType": one.media_type,
        "thumbhash": encoded_thumbhash(one),
        "fileCreatedAt": write(one.taken_at),
        "fileModifiedAt": write(one.contents.modified_at),
        "localDateTime": write(one.taken_at + one.offset),
        "updatedAt": write(one.updated_at),
        "isFavorite": one.is_favorite,
        "isArchived": one.visibility == "archive",
        "isTrashed": one.deleted_at is not None,
        "visibility": one.visibility,
        "duration": written_duration(world, one),
        **exif,
        "livePhotoVideoId": one.live_video_id,
        "people": _faces(world, one) if with_people else [],
        "checksum": one.checksum,
        "isOffline": one.is_offline,
        "hasMetadata": True,
        "duplicateId": None,
        "resized": True,
        "width": one.width,
        "height": one.height,
        "isEdited": False,
    }


def asset_in_full(world: World, one: Asset, *, is_guest: bool) -> Json:
    """As ``GET /assets/{id}`` answers."""
    found = asset(world, one, with_exif=True, with_people=not is_guest)
    return {
        **found,
        **({} if is_guest else {"owner": user(world.users[one.owner_id])}),
        "tags": [],
        "unassignedFaces": [],
        "stack": None,
    }


def without_metadata(found: Json) -> Json:
    """What links that show no metadata tell of an asset."""
    return {name: found[name] for name in _WITHOUT_METADATA} | {"hasMetadata": False}


def person(one: Person) -> Json:
    return {
        "id": one.id, "name": one.name, "birthDate": None, "thumbnailPath": f"/data/thumbs/{one.id}",
        "isHidden": one.is_hidden, "isFavorite": False, "updatedAt": "2026-01-01T12:00:00.000Z",
    }  # fmt: skip


def encoded_thumbhash(one: Asset) -> str | None:
    return base64.b64encode(one.thumbhash).decode() if one.thumbhash else None


def written_duration(world: World, one: Asset) -> Json:
    """Hours, minutes and seconds in 2.x, milliseconds in 3.x."""
    if world.is_next:
        return round(one.duration * 1000) if one.kind == "VIDEO" else None
    if one.kind != "VIDEO":
        return "0:00:00.00000"
    minutes, seconds = divmod(one.duration, 60)
    return f"{int(minutes) // 60:02}:{int(minutes) % 60:02}:{seconds:06.3f}"


def _faces(world: World, one: Asset) -> list[Json]:
    return [person(world.people[each]) | {"faces": []} for each in one.people]


def _exif(one: Asset) -> Json:
    shot = one.shot
    taken = moments.inner(one.taken_at) if one.has_exif else None
    return {
        "make": shot.make, "model": shot.model,
        "exifImageWidth": one.width, "exifImageHeight": one.height,
        "fileSizeInByte": one.contents.size if one.has_size else None,
        "orientation": "1" if one.has_exif else None,
        "dateTimeOriginal": taken,
        "modifyDate": moments.inner(one.contents.modified_at) if one.has_exif else None,
        "timeZone": moments.zone_name(one.offset) if one.has_exif else None,
        "lensModel": shot.lens, "fNumber": shot.f_number, "focalLength": shot.focal_length,
        "iso": shot.iso, "exposureTime": shot.exposure_time,
        "latitude": shot.latitude, "longitude": shot.longitude,
        "city": shot.city, "state": shot.state, "country": shot.country,
        "description": one.description, "projectionType": None, "rating": one.rating,
    }  # fmt: skip
