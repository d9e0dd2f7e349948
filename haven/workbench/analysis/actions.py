"""Starting runs, trying again, and bringing a picture to search with.

In      what a member asks for; or the worker's clock
Out     changed rows, and jobs for the worker
Fails   ExhibitNotFound, CaseNotFound, NotAllowed; NoAuthority, RunGoing, NothingToRetry,
        ProbeRefused
Why     check, change, record and queue in one transaction: a job exists exactly if its run does
Not     here: the work itself (running.py, probing.py)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import IO, TYPE_CHECKING
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as jobs

from haven import engine
from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict
from haven.workbench.analysis import grouping, item_queries, locks, probing, queries
from haven.workbench.analysis.models import Item, Occurrence, Probe, Run
from haven.workbench.authority import queries as authority
from haven.workbench.cases import queries as cases
from haven.workbench.cases import queueing
from haven.workbench.evidence import queries as evidence

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.workbench.analysis.models import FaceGroup
    from haven.workbench.evidence.models import Exhibit

EXAMINE = "analysis.examine"
LOOK_AT_PROBE = "analysis.look_at_probe"
REGROUP = "analysis.regroup"
REGROUP_WAITS = timedelta(seconds=20)  # so that a burst of decisions is one go
PROBE_BYTES = 64 << 20  # the largest camera JPEG seen is 40 MB
PROBE_LIFE = timedelta(hours=1)  # time to look through candidates; then ask again
_PIECE_BYTES = 1 << 20


class RunGoing(Conflict):
    """The exhibit is being looked at, or waits for it."""

    code = "run.going"
    words = _("This exhibit is already being looked at.")


class NothingToRetry(Conflict):
    """Nothing of this kind failed."""

    code = "run.nothing_to_retry"
    words = _("There is nothing of this kind to try again.")


class ProbeRefused(BadInput):
    """The picture to search with is too large, or empty."""

    code = "probe.refused"
    words = _("Choose one picture of at most 64 MB.")


@transaction.atomic
def start_run(exhibit_id: UUID, *, profile: str = "balanced", by: Member, at: datetime) -> Run:
    """Have an exhibit looked at.

    Raises:
        ExhibitNotFound, NotAllowed: `by` may not work on a case he can see.
        AnalysisNotCovered: No valid authority of the case covers looking at this exhibit.
        WrongOption: No such profile.
        RunGoing: It is being looked at already.
    """
    exhibit = evidence.get(exhibit_id, member=by, to="work")
    return _start(exhibit, profile=profile, by=by, at=at)


@transaction.atomic
def retry_failures(
    case_id: UUID, *, codes: Sequence[str] = (), by: Member, at: datetime
) -> list[Run]:
    """Look again at what could not be looked at.

    Args:
        case_id: Public id.
        codes: Error codes to try again; empty for those where it can help.
        by: Who asks.
        at: Now.

    Raises:
        CaseNotFound, NotAllowed: `by` may not work on a case he can see.
        AnalysisNotCovered: No valid authority covers one of the exhibits; none is started.
        NothingToRetry: No exhibit holds such a failure, or all are being looked at.
    """
    case = cases.get(case_id, member=by, to="work")
    chosen = sorted(set(codes) or queries.RETRYABLE)
    runs = []
    for exhibit in evidence.of_case(case):
        items = Item.objects.filter(status=Item.Status.FAILED, error_code__in=chosen)
        paths = Occurrence.objects.filter(exhibit=exhibit)
        if not (
            paths.filter(error_code__in=chosen).exists() or paths.filter(item__in=items).exists()
        ):
            continue
        last = Run.objects.filter(exhibit=exhibit).first()
        if last is None or last.state in queries.LIVE:
            continue
        profile = last.options["profile"]
        runs.append(_start(exhibit, profile=profile, by=by, at=at, retry_codes=chosen))
    if not runs:
        raise NothingToRetry(f"nothing to retry in case {case.pk}")
    return runs


def resume_interrupted() -> int:
    """Queue again the runs whose worker is gone; return how many.

    A run is gone when nobody holds the lock of its case, which PostgreSQL knows at once.
    """
    resumed = 0
    live = Run.objects.select_related("exhibit").filter(
        state__in=[Run.State.RUNNING, Run.State.INTERRUPTED]
    )
    for run in live:
        if not locks.is_free(run.exhibit.case_id):
            continue
        with transaction.atomic():
            Run.objects.filter(pk=run.pk, state=Run.State.RUNNING).update(
                state=Run.State.INTERRUPTED
            )
        resumed += _queue(run)
    return resumed


@transaction.atomic
def bring_probe(
    case_id: UUID, *, picture: IO[bytes], held: bool = False, by: Member, at: datetime
) -> Probe:
    """Have a picture looked at, to search the case for a face on it.

    Args:
        case_id: Public id.
        picture: Its bytes.
        held: Keep what it leaves until release_probe() or remove_probe(), not for an hour.
        by: Who brings it.
        at: Now.

    Raises:
        CaseNotFound, NotAllowed: `by` may not work on a case he can see.
        ProbeRefused: Too large, or empty.
    """
    case = cases.get(case_id, member=by, to="work")
    size_bytes = picture.seek(0, 2)
    picture.seek(0)
    if not 0 < size_bytes <= PROBE_BYTES:
        raise ProbeRefused(f"a probe has {size_bytes} bytes, limit {PROBE_BYTES}")
    probe = Probe.objects.create(
        case=case, asked_by=by, asked_at=at, keep_until=None if held else at + PROBE_LIFE
    )
    record("probe.bring", actor=by, target=probe, case_id=case.pk, at=at)
    jobs.configure_task(LOOK_AT_PROBE, queue="probes").defer(probe_id=probe.pk)
    probing.keep(case_id, probe.public_id, iter(lambda: picture.read(_PIECE_BYTES), b""))
    return probe


@transaction.atomic
def erase_probe(case_id: UUID, probe_id: UUID, *, by: Member, at: datetime) -> None:
    """End a search with a brought picture and erase what it left.

    Raises:
        CaseNotFound, ProbeNotFound: Not there or not to be seen.
    """
    probe = queries.probe(case_id, probe_id, member=by)
    probing.erase(probe)
    record("probe.erase", actor=by, target=probe, case_id=probe.case_id, at=at)


def lock_probe(probe: Probe) -> None:
    """Show what is left of a brought picture to nobody; the caller records why."""
    Probe.objects.filter(pk=probe.pk, state=Probe.State.DONE).update(state=Probe.State.LOCKED)


def release_probe(probe: Probe, *, at: datetime) -> None:
    """Show and keep what is left of a brought picture for an hour; the caller records why."""
    Probe.objects.filter(pk=probe.pk).update(keep_until=at + PROBE_LIFE)
    Probe.objects.filter(pk=probe.pk, state=Probe.State.LOCKED).update(state=Probe.State.DONE)


def remove_probe(probe: Probe) -> None:
    """Erase all that is left of a brought picture, its row as well; the caller records why."""
    probing.erase(probe)
    probe.delete()


def erase_old_probes(*, at: datetime) -> int:
    """Erase probes whose time is over; return how many. One that is held has no such time."""
    old = (
        Probe.objects.select_related("case")
        .filter(keep_until__lt=at)
        .exclude(state=Probe.State.ERASED)
    )
    for probe in old:
        with transaction.atomic():
            probing.erase(probe)
            record(
                "probe.erase",
                actor=None,
                target=probe,
                case_id=probe.case_id,
                agency_id=probe.case.agency_id,
            )
    probing.clear_abandoned(PROBE_LIFE)
    return len(old)


@transaction.atomic
def ask_background(case_id: UUID, item_pk: int, *, by: Member, at: datetime) -> str:
    """Record that a member looks at the background of an item; return the key to it.

    Raises:
        CaseNotFound, ItemNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=by)
    item = item_queries.item(case, item_pk)
    record("item.background", actor=by, target=item, case_id=case.pk, at=at)
    return signing.dumps([by.pk, item.pk], salt=queries.BACKGROUND_SALT)


def lock_groups(case_pk: int) -> None:
    """Hold the groups of a case until the caller's transaction ends."""
    grouping.lock(case_pk)


def place_faces(group: FaceGroup, face_ids: Sequence[int]) -> None:
    """Put faces into a group; the caller holds the lock and calls finish_groups."""
    grouping.place(group.case_id, face_ids, group)


def finish_groups(groups: Sequence[FaceGroup]) -> None:
    """Mark groups as decided by a person, and bring their counts up to date."""
    for group in groups:
        group.settled = group.decided = True
        group.save(update_fields=["settled", "decided"])
    if groups:
        grouping.recount(groups[0].case_id, [group.pk for group in groups])


def recount_groups(case_pk: int, group_pks: Iterable[int]) -> None:
    """Bring the counts of groups up to date; the caller holds the lock."""
    grouping.recount(case_pk, group_pks)


def group_again(case_pk: int) -> None:
    """Have the faces of a case grouped again, under what people decided; once for a burst."""
    queueing.once(
        REGROUP,
        queue="analysis",
        lock=f"regroup-{case_pk}",
        in_s=int(REGROUP_WAITS.total_seconds()),
        case_pk=case_pk,
    )


def _start(
    exhibit: Exhibit,
    *,
    profile: str,
    by: Member,
    at: datetime,
    retry_codes: Sequence[str] = (),
) -> Run:
    """Write a run and queue it; it describes faces only where an authority covers that."""
    covering = authority.required(
        exhibit.case_id, authority.POWER.ANALYSE, exhibit_pk=exhibit.pk, at=at
    )
    templates = authority.covering(
        exhibit.case_id, authority.POWER.TEMPLATES, exhibit_pk=exhibit.pk, at=at
    )
    options = engine.for_profile(profile, embed=templates is not None)
    if Run.objects.filter(exhibit=exhibit, state__in=queries.LIVE).exists():
        raise RunGoing(f"exhibit {exhibit.pk} is being looked at")
    run = Run.objects.create(
        exhibit=exhibit,
        authority=covering,
        options=options.as_dict(),
        retry_codes=list(retry_codes),
        requested_by=by,
        requested_at=at,
    )
    record(
        "run.start",
        actor=by,
        target=run,
        case_id=exhibit.case_id,
        at=at,
        profile=profile,
        authority=covering.pk,
        templates=options.embed,
        retry_codes=list(retry_codes),
    )
    _queue(run)
    return run


def _queue(run: Run) -> bool:
    """Queue the job of a run; tell whether it was not queued already."""
    return queueing.once(EXAMINE, queue="analysis", lock=f"run-{run.pk}", run_id=run.pk)
