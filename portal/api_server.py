"""``/api``: the server, the users, and the key that asks."""

from ninja import Router

router = Router()


@router.get("/server/ping", auth=None)
def ping(request: object) -> dict[str, str]:
    return {"res": "pong"}
