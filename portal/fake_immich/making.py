"""A made-up world: the same for the same plan, and cheap with 100,000 assets too."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from portal.fake_immich.assets import Album, ApiKey, Asset, Person, User
from portal.fake_immich.contents import Made
from portal.fake_immich.keys import API_KEY, LIMITED_KEY, OTHER_KEY, OTHER_SESSION
from portal.fake_immich.painting import SMALL, Painted, film, pictures
from portal.fake_immich.world import OLDEST, World

_FIRST = datetime(2024, 1, 1, 7, 0, tzinfo=UTC)
_STEP = timedelta(minutes=97, seconds=13)
_UPLOADED = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
_OFFSET = timedelta(hours=2)
_ODD = 5  # one of each oddity among the first pictures


@dataclass(frozen=True)
class Plan:
    """What to make up. ``least`` pads each file with noise to about so many bytes."""

    assets: int = 30
    videos: int = 2
    live_photos: int = 2
    least: int = 0
    equal_times: float = 0.0  # this share of the pictures has the time of the one before
    has_oddities: bool = True
    size: tuple[int, int] = SMALL
    seed: int = 1
    version: tuple[int, int, int] = OLDEST
    api_key: str = API_KEY


def make(plan: Plan) -> World:
    world = empty(plan)
    world.take(*_pictures(world, plan), *_films(world, plan), *_live(world, plan))
    if plan.has_oddities and plan.assets > _ODD:
        _add_oddities(world)
    _add_albums(world)
    _add_others(world, plan)
    return world


def empty(plan: Plan) -> World:
    """Two users, their keys, and nothing else."""
    world = World(User("", "Ada", "ada@example.com", is_admin=True), plan.version, plan.seed)
    world.users.clear()
    world.owner.id = world.new_id()
    other = User(world.new_id(), "Ben", "ben@example.com")
    world.users = {user.id: user for user in (world.owner, other)}
    world.sessions[OTHER_SESSION] = other.id
    looking = ["asset.read", "asset.view", "album.read"]
    for secret, name, user, permissions in (
        (plan.api_key, "all", world.owner, ["all"]),
        (LIMITED_KEY, "limited", world.owner, looking),
        (OTHER_KEY, "all", other, ["all"]),
    ):
        world.keys[secret] = ApiKey(world.new_id(), secret, name, user.id, permissions)
    return world


def make_asset(
    world: World, painted: Painted, filename: str, taken: datetime, least: int = 0
) -> Asset:
    """An asset with bytes of its own; its id is in them."""
    asset_id = world.new_id()
    contents = Made(painted.base, f"asset {asset_id}".encode(), least)
    suffix = filename.rpartition(".")[2]
    uploaded = _UPLOADED + timedelta(milliseconds=len(world.assets))
    return Asset(
        asset_id, world.owner.id, painted.kind, filename, painted.media_type, contents,
        painted.width, painted.height, taken, uploaded, uploaded,
        f"/data/upload/{world.owner.id}/{asset_id[:2]}/{asset_id[2:4]}/{asset_id}.{suffix}",
        _OFFSET, painted.shot, duration=painted.duration, thumbhash=painted.thumbhash,
        picture=painted.picture, device_asset_id=filename,
    )  # fmt: skip


def _pictures(world: World, plan: Plan) -> Iterator[Asset]:
    bases = pictures(plan.size)
    taken = _FIRST
    for number in range(plan.assets):
        if number and world.random.random() >= plan.equal_times:
            taken += _STEP
        base = bases[number % len(bases)]
        asset = make_asset(world, base, f"IMG_{number:04}.jpg", taken, plan.least)
        asset.created_at = asset.updated_at = _UPLOADED + timedelta(milliseconds=number)
        yield asset


def _films(world: World, plan: Plan) -> Iterator[Asset]:
    for number in range(plan.videos):
        taken = _FIRST + timedelta(days=1, minutes=number, seconds=1)
        yield make_asset(world, film("mp4"), f"VID_{number:04}.mp4", taken, plan.least)


def _live(world: World, plan: Plan) -> Iterator[Asset]:
    for number in range(plan.live_photos):
        taken = _FIRST + timedelta(days=1, hours=1, minutes=number, seconds=2)
        moving = make_asset(world, film("mov"), f"LIVE_{number:04}.mov", taken)
        moving.visibility = "hidden"
        still = make_asset(world, pictures(plan.size)[0], f"LIVE_{number:04}.jpg", taken)
        still.live_video_id = moving.id
        yield from (moving, still)


def _add_oddities(world: World) -> None:
    """What meets a client sooner or later: archived, in the trash, external, without a size."""
    archived, trashed, external, sizeless, favourite, *_rest = world.assets.values()
    archived.visibility = "archive"
    trashed.deleted_at = _UPLOADED + timedelta(days=1)
    external.library_id = world.new_id()
    external.original_path = f"/mnt/photos/{external.filename}"
    sizeless.has_size = False
    favourite.is_favorite = True
    anna, otto = (Person(world.new_id(), name, world.owner.id) for name in ("Anna", "Otto"))
    world.people = {person.id: person for person in (anna, otto)}
    favourite.people = (anna.id, otto.id)
    sizeless.people = (anna.id,)


def _add_albums(world: World) -> None:
    """All there is, the first twenty, and nothing."""
    mine = [
        asset.id for asset in world.assets.values()
        if asset.visibility == "timeline" and asset.deleted_at is None
    ]  # fmt: skip
    for number, (name, ids) in enumerate(
        [("Everything", mine), ("Small 20", mine[:20]), ("Nothing yet", [])]
    ):
        made = _UPLOADED + timedelta(hours=1, seconds=number)
        album = Album(world.new_id(), world.owner.id, name, made, made)
        album.asset_ids = dict.fromkeys(ids)
        album.cover_id = ids[0] if ids else None
        world.albums[album.id] = album


def _add_others(world: World, plan: Plan) -> None:
    """Ben has a picture of his own, and one in an album that he shares with Ada."""
    ben = next(user for user in world.users.values() if user is not world.owner)
    base = pictures(plan.size)[1]
    taken = _FIRST - timedelta(days=300)
    private, shared = (make_asset(world, base, f"BEN_{number}.jpg", taken) for number in (0, 1))
    private.owner_id = shared.owner_id = ben.id
    world.take(private, shared)
    made = _UPLOADED + timedelta(hours=2)
    album = Album(world.new_id(), ben.id, "Ben's party", made, made, cover_id=shared.id)
    album.asset_ids = {shared.id: None}
    album.users = {world.owner.id: "viewer"}
    world.albums[album.id] = album
