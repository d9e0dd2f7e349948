"""What was found in a case, for those who may see the case.

In      a case that was looked up with the member, or the member and public ids
Out     runs, items, paths, failures, derivatives
Fails   ItemNotFound, ProbeNotFound, ViewNotFound: not there, or not the
        member's; nobody can tell which
Not     here: faces and groups (face_queries.py); judging (haven.workbench.review)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.db.models import Count, Q, QuerySet, Sum

from haven import engine
from haven.web.errors import NotFound
from haven.workbench.analysis import vault
from haven.workbench.analysis.models import Derivative, FaceGroup, Item, Occurrence, Probe, Run
from haven.workbench.cases import queries as cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case

LIVE = (Run.State.QUEUED, Run.State.RUNNING, Run.State.INTERRUPTED)
_ENOUGH_FILES = 20  # before that a forecast jumps about
# An item may be kept from a member: each tells it of the key of an item. A part of the
# workbench that stands above this one adds its own in its AppConfig.ready.
kept_from: list[Callable[[Member, int], bool]] = []
BACKGROUND_SALT = "haven.analysis.background"
BACKGROUND_S = 60  # a background that was asked for is loaded at once, on a slow line too
RETRYABLE = frozenset(
    error.code
    for kind in engine.EngineError.__subclasses__()
    for error in (kind, *kind.__subclasses__())
    if error.retryable
)


class ProbeNotFound(NotFound):
    """No such probe of this member in the case."""

    code = "probe.not_found"


class ViewNotFound(NotFound):
    """No such derivative among those the member may see."""

    code = "view.not_found"


@dataclass(frozen=True, slots=True)
class Counts:
    """What a case holds, in numbers."""

    n_items: int
    n_paths: int
    n_unread: int  # paths that could not even be read
    done: int
    unsupported: int
    failed: int
    n_with_faces: int
    n_faces: int
    n_groups: int  # of two items or more

    @property
    def n_without_faces(self) -> int:
        """Return the items that were looked at and hold no face."""
        return self.done - self.n_with_faces

    @property
    def n_not_looked_at(self) -> int:
        """Return the items and paths that were not looked at."""
        return self.unsupported + self.failed + self.n_unread


@dataclass(frozen=True, slots=True)
class Failure:
    """One kind of failure in a case: contents and paths."""

    code: str
    status: str  # "failed", "unsupported" or "unread"
    count: int
    is_retryable: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    run: Run
    files_per_s: float
    left_s: int | None  # None: not known yet

    @property
    def left_min(self) -> int:
        """Return the time left in minutes, rounded up."""
        return -(-(self.left_s or 0) // 60)


def counts(case: Case) -> Counts:
    """Return what a case holds, in numbers, in three queries."""
    items = Item.objects.filter(case=case).aggregate(
        n_items=Count("pk"),
        n_with_faces=Count("pk", filter=Q(n_faces__gt=0)),
        n_faces=Sum("n_faces", default=0),
        **{str(one): Count("pk", filter=Q(status=one)) for one in Item.Status},
    )
    paths = Occurrence.objects.filter(exhibit__case=case).aggregate(
        n_paths=Count("pk"), n_unread=Count("pk", filter=~Q(error_code=""))
    )
    groups = FaceGroup.objects.filter(case=case, n_items__gte=2).count()
    return Counts(**items, **paths, n_groups=groups)


def runs(case: Case) -> QuerySet[Run]:
    """Return the runs of a case, the latest first."""
    return Run.objects.filter(exhibit__case=case).select_related("exhibit", "requested_by")


def live_runs(case: Case) -> list[Run]:
    """Return the runs of a case that are going or waiting."""
    return list(runs(case).filter(state__in=LIVE))


def progress(case: Case, *, now: datetime) -> list[Progress]:
    """Return how far the runs of a case are that are going or waiting."""
    return [_progress(one, now) for one in reversed(live_runs(case))]


def last_runs(case: Case) -> dict[int, Run]:
    """Return the latest run of each exhibit, by the exhibit's key."""
    latest = runs(case).order_by("exhibit_id", "-pk").distinct("exhibit_id")
    return {one.exhibit_id: one for one in latest}


def failures(case: Case) -> list[Failure]:
    """Return what could not be looked at, by kind, the most frequent first."""
    by_item = (
        Item.objects.filter(case=case)
        .exclude(status=Item.Status.DONE)
        .values_list("status", "error_code")
        .annotate(n=Count("pk"))
    )
    by_path = (
        Occurrence.objects.filter(exhibit__case=case)
        .exclude(error_code="")
        .values_list("error_code")
        .annotate(n=Count("pk"))
    )
    found = [Failure(code, status, n, code in RETRYABLE) for status, code, n in by_item]
    found += [Failure(code, "unread", n, code in RETRYABLE) for code, n in by_path]
    return sorted(found, key=lambda one: (one.status, -one.count, one.code))


def unread(case: Case, *, code: str = "") -> QuerySet[Occurrence]:
    """Return paths that could not be read."""
    found = Occurrence.objects.filter(exhibit__case=case).exclude(error_code="")
    found = found.filter(error_code=code) if code else found
    return found.select_related("exhibit").order_by("exhibit_id", "path")


def probe(case_id: UUID, probe_id: UUID, *, member: Member) -> Probe:
    """Return a probe that the member brought.

    Raises:
        CaseNotFound, ProbeNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=member)
    found = Probe.objects.filter(case=case, public_id=probe_id, asked_by=member)
    one = found.select_related("case").first()
    if one is None:
        raise ProbeNotFound(f"no such probe of this member in case {case.pk}")
    return one


def view(case_id: UUID, item_pk: int, operation: str, *, member: Member, key: str = "") -> bytes:
    """Return the JPEG of a view.

    Args:
        case_id: Public id of the case.
        item_pk: The item.
        operation: "masked", or "background", which needs the key its request gave.
        member: Who looks.
        key: From actions.ask_background.

    Raises:
        ViewNotFound, DerivativeDamaged: Not there, not to be seen, or not asked for.
    """
    if operation == Derivative.Operation.BACKGROUND:
        try:
            asked = signing.loads(key, salt=BACKGROUND_SALT, max_age=BACKGROUND_S)
        except signing.BadSignature as error:
            raise ViewNotFound("a background was not asked for, or too long ago") from error
        if asked != [member.pk, item_pk]:
            raise ViewNotFound("a background was asked for by another member or item")
    return _jpeg(case_id, member, item_id=item_pk, operation=operation)


def crop(case_id: UUID, face_pk: int, *, member: Member) -> bytes:
    """Return the JPEG of a face crop.

    Raises:
        ViewNotFound, DerivativeDamaged: Not there or not to be seen.
    """
    return _jpeg(case_id, member, face_id=face_pk, face__case__public_id=case_id)


def probe_crop(case_id: UUID, probe_id: UUID, position: int, *, member: Member) -> bytes:
    """Return the JPEG of a face of a probe that the member brought.

    Raises:
        ViewNotFound, DerivativeDamaged: Not there or not to be seen.
    """
    return _jpeg(
        case_id,
        member,
        probe_face__position=position,
        probe_face__probe__public_id=probe_id,
        probe_face__probe__asked_by=member,
        probe_face__probe__state=Probe.State.DONE,
    )


def _jpeg(case_id: UUID, member: Member, **chosen: Any) -> bytes:
    """Return the checked bytes of one derivative in a case the member may see."""
    visible = cases.visible_to(member).filter(public_id=case_id).values("pk")
    owner = (
        "probe_face__probe"
        if "probe_face__position" in chosen
        else ("face" if "face_id" in chosen else "item")
    )
    found = (
        Derivative.objects.filter(**{f"{owner}__case__in": visible}, **chosen)
        .values_list("sha256", "item", "face__item")
        .first()
    )
    if found is None:
        raise ViewNotFound("no such derivative for this member")
    sha256, *items = found
    if any(is_kept(member, item) for item in items if item for is_kept in kept_from):
        raise ViewNotFound(f"member {member.pk} asked not to see this")
    return vault.get(case_id, sha256)


def _progress(run: Run, now: datetime) -> Progress:
    """Return how far a run is, and how long it will take at the speed so far."""
    spent_s = (now - run.started_at).total_seconds() if run.started_at else 0.0
    if run.state != Run.State.RUNNING or spent_s <= 0:
        return Progress(run, 0.0, None)
    speed = run.n_seen / spent_s
    is_known = run.n_files is not None and run.n_seen >= _ENOUGH_FILES
    left = (run.n_files or 0) - run.n_seen
    return Progress(run, speed, round(left / speed) if is_known else None)
