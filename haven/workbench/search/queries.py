"""Which searches there are in a case, and what a member may see of one.

In      a case that was looked up with the member; the moment
Out     searches, their candidates, what stands on the clock
Fails   SearchNotFound: not in this case; ResultsHidden: locked, closed, refused, without a
        valid authority, or not the member's own
Why     a candidate in a case that the member is not on is never shown, nor counted for him; and
        none is shown on an authority that ended, was withdrawn or was superseded by a narrower
Not     here: searching (actions.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from haven.web.errors import Conflict, NotFound
from haven.workbench.authority import queries as authority
from haven.workbench.cases import queries as cases
from haven.workbench.search.models import Candidate, FaceSearch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.authority.models import Authority
    from haven.workbench.cases.models import Case

STATE = FaceSearch.State
PURPOSE = FaceSearch.Purpose
URGENT_LIFE = timedelta(hours=48)  # AI Act, article 26(10)
MOST = 50  # candidates kept of one search; 20 are called up at first (R-FACE-3, FBI NGI-IPS)
_SHOWN = 30  # searches in the list of a case


class SearchNotFound(NotFound):
    """No such search in the case."""

    code = "search.not_found"


class ResultsHidden(Conflict):
    """Nobody may see the candidates now."""

    code = "search.hidden"
    words = _("The candidates of this search cannot be seen now.")


@dataclass(frozen=True, slots=True)
class Clock:
    """An urgent search that waits for its authority."""

    search: FaceSearch
    is_locked: bool
    left: timedelta

    @property
    def hours_left(self) -> int:
        """Return whole hours until it locks."""
        return int(self.left.total_seconds() // 3600)

    @property
    def minutes_left(self) -> int:
        """Return whole minutes until it locks, beyond the hours."""
        return int(self.left.total_seconds() % 3600 // 60)


def of_case(case: Case) -> QuerySet[FaceSearch]:
    """Return the searches of a case, the latest first."""
    return FaceSearch.objects.filter(case=case).select_related(
        "asked_by", "authority__own_kind", "own_purpose", "urgent_officer", "decided_by", "case"
    )


def latest(case: Case) -> list[FaceSearch]:
    """Return the latest searches of a case."""
    return list(of_case(case)[:_SHOWN])


def get(case: Case, search_id: UUID) -> FaceSearch:
    """Return one search of a case.

    Raises:
        SearchNotFound: Not in this case.
    """
    found = of_case(case).filter(public_id=search_id).select_related("face", "probe").first()
    if found is None:
        raise SearchNotFound(f"no such search in case {case.pk}")
    return found


def is_pending(search: FaceSearch) -> bool:
    """Tell whether a search started urgently and waits for its authority."""
    undecided = (STATE.WAITING, STATE.OPEN, STATE.LOCKED)
    return search.is_urgent and search.authority_id is None and search.state in undecided


def clock(search: FaceSearch, *, at: datetime) -> Clock | None:
    """Return how long an urgent search has; None for one that is not pending.

    A clock that ran out locks at once, also before the job that says so has run.
    """
    if not is_pending(search) or search.urgent_until is None:
        return None
    left = max(search.urgent_until - at, timedelta())
    return Clock(search, search.state == STATE.LOCKED or not left, left)


def pending(case: Case, *, at: datetime) -> list[Clock]:
    """Return the urgent searches of a case that wait, the most pressing first."""
    waiting = of_case(case).filter(
        urgent_until__isnull=False,
        authority__isnull=True,
        state__in=(STATE.WAITING, STATE.OPEN, STATE.LOCKED),
    )
    clocks = [clock(one, at=at) for one in waiting.order_by("urgent_until")]
    return [one for one in clocks if one is not None]


def basis_now(search: FaceSearch, *, at: datetime) -> Authority | None:
    """Return the authority that a search stands on today, its own before all others.

    Where its own has ended, another of the case does if it covers all that was searched.
    """
    valid = bases(search.case, across=search.across, at=at)
    found = [one for one in valid if one.pk == search.authority_id or _covers(one, search)]
    return min(found, key=lambda one: one.pk != search.authority_id, default=None)


def is_live(search: FaceSearch, *, at: datetime) -> bool:
    """Tell whether a search is open and stands on a valid authority or a clock that runs."""
    if search.state != STATE.OPEN:
        return False
    running = clock(search, at=at)
    if running is not None:
        return not running.is_locked
    return basis_now(search, at=at) is not None


def is_without_basis(search: FaceSearch, *, at: datetime) -> bool:
    """Tell whether the authority of an open search has ended and no other covers it."""
    is_open = search.state in (STATE.OPEN, STATE.WAITING) and not is_pending(search)
    return is_open and basis_now(search, at=at) is None


def shows_results(search: FaceSearch, *, member: Member, at: datetime) -> bool:
    """Tell whether a member may see the candidates.

    It is his own search, open, and stands on a valid authority or on a clock that runs.
    """
    return search.asked_by_id == member.pk and is_live(search, at=at)


def refused() -> QuerySet[FaceSearch]:
    """Return all refused searches, for the program's own work alone; no page uses it."""
    return FaceSearch.objects.filter(state=STATE.REFUSED).order_by("pk")


def candidates(
    search: FaceSearch, *, member: Member, at: datetime, top: int | None = None
) -> list[Candidate]:
    """Return the candidates that a member may see, nearest first, with their cases.

    Args:
        search: Of the member.
        member: Who looks.
        at: Now.
        top: How many of the nearest at most; as many as were called up when not given.

    Raises:
        ResultsHidden: Locked, closed, refused, waiting, without a valid authority, or not the
            member's own.
    """
    if not shows_results(search, member=member, at=at):
        raise ResultsHidden(f"candidates of search {search.pk} are hidden")
    found = called_up([search.pk], member=member)
    return list(found.order_by("rank")[: search.top if top is None else top])


def called_up(search_pks: Sequence[int], *, member: Member) -> QuerySet[Candidate]:
    """Return the candidates that were called up, of cases that a member works on.

    One whose face template was erased is not among them, unless somebody concluded on it.
    """
    seen = cases.visible_to(member).values("pk")
    found = Candidate.objects.filter(
        search__in=search_pks, rank__lte=F("search__top"), face__case__in=seen
    ).filter(Q(face__embedding__isnull=False) | Q(decided_at__isnull=False))
    rows = found.select_related(
        "face__group", "face__item", "face__case", "search__case", "search__face__item"
    )
    return rows.defer("face__embedding", "search__face__embedding")


def undecided(search: FaceSearch, *, member: Member, at: datetime) -> int:
    """Return on how many candidates a member has still to conclude.

    With those of the other faces of its picture; without those that nobody may see now, because
    the authority has ended.
    """
    live = [one.pk for one in of_probe(search) if shows_results(one, member=member, at=at)]
    found = called_up(live, member=member)
    return found.filter(decided_at__isnull=True).count()


def bases(case: Case, *, across: bool, at: datetime) -> list[Authority]:
    """Return the authorities that a search of this kind could stand on."""
    power = authority.POWER.ACROSS if across else authority.POWER.SEARCH
    return list(authority.valid(case.pk, power, at=at))


def bases_for(search: FaceSearch, *, at: datetime) -> list[Authority]:
    """Return the authorities that would do for an urgent search: they cover all it searched."""
    return [one for one in bases(search.case, across=True, at=at) if _covers(one, search)]


def among(face_pks: Sequence[int]) -> set[int]:
    """Return which of these faces a search found or began with."""
    found = Candidate.objects.filter(face__in=face_pks).values_list("face", flat=True)
    began = FaceSearch.objects.filter(face__in=face_pks).values_list("face", flat=True)
    return {*found, *(one for one in began if one is not None)}


def of_probe(search: FaceSearch) -> QuerySet[FaceSearch]:
    """Return a search with those for other faces of the same brought picture."""
    same = Q(pk=search.pk)
    if search.probe_id is not None:
        same |= Q(probe_id=search.probe_id)
    return FaceSearch.objects.filter(same).select_related("case", "probe")


def _covers(basis: Authority, search: FaceSearch) -> bool:
    """Tell whether an authority allows all that a search looked through.

    One for some exhibits of the asking case opens no more of that case than those.
    """
    exhibits = authority.exhibit_keys(basis)
    if search.across:
        whole = exhibits is None or search.case_id not in search.gallery
        return whole and authority.names_cases(basis, set(search.gallery))
    if exhibits is None:
        return True
    first = authority.exhibit_keys(search.authority) if search.authority else None
    return first is not None and set(first) <= set(exhibits)
