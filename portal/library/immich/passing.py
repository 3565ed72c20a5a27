"""Now and then all photos are gone through: what no list of changes tells is found so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from portal.library.immich.client import ImmichClient
from portal.library.immich.doubting import Doubts, owned
from portal.library.immich.filling import take_in_singly
from portal.library.immich.models import AssetQuerySet, MirrorState, StoredAsset
from portal.library.immich.permissions import Introduction
from portal.library.immich.recording import Recorder, without_partners
from portal.library.immich.searching import search

EVERY = timedelta(hours=6)
STAGES = ("timeline", "archive", "missing")


@dataclass
class Pass:
    """Goes on where the last look left off. ``tick`` is called after each batch, and may raise."""

    client: ImmichClient
    recorder: Recorder
    state: MirrorState
    tick: Callable[[], None]
    told: Introduction

    def run_if_due(self) -> None:
        if not self.state.pass_stage and not self._is_due():
            return
        if not self.state.pass_stage:
            number = self.state.pass_number + 1
            self._expect()
            self._note(pass_number=number, pass_stage=STAGES[0], pass_from=None)
        self.recorder.pass_number = self.state.pass_number
        for stage, following in zip(STAGES, (*STAGES[1:], ""), strict=True):
            if self.state.pass_stage != stage:
                continue
            if stage == "missing":
                self._remove_missing()
                found = self.state.files_found
                self._note(
                    pass_ended_at=timezone.now(),
                    pass_difference=self._difference(),
                    files_read=found,
                )
            else:
                self._go_through(stage)
            self._note(pass_stage=following, pass_from=None)

    def _is_due(self) -> bool:
        ended = self.state.pass_ended_at
        if ended is None or self.state.accepts_losses or ended + EVERY < timezone.now():
            return True
        return self._difference() != self.state.pass_difference

    def _expect(self) -> None:
        """For the owner, who watches the first pass."""
        if self.state.pass_ended_at is None and (total := self._total()) is not None:
            MirrorState.change(files_found=total, files_read=0)

    def _difference(self) -> int:
        """Between Immich's count and ours: photos can vanish without being listed as changed."""
        total = self._total()
        return 0 if total is None else total - owned(self.told.user_id)

    def _total(self) -> int | None:
        if not self.told.may("asset.statistics"):
            return None
        answer = self.client.post("/search/statistics", {"visibility": "timeline"})
        total = answer.get("total") if isinstance(answer, dict) else None
        return total if isinstance(total, int) else None

    def _go_through(self, stage: str) -> None:
        for batch in search(self.client, {"visibility": stage}, self.state.pass_from):
            mine = without_partners(batch.assets, self.told.user_id)
            self.recorder.take_in(mine, is_pass=True)
            self._note(pass_from=batch.until)
            if self.state.pass_ended_at is None:
                read = self._mine().filter(seen_in=self.state.pass_number).count()
                MirrorState.change(files_read=min(read, self.state.files_found))
            self.tick()

    def _remove_missing(self) -> None:
        """What was not come by is asked for by its id before it is believed to be gone."""
        mine = self._mine()
        missing = mine.filter(seen_in__lt=self.state.pass_number)
        ids = list(missing.values_list("pk", flat=True))
        Doubts(self.client, self.state).of_pass(mine.count(), len(ids))
        take_in_singly(self.client, self.recorder, ids, self.tick, is_pass=True)

    def _mine(self) -> AssetQuerySet:
        """Without what others put into albums: no search shows that."""
        listed = StoredAsset.objects.listed()
        if self.told.user_id is None or self.state.accepts_losses:
            return listed
        return listed.filter(owner_id=self.told.user_id)

    def _note(self, **values: object) -> None:
        MirrorState.change(**values)
        self.state.refresh_from_db()
