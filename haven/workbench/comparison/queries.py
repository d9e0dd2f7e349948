"""Which pairs a member may see, and how much of each: blind first, then all.

In      a case that was looked up with the member; a search; the moment
Out     Pair: the two faces, what the member may know of the distance and of others
Fails   PairNotFound: not there, or nothing that the member may see now
Why     who has seen a distance or a verdict cannot unsee it; what is not known yet is not in
        the Pair, so that no template can show it (R-FACE-2, R-AI-2)
Not     here: comparing (actions.py)
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Q
from django.utils import timezone

from haven.web.errors import NotFound
from haven.workbench.analysis import face_queries as faces
from haven.workbench.cases import queries as cases
from haven.workbench.comparison import calibration
from haven.workbench.comparison.models import Comparison, Look
from haven.workbench.people import queries as people
from haven.workbench.queue import agreement as two_people
from haven.workbench.search import queries as searches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Face, ProbeFace
    from haven.workbench.cases.models import Case
    from haven.workbench.queue.agreement import Agreement
    from haven.workbench.search.models import Candidate, FaceSearch

CONCLUSION = Comparison.Conclusion
AGE = Comparison.Age
_FILLERS = 2  # pairs beside those that support the same person, at the least


class PairNotFound(NotFound):
    """No such pair for this member now."""

    code = "comparison.not_found"


class Nearness(NamedTuple):
    """What the program says of a pair; a member sees it after a look of their own."""

    rank: int
    distance: float
    strength: str
    line: calibration.Line


@dataclass(frozen=True, slots=True)
class Pair:
    """A candidate as one member may see it now."""

    candidate: Candidate
    place: int  # 1: who searched; 2: a second reviewer; 0: who looks on
    nearness: Nearness | None  # None: not to be seen yet
    own: Comparison | None
    shown: Sequence[Comparison]  # what the member may see of all
    may_conclude: bool
    is_decided: bool  # somebody concluded; the conclusion may be hidden

    @property
    def pk(self) -> int:
        """Return the key of the candidate."""
        return self.candidate.pk

    @property
    def face(self) -> Face:
        """Return the face found."""
        return self.candidate.face

    @property
    def search(self) -> FaceSearch:
        """Return the search that found it."""
        return self.candidate.search

    @property
    def first(self) -> Comparison | None:
        """Return the first comparison, where it may be seen."""
        return next((one for one in self.shown if one.place == 1), None)


def pairs(case: Case, search: FaceSearch, *, member: Member, at: datetime) -> list[Pair]:
    """Return the pairs of the member's own search, in an order that says nothing.

    The order is each member's own and stays: by rank it would tell the distance.

    Raises:
        ResultsHidden: Locked, closed, refused, waiting, or not the member's own.
    """
    found = searches.candidates(search, member=member, at=at)
    return _in_own_order(_pairs(case, found, member, at), member)


def kept(case: Case, search: FaceSearch, *, member: Member, at: datetime) -> list[Pair]:
    """Return the pairs that stay of the member's own search after its end."""
    if search.asked_by_id != member.pk or search.state != searches.STATE.CLOSED:
        return []
    found = list(searches.called_up([search.pk], member=member))
    return _in_own_order(_pairs(case, found, member, at), member)


def pair(case: Case, search_id: UUID, candidate_pk: int, *, member: Member, at: datetime) -> Pair:
    """Return one pair of a search of the case.

    Raises:
        SearchNotFound, PairNotFound: Not there, or nothing the member may see now.
    """
    search = searches.get(case, search_id)
    found = searches.called_up([search.pk], member=member).filter(pk=candidate_pk).first()
    one = _pairs(case, [found], member, at)[0] if found is not None else None
    if one is None or not _may_see(one, member, at):
        raise PairNotFound(f"no such pair of search {search.pk} for this member")
    return one


def for_second(case: Case, *, member: Member, at: datetime) -> list[Pair]:
    """Return the pairs that wait for a second reviewer who is not their first.

    Those that support the same person are among them, and about as many others, so that to
    be on this list says nothing of what the first one concluded.
    """
    found = searches.called_up(_reviewable(case), member=member)
    waiting = found.filter(
        Q(comparisons__place=1) & ~Q(comparisons__reviewer=member),
    ).exclude(search__asked_by=member)
    by_search: dict[int, list[Candidate]] = {}
    for one in waiting.order_by("pk"):
        by_search.setdefault(one.search_id, []).append(one)
    chosen = [one for group in by_search.values() for one in _with_fillers(group)]
    rows = [one for one in _pairs(case, chosen, member, at) if one.may_conclude]
    return _in_own_order(rows, member)


def done_by(case: Case, *, member: Member, at: datetime) -> list[Pair]:
    """Return the pairs that two people compared, the member seeing both."""
    found = searches.called_up(_reviewable(case), member=member)
    twice = found.annotate(n=Count("comparisons")).filter(n=2).order_by("-pk")
    rows = _pairs(case, list(twice), member, at)
    return [one for one in rows if len(one.shown) > 1 and _may_see(one, member, at)]


def agreement(case: Case) -> Agreement | None:
    """Return how far first and second reviewers of a case agree; None without a pair."""
    rows = Comparison.objects.filter(candidate__search__case=case).order_by("place")
    both: dict[int, list[str]] = {}
    for candidate, conclusion in rows.values_list("candidate_id", "conclusion"):
        both.setdefault(candidate, []).append(conclusion)
    return two_people.agreement([(one[0], one[1]) for one in both.values() if len(one) == 2])


def comparison_of(case: Case, candidate_pk: int) -> list[Comparison]:
    """Return what was concluded on a candidate of a case; for apps above, not for pages."""
    rows = Comparison.objects.filter(candidate=candidate_pk, candidate__search__case=case)
    return list(rows.select_related("reviewer", "candidate__search", "candidate__face"))


def done_twice(case: Case) -> list[list[Comparison]]:
    """Return the pairs of a case that two people compared: first and second of each.

    For apps above, not for pages of one member. A pair of a search that waits for its
    authority is not among them: it may still be refused (R-AI-5).
    """
    waiting = [one.search.pk for one in searches.pending(case, at=timezone.now())]
    rows = Comparison.objects.filter(candidate__search__case=case)
    rows = rows.filter(candidate__in=compared_twice()).exclude(candidate__search__in=waiting)
    rows = rows.select_related(
        "reviewer", "candidate__search__face__item", "candidate__face__item"
    ).defer("candidate__face__embedding", "candidate__search__face__embedding")
    found: dict[int, list[Comparison]] = {}
    for one in rows.order_by("candidate", "place"):
        found.setdefault(one.candidate_id, []).append(one)
    return list(found.values())


def count(case: Case) -> int:
    """Return on how many pairs of a case somebody concluded, one person or two."""
    rows = Comparison.objects.filter(candidate__search__case=case, place=1)
    return rows.count()


def within(case: Case) -> QuerySet[Comparison]:
    """Return what was concluded on faces of a case itself, by two people and on an authority.

    What another case holds, and what a blind second reviewer has still to conclude on, is not
    among them.
    """
    return Comparison.objects.filter(
        candidate__search__case=case,
        candidate__search__authority__isnull=False,
        candidate__search__state__in=(searches.STATE.OPEN, searches.STATE.CLOSED),
        candidate__face__case=case,
        candidate__in=compared_twice(),
    ).select_related("candidate__search", "candidate__face__item")


def is_candidate(case: Case, candidate_pk: int, *, member: Member, at: datetime) -> bool:
    """Tell whether a face is a candidate of a search of the case that the member may see."""
    found = searches.called_up(_reviewable(case), member=member).filter(pk=candidate_pk)
    return any(_may_see(one, member, at) for one in _pairs(case, list(found), member, at))


def compared_twice() -> QuerySet[Comparison, Any]:
    """Return the keys of candidates that two people concluded on, for a subquery."""
    return Comparison.objects.filter(place=2).values("candidate")


def sought(found: Pair) -> Face | ProbeFace | None:
    """Return the face looked for; None where the brought picture was erased meanwhile."""
    search = found.search
    if search.face is not None:
        return search.face
    if search.probe is None:
        return None
    on_it = faces.probe_faces(search.probe)
    return next((one for one in on_it if one.position == search.position), None)


def persons(found: Iterable[Pair]) -> dict[int, str]:
    """Return the names that people gave to the groups of faces found, by the group's key."""
    groups = [one.face.group for one in found if one.face.group is not None]
    return {key: one.name for key, one in people.persons(groups).items()}


def _reviewable(case: Case) -> list[int]:
    """Return the searches of a case whose pairs a second reviewer may see."""
    open_ones = searches.of_case(case).filter(
        state__in=(searches.STATE.OPEN, searches.STATE.CLOSED)
    )
    return list(open_ones.order_by().values_list("pk", flat=True))


def _with_fillers(group: list[Candidate]) -> list[Candidate]:
    """Return the pairs of one search that a second reviewer is given."""
    same = Comparison.objects.filter(
        candidate__in=[one.pk for one in group], place=1, conclusion=CONCLUSION.SAME
    )
    keys = set(same.values_list("candidate_id", flat=True))
    others = [one for one in group if one.pk not in keys]
    fillers = sorted(others, key=lambda one: _shuffled(one.pk))[: max(_FILLERS, len(keys))]
    return [one for one in group if one.pk in keys] + fillers


def _pairs(case: Case, found: Sequence[Candidate], member: Member, at: datetime) -> list[Pair]:
    """Return candidates with what a member may know of each."""
    keys = [one.pk for one in found]
    rows = Comparison.objects.filter(candidate__in=keys).select_related("reviewer")
    by_candidate: dict[int, list[Comparison]] = {}
    for one in rows.order_by("place"):
        by_candidate.setdefault(one.candidate_id, []).append(one)
    looked = set(
        Look.objects.filter(candidate__in=keys, member=member).values_list(
            "candidate_id", flat=True
        )
    )
    may_work = cases.allows(case, "work")
    return [
        _pair(one, by_candidate.get(one.pk, []), member, at, (one.pk in looked, may_work))
        for one in found
    ]


def _pair(
    candidate: Candidate,
    made: list[Comparison],
    member: Member,
    at: datetime,
    state: tuple[bool, bool],
) -> Pair:
    looked, may_work = state
    search = candidate.search
    own = next((one for one in made if one.reviewer_id == member.pk), None)
    place = _place(search, made, own, member, may_work=may_work)
    knows = own is not None or (looked and place == 1) or len(made) > 1
    is_open = searches.shows_results(search, member=member, at=at)
    may_first = place == 1 and is_open and own is None
    may_second = place == 2 and own is None and _shows_to_second(search, at)
    return Pair(
        candidate=candidate,
        place=place,
        nearness=_nearness(candidate) if knows else None,
        own=own,
        shown=made if len(made) > 1 else [one for one in made if one is own],
        may_conclude=may_work and (may_first or may_second),
        is_decided=bool(made),
    )


def _nearness(candidate: Candidate) -> Nearness | None:
    """Return what the program says of a pair; None where it was erased with the template."""
    if candidate.distance is None:
        return None
    line = calibration.at(candidate.distance, candidate.search.n_searched or 0)
    return Nearness(candidate.rank, candidate.distance, candidate.strength, line)


def _place(
    search: FaceSearch,
    made: list[Comparison],
    own: Comparison | None,
    member: Member,
    *,
    may_work: bool,
) -> int:
    """Return as whom a member sees a pair; see Pair.place."""
    if own is not None:
        return own.place
    if search.asked_by_id == member.pk:
        return 1
    return 2 if may_work and len(made) == 1 else 0


def _shows_to_second(search: FaceSearch, at: datetime) -> bool:
    """Tell whether others than who searched may look at the pairs of a search and conclude.

    Also after its end, as long as a valid authority covers what was searched.
    """
    if search.state == searches.STATE.CLOSED:
        return searches.basis_now(search, at=at) is not None
    return searches.is_live(search, at=at)


def _may_see(one: Pair, member: Member, at: datetime) -> bool:
    """Tell whether a member may see a pair at all now.

    What was concluded in a search that has ended stays to be seen, whatever became of its
    authority: by who searched, and by everybody once a second reviewer has concluded.
    """
    has_ended = one.is_decided and one.search.state == searches.STATE.CLOSED
    if one.search.asked_by_id == member.pk:
        return has_ended or searches.shows_results(one.search, member=member, at=at)
    if has_ended and len(one.shown) > 1:
        return True
    return one.is_decided and _shows_to_second(one.search, at)


def _in_own_order(found: list[Pair], member: Member) -> list[Pair]:
    return sorted(found, key=lambda one: _shuffled(one.pk, member.pk))


def _shuffled(*keys: int) -> bytes:
    """Return a sort key that has nothing to do with the numbers, and stays."""
    return hashlib.sha256(repr(keys).encode()).digest()
