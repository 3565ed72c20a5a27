"""What a body must look like, and how 2.7.5 and 3.x say that it does not."""

from collections.abc import Callable, Sequence
from uuid import UUID

from portal.fake_immich import moments
from portal.fake_immich.wire import Json, bad_request
from portal.fake_immich.world import World

Check = Callable[[World, str, Json], str | None]  # what is wrong with a field, if anything is


def check(world: World, body: dict[str, Json], rules: dict[str, Check]) -> None:
    """Raises ``Refused`` with all that is wrong; fields without a rule are nobody's business."""
    wrong = [
        message for name, rule in rules.items()
        if name in body and body[name] is not None and (message := rule(world, name, body[name]))
    ]  # fmt: skip
    if not wrong:
        return
    is_date = not world.is_next and "must be a date string" in wrong[0]
    raise bad_request(wrong[0] if is_date else wrong)


def is_uuid(text: object) -> bool:
    try:
        return isinstance(text, str) and str(UUID(text)) == text.lower()
    except ValueError:
        return False


def path_uuid(world: World, text: str, name: str = "id") -> str:
    """Raises ``Refused`` for what is no id."""
    if message := uuid(world, name, text):
        raise bad_request([message])
    return text.lower()


def uuid(world: World, name: str, value: Json) -> str | None:
    if is_uuid(value):
        return None
    return f"[{name}] Invalid UUID" if world.is_next else f"{name} must be a UUID"


def uuids(world: World, name: str, value: Json) -> str | None:
    if not isinstance(value, list):
        return _expected(world, name, "array", value, f"{name} must be an array")
    for number, each in enumerate(value):
        if not is_uuid(each):
            is_next = world.is_next
            return (
                f"[{name}.{number}] Invalid UUID"
                if is_next
                else f"each value in {name} must be a UUID"
            )
    return None


def boolean(world: World, name: str, value: Json) -> str | None:
    if isinstance(value, bool):
        return None
    return _expected(world, name, "boolean", value, f"{name} must be a boolean value")


def text(world: World, name: str, value: Json) -> str | None:
    if isinstance(value, str):
        return None
    return _expected(world, name, "string", value, f"{name} must be a string")


def date(world: World, name: str, value: Json) -> str | None:
    if moments.read(value, needs_zone=world.is_next):
        return None
    if not world.is_next:
        return f"{name} must be a date string"
    return f"[{name}] Invalid input: expected ISO 8601 datetime string, received {_kind(value)}"


def one_of(*choices: str) -> Check:
    def rule(world: World, name: str, value: Json) -> str | None:
        if value in choices:
            return None
        if world.is_next:
            options = "|".join(f'"{choice}"' for choice in choices)
            return f"[{name}] Invalid option: expected one of {options}"
        return f"{name} must be one of the following values: {', '.join(choices)}"

    return rule


def number(least: int, most: int | None = None) -> Check:
    def rule(world: World, name: str, value: Json) -> str | None:
        found = _number(value, takes_text=not world.is_next)
        if found is None:
            return _expected(world, name, "number", value, f"{name} must be an integer number")
        if most is not None and found > most:
            return (
                f"[{name}] Too big: expected number to be <={most}"
                if world.is_next
                else f"{name} must not be greater than {most}"
            )
        if found < least:
            return (
                f"[{name}] Too small: expected number to be >={least}"
                if world.is_next
                else f"{name} must not be less than {least}"
            )
        return None

    return rule


def require(world: World, body: dict[str, Json], names: Sequence[str]) -> None:
    """Raises ``Refused`` where one of these texts is missing."""
    wrong: list[str] = []
    for name in (name for name in names if not isinstance(body.get(name), str)):
        kind = "undefined" if name not in body else _kind(body[name])
        if world.is_next:
            wrong.append(f"[{name}] Invalid input: expected string, received {kind}")
        else:
            wrong += [f"{name} must be a string", f"{name} should not be empty"]
    if wrong:
        raise bad_request(wrong)


def _number(value: Json, *, takes_text: bool) -> int | None:
    if takes_text and isinstance(value, str) and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _expected(world: World, name: str, expected: str, value: Json, old: str) -> str:
    if not world.is_next:
        return old
    return f"[{name}] Invalid input: expected {expected}, received {_kind(value)}"


def _kind(value: Json) -> str:
    names = {str: "string", bool: "boolean", int: "number", float: "number", list: "array"}
    return names.get(type(value), "object")
