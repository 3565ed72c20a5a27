"""What a run has come to, live photos put together."""

from collections.abc import Iterable, Mapping

from .tasks import Group, Outcome, Pair


def pairs_of(outcomes: Iterable[Outcome]) -> tuple[Pair, ...]:
    """The live photos among the tasks, in the order of their first halves."""
    halves: dict[str, dict[str, Outcome]] = {}
    for outcome in outcomes:
        metadata: Mapping[str, str] = outcome.task.metadata
        is_half = outcome.task.group == Group.LIVEPHOTO and "id" in metadata
        if is_half and metadata.get("part") in {"image", "video"}:
            halves.setdefault(metadata["id"], {})[metadata["part"]] = outcome
    return tuple(
        Pair(photo_id, both.get("image"), both.get("video")) for photo_id, both in halves.items()
    )
