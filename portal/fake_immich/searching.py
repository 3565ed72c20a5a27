"""The search over metadata: its filters, its order and its pages, with their weakness.

Pages are ordered by ``fileCreatedAt`` alone. Assets that share a time come in another order with
each request, so that they repeat or are missing between pages, as a database is free to do.
"""

from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from itertools import groupby

from portal.fake_immich import moments
from portal.fake_immich.assets import Asset, User
from portal.fake_immich.validating import (
    Check,
    boolean,
    check,
    date,
    number,
    one_of,
    text,
    uuid,
    uuids,
)
from portal.fake_immich.wire import Json, Refused
from portal.fake_immich.world import World

Test = Callable[[Asset], bool]

_DEFAULT_SIZE = 250
_TIMES: dict[str, Callable[[Asset], object]] = {
    "taken": lambda asset: asset.taken_at,
    "created": lambda asset: asset.created_at,
    "updated": lambda asset: asset.updated_at,
    "trashed": lambda asset: asset.deleted_at,
}
_EXACT: dict[str, Callable[[Asset], object]] = {
    "make": lambda asset: asset.shot.make,
    "model": lambda asset: asset.shot.model,
    "lensModel": lambda asset: asset.shot.lens,
    "city": lambda asset: asset.shot.city,
    "state": lambda asset: asset.shot.state,
    "country": lambda asset: asset.shot.country,
    "rating": lambda asset: asset.rating,
    "isFavorite": lambda asset: asset.is_favorite,
    "isOffline": lambda asset: asset.is_offline,
    "isMotion": lambda asset: asset.live_video_id is not None,
    "isEncoded": lambda asset: asset.playback is not None,
}
_IF_GIVEN: dict[str, Callable[[Asset], object]] = {
    "id": lambda asset: asset.id,
    "type": lambda asset: asset.kind,
    "libraryId": lambda asset: asset.library_id,
    "deviceId": lambda asset: asset.device_id,
    "deviceAssetId": lambda asset: asset.device_asset_id,
}
_WITHIN: dict[str, Callable[[Asset], str]] = {
    "originalFileName": lambda asset: asset.filename,
    "originalPath": lambda asset: asset.original_path,
    "description": lambda asset: asset.description,
}
_RULES: dict[str, Check] = {
    "size": number(1, 1000),
    "page": number(1),
    "order": one_of("asc", "desc"),
    "type": one_of("IMAGE", "VIDEO", "AUDIO", "OTHER"),
    "visibility": one_of("archive", "timeline", "hidden", "locked"),
    "checksum": text,
    **dict.fromkeys(("id", "libraryId"), uuid),
    **dict.fromkeys(("albumIds", "personIds", "tagIds"), uuids),
    **dict.fromkeys(_WITHIN, text),
    **dict.fromkeys((f"{name}{end}" for name in _TIMES for end in ("After", "Before")), date),
    **dict.fromkeys(
        ("isFavorite", "isOffline", "isMotion", "isEncoded", "isNotInAlbum",
         "withExif", "withPeople", "withDeleted", "withStacked"),
        boolean,
    ),
}  # fmt: skip


def find(world: World, user: User, body: dict[str, Json]) -> list[Asset]:
    """All that match, oldest or newest first. Raises ``Refused`` for a body that is wrong."""
    check(world, body, _RULES)
    if body.get("visibility") == "locked":
        raise Refused(HTTPStatus.UNAUTHORIZED, "Elevated permission is required")
    paging = {"size", "page", "withExif", "withPeople"}
    wanted = tuple(sorted((name, repr(body[name])) for name in body if name not in paging))
    return _found(_Question(world, user, body, (id(world), world.revision, user.id, wanted)))


def page(world: World, found: list[Asset], body: dict[str, Json]) -> tuple[list[Asset], int | None]:
    """One page, and the number of the next."""
    size, number_ = int(body.get("size") or _DEFAULT_SIZE), int(body.get("page") or 1)
    start, end = (number_ - 1) * size, number_ * size
    return _shuffled(world, found, start, end), number_ + 1 if end < len(found) else None


class _Question:
    """The key of the cache is what was asked of which state of the world."""

    def __init__(
        self, world: World, user: User, body: dict[str, Json], key: tuple[object, ...]
    ) -> None:
        self.world, self.user, self.body, self.key = world, user, body, key

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Question) and self.key == other.key


@lru_cache(64)
def _found(question: _Question) -> list[Asset]:
    tests = _tests(question.world, question.body)
    world, user_id = question.world, question.user.id
    seen = {user_id, *(world.partners if user_id == world.owner.id else ())}
    found = [
        asset for asset in world.assets.values()
        if asset.owner_id in seen and all(test(asset) for test in tests)
    ]  # fmt: skip
    is_descending = question.body.get("order", "desc") == "desc"
    return sorted(found, key=lambda asset: asset.taken_at, reverse=is_descending)


def _tests(world: World, body: dict[str, Json]) -> list[Test]:
    visibility = body.get("visibility") or "timeline"
    tests: list[Test] = [lambda asset: asset.visibility == visibility]
    if not _with_deleted(body):
        tests.append(lambda asset: asset.deleted_at is None)
    for name, value in body.items():
        if test := _test(world, name, value):
            tests.append(test)
    if body.get("isNotInAlbum") and not body.get("albumIds"):
        within = {each for album in world.albums.values() for each in album.asset_ids}
        tests.append(lambda asset: asset.id not in within)
    return tests


def _with_deleted(body: dict[str, Json]) -> bool:
    names = ("withDeleted", "trashedAfter", "trashedBefore", "isOffline")
    return any(body.get(name) for name in names)


def _test(world: World, name: str, value: Json) -> Test | None:
    if name in _EXACT:
        read = _EXACT[name]
        return lambda asset: read(asset) == value
    if not value:
        return None
    if name in _IF_GIVEN:
        given = _IF_GIVEN[name]
        return lambda asset: given(asset) == value
    if name in _WITHIN:
        words = _WITHIN[name]
        return lambda asset: value.lower() in words(asset).lower()
    if name.endswith(("After", "Before")):
        return _time_test(name, value)
    return _membership_test(world, name, value)


def _time_test(name: str, value: str) -> Test | None:
    limit = moments.read(value, needs_zone=False)
    read = _TIMES.get(name.removesuffix("After").removesuffix("Before"))
    if limit is None or read is None:
        return None
    if name.endswith("After"):
        return lambda asset: (at := read(asset)) is not None and at >= limit  # type: ignore[operator]
    return lambda asset: (at := read(asset)) is not None and at <= limit  # type: ignore[operator]


def _membership_test(world: World, name: str, value: Json) -> Test | None:
    if name == "albumIds":
        albums = [world.albums[each].asset_ids if each in world.albums else {} for each in value]
        return lambda asset: all(asset.id in album for album in albums)
    if name == "personIds":
        return lambda asset: all(person in asset.people for person in value)
    if name == "tagIds":
        return lambda asset: False
    if name == "checksum":
        return lambda asset: value in (asset.checksum, asset.sha1.hex())
    return None


def _shuffled(world: World, found: list[Asset], start: int, end: int) -> list[Asset]:
    first, last = start, min(end, len(found)) - 1
    if first > last:
        return []
    while first and found[first - 1].taken_at == found[first].taken_at:
        first -= 1
    while last + 1 < len(found) and found[last + 1].taken_at == found[last].taken_at:
        last += 1
    mixed: list[Asset] = []
    for _taken, group in groupby(found[first : last + 1], key=lambda asset: asset.taken_at):
        same = list(group)
        if len(same) > 1:
            world.random.shuffle(same)
        mixed += same
    return mixed[start - first : end - first]
