"""Takes in what guests have sent: claimed, put in place, read back, and recorded, in this order.

Each step can be repeated by whoever comes after a kill: a claim is a row, a file under its name is
whole and checked, and what is recorded is what a look at the folders would have found.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.library.durable import durably
from portal.library.folder import attempts
from portal.library.folder.ahead import Ahead
from portal.library.folder.filing import INCOMING, Claim, Filing
from portal.library.folder.foldering import FolderBook
from portal.library.folder.models import Arrival, Folder, Place, StoredAsset
from portal.library.folder.originals import Finder
from portal.library.folder.placing import Placing
from portal.library.folder.reading import THREADS, Read
from portal.library.folder.record import Recorder
from portal.library.folder.roots import Root
from portal.library.folder.taking_out import take_out
from portal.library.index.chunks import chunks
from portal.library.interface import LibraryUnavailable, NotInLibrary
from portal.library.types import Incoming, NotTaken, TakenIn

TOGETHER = 32  # files that are recorded in one transaction
Answers = dict[UUID, TakenIn | NotTaken]
Unit = tuple[Incoming, ...]  # a file, or the still and the moving half of a live photo


@dataclass
class Intake:
    """One call of ``Library.take_in``."""

    roots: Mapping[int, Root]
    placing: Placing
    beat: Callable[[], None]
    ahead: Ahead | None = None
    answers: Answers = field(default_factory=dict)

    def take_in(self, files: Sequence[Incoming]) -> list[TakenIn | NotTaken]:
        self._answer_done(files)
        self._answer_there(files)
        claims = self._claim(self._open(files))
        for group in self._groups(claims):
            self._take(group)
        self._answer_there(files)  # what came twice in one call
        for file in self._open(files):
            self._refuse(file.key, _("The same file, sent at the same time, was not taken."))
        return [self.answers[file.key] for file in files]

    def _open(self, files: Sequence[Incoming]) -> list[Incoming]:
        return [file for file in files if file.key not in self.answers]

    def _answer_done(self, files: Sequence[Incoming]) -> None:
        """Calls before this one may have come to an end; what left since is taken in anew."""
        rows = Arrival.objects.in_bulk([file.key for file in files])
        left = [key for key, row in rows.items() if row.leaving_at]
        if left:
            take_out(self.roots[INCOMING], left)
            Arrival.objects.filter(pk__in=left).delete()
        for key, row in rows.items():
            if row.done_at and not row.leaving_at and row.asset_id:
                self.answers[key] = TakenIn(key, row.asset_id, row.was_there)

    def _answer_there(self, files: Sequence[Incoming]) -> None:
        """What lies in its album already needs no second file there."""
        waiting = self._open(files)
        known = _known(waiting)
        claimed = Arrival.objects.filter(pk__in=[file.key for file in waiting], path__isnull=False)
        ours = set(claimed.values_list("pk", flat=True))
        lying = _lying(set(known.values()), {file.album_id for file in waiting})
        there = Finder(self.roots).find({asset_id for asset_id, _album in lying})
        for file in waiting:
            asset_id = known.get(file.sha1)
            is_there = asset_id in there and (asset_id, file.album_id) in lying
            if asset_id and is_there and file.key not in ours:
                self._note(file, asset_id)

    def _note(self, file: Incoming, asset_id: UUID) -> None:
        Arrival.objects.update_or_create(
            key=file.key,
            defaults={
                "sha1": file.sha1, "asset_id": asset_id, "album_id": file.album_id,
                "was_there": True, "done_at": timezone.now(),
            },
        )  # fmt: skip
        self.answers[file.key] = TakenIn(file.key, asset_id, was_there=True)

    def _claim(self, files: Sequence[Incoming]) -> list[Claim]:
        from portal.library.content.reading import SUFFIXES

        filing, known, claims = Filing(self.roots[INCOMING], SUFFIXES), _known(files), []
        keys = {key for file in files for key in (file.key, file.live_video_key) if key}
        rows = Arrival.objects.in_bulk(keys)
        for unit in _units(files):
            claimed = [filing.again(file, rows[file.key]) for file in unit if file.key in rows]
            new = tuple(file for file in unit if file.key not in rows)
            half = _half_before(new[0], rows) if new else None
            try:
                beside = filing.beside(new[0], half, known) if half and half.path else None
                claims += claimed + ([beside] if beside else [])
                if new and not beside:
                    claims += filing.claim(new, known)
            except NotInLibrary as exc:
                for file in unit:
                    self.answers[file.key] = NotTaken(file.key, str(exc), is_final=True)
        return claims

    def _groups(self, claims: Sequence[Claim]) -> Iterator[list[Claim]]:
        """What was open when an earlier process died comes last, one by one; see ``attempts``."""
        names = {claim: attempts.taking_in(claim.file.sha1) for claim in claims}
        counted = attempts.deaths(names.values())
        deaths = {claim: counted[name] for claim, name in names.items()}
        yield from chunks([claim for claim in claims if not deaths[claim]], TOGETHER)
        for claim in sorted(claims, key=lambda claim: deaths[claim]):
            if deaths[claim] >= attempts.MOST:
                self._release(NotTaken(claim.file.key, attempts.in_words(), is_final=True))
            elif deaths[claim]:
                yield [claim]

    def _take(self, group: list[Claim]) -> None:
        """Bring these files; what came is recorded, even if the disk was full for another."""
        names = [attempts.taking_in(claim.file.sha1) for claim in group]
        attempts.begin(names)
        try:
            jobs = self._bring(group)
        finally:
            attempts.survived(names)
        brought: list[tuple[Claim, Read]] = []
        trouble: LibraryUnavailable | None = None
        for claim, job in jobs.items():
            try:
                found = job.result()
            except LibraryUnavailable as exc:
                trouble = exc
                continue
            if isinstance(found, NotTaken):
                self._release(found)
            else:
                brought.append((claim, found))
        self._record(brought)
        if trouble:
            raise trouble

    def _bring(self, group: list[Claim]) -> dict[Claim, Future[Read | NotTaken]]:
        with ThreadPoolExecutor(THREADS, "library-intake") as pool:
            jobs = {claim: pool.submit(self.placing.bring, claim) for claim in group}
            try:
                while wait(jobs.values(), timeout=1.0).not_done:
                    self.beat()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return jobs

    def _record(self, brought: Sequence[tuple[Claim, Read]]) -> None:
        if not brought:
            return
        with durably(), transaction.atomic():
            _bind([claim for claim, _read in brought])
            samples = Folder.objects.filter(is_sample=True).values_list("root", "path")
            book = FolderBook.load(self.roots, {(root, bytes(path)) for root, path in samples})
            taken = Recorder(book, self.beat).take_in([read for _claim, read in brought])
            assets = {content.sha1: asset_id for asset_id, content in taken.items()}
            for claim, read in brought:
                self._finish(claim, assets[read.content.sha1])
        if self.ahead:
            self.ahead.put_away(taken)

    def _finish(self, claim: Claim, asset_id: UUID) -> None:
        arrival = Arrival.objects.get(pk=claim.file.key)
        arrival.asset_id, arrival.has_joined, arrival.done_at = asset_id, True, timezone.now()
        arrival.save(update_fields=["asset_id", "has_joined", "done_at"])
        self.answers[arrival.pk] = TakenIn(arrival.pk, asset_id, arrival.was_there)

    def _release(self, answer: NotTaken) -> None:
        """Give the name back."""
        Arrival.objects.filter(pk=answer.key).delete()
        self.answers[answer.key] = answer

    def _refuse(self, key: UUID, reason: str) -> None:
        self.answers[key] = NotTaken(key, reason, is_final=False)


def reach(roots: Mapping[int, Root]) -> None:
    """See that the incoming root can be written to; raises ``LibraryUnavailable``.

    Where a disk is mounted, an empty folder may be all that is left of it.
    """
    root = roots.get(INCOMING)
    if root is None:
        raise LibraryUnavailable(_("There is no folder for what guests send."))
    if root.is_empty() and Place.objects.present().filter(folder__root=INCOMING).exists():
        why = _("The folder %(path)s is not there. Is its disk connected?")
        raise LibraryUnavailable(why % {"path": root.path})
    try:
        root.path.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        why = _("%(path)s cannot be written (%(why)s).") % {"path": root.path, "why": exc.strerror}
        raise LibraryUnavailable(why) from exc


def _units(files: Sequence[Incoming]) -> Iterator[Unit]:
    """Each file once, and the halves of a live photo together."""
    by_key, done = {file.key: file for file in files}, set()
    contents: set[tuple[bytes, UUID | None]] = set()
    for file in sorted(files, key=lambda file: file.live_video_key is None):
        half = by_key.get(file.live_video_key) if file.live_video_key else None
        unit = [one for one in (file, half) if one and one.key not in done]
        done |= {one.key for one in unit}
        fresh = tuple(one for one in unit if (one.sha1, one.album_id) not in contents)
        contents |= {(one.sha1, one.album_id) for one in fresh}
        if fresh:
            yield fresh


def _half_before(still: Incoming, rows: Mapping[UUID, Arrival]) -> Arrival | None:
    """What brought the moving half of a still, by a call before this one."""
    if still.live_video_key:
        return rows.get(still.live_video_key)
    if not still.live_video_id:
        return None
    brought = Arrival.objects.filter(asset_id=still.live_video_id, leaving_at=None)
    return brought.exclude(path=None).order_by("begun_at").first()


def _known(files: Sequence[Incoming]) -> dict[bytes, UUID]:
    found: dict[bytes, UUID] = {}
    for chunk in chunks([file.sha1 for file in files]):
        rows = StoredAsset.objects.present().filter(sha1__in=chunk)
        found |= {bytes(sha1): pk for sha1, pk in rows.values_list("sha1", "pk")}
    return found


def _lying(assets: set[UUID], albums: set[UUID | None]) -> set[tuple[UUID, UUID | None]]:
    """Which of these assets lie in which of these albums.

    In no album lies what the owner has anywhere. What guests have sent into an album leaves the
    library with it when it is taken back, so whoever sends it into none has a file of their own.
    """
    found: set[tuple[UUID, UUID | None]] = set()
    for chunk in chunks(assets):
        places = Place.objects.present().filter(asset__in=chunk)
        here = places.filter(folder__album__in=albums - {None})
        found |= set(here.values_list("asset_id", "folder__album_id"))
        owned = places.exclude(folder__root=INCOMING).values_list("asset_id", flat=True)
        sent = Arrival.objects.filter(asset_id__in=chunk, album_id=None, leaving_at=None)
        found |= {(pk, None) for pk in (*owned, *sent.values_list("asset_id", flat=True)) if pk}
    return found


def _bind(claims: Sequence[Claim]) -> None:
    """Let new folders below the incoming root belong to the album that was meant."""
    wanted = {claim.folder: claim.file.album_id for claim in claims if claim.file.album_id}
    for path, album_id in wanted.items():
        Folder.objects.get_or_create(
            root=INCOMING, path=path, defaults={"album_id": album_id, "is_new": False}
        )
