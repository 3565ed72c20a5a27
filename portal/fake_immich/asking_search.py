"""``/search`` and ``/people``."""

from portal.fake_immich import shapes
from portal.fake_immich.credentials import Caller
from portal.fake_immich.searching import find, page
from portal.fake_immich.wire import Json, JsonAnswer, Request, bad_request
from portal.fake_immich.world import World


def metadata(world: World, request: Request, caller: Caller) -> JsonAnswer:
    body = request.json()
    assets, following = page(world, find(world, caller.user, body), body)
    with_exif, with_people = bool(body.get("withExif")), bool(body.get("withPeople"))
    items = [
        shapes.asset(world, each, with_exif=with_exif, with_people=with_people) for each in assets
    ]
    found: Json = {
        "total": len(items), "count": len(items), "items": items, "facets": [],
        "nextPage": str(following) if following else None,
    }  # fmt: skip
    if world.is_next:
        found["nextCursor"] = None
    return JsonAnswer(
        {"albums": {"total": 0, "count": 0, "items": [], "facets": []}, "assets": found}
    )


def statistics(world: World, request: Request, caller: Caller) -> JsonAnswer:
    return JsonAnswer({"total": len(find(world, caller.user, request.json()))})


def random(world: World, request: Request, caller: Caller) -> JsonAnswer:
    body = request.json()
    found = list(find(world, caller.user, body))
    chosen = world.random.sample(found, min(len(found), int(body.get("size") or 250)))
    return JsonAnswer([shapes.asset(world, each) for each in chosen])


def smart(_world: World, _request: Request, _caller: Caller) -> JsonAnswer:
    raise bad_request("Smart search is not enabled")


def people(world: World, request: Request, caller: Caller) -> JsonAnswer:
    mine = [each for each in world.people.values() if each.owner_id == caller.user.id]
    hidden = sum(each.is_hidden for each in mine)
    if request.query.get("withHidden") != "true":
        mine = [each for each in mine if not each.is_hidden]
    size, number = int(request.query.get("size", 500)), int(request.query.get("page", 1))
    end = number * size
    return JsonAnswer(
        {
            "people": [shapes.person(each) for each in mine[end - size : end]],
            "hasNextPage": end < len(mine),
            "total": len(mine),
            "hidden": hidden,
        }
    )
