"""Looking at a pair, and concluding on it.

In      a pair by its ids, what a member saw, who, when
Out     a Look, a Comparison; the candidate is decided
Fails   CaseNotFound, SearchNotFound, PairNotFound, NotAllowed; NotYours, AlreadyDone,
        NotGrounded
Why     written once: a second conclusion of the same member would not be blind any more
Not     here: what may be seen before that (queries.py)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict
from haven.workbench.analysis import queries as analysis
from haven.workbench.cases import queries as cases
from haven.workbench.comparison import features, queries
from haven.workbench.comparison.models import Comparison, Look
from haven.workbench.search import ending, holding

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member


class NotYours(Conflict):
    """The pair is not the member's to conclude on now."""

    code = "comparison.not_yours"
    words = _("This pair does not wait for you: it was decided, or its search has ended.")


class AlreadyDone(Conflict):
    """Somebody concluded in the same moment."""

    code = "comparison.done"
    words = _("A conclusion on this pair was kept already. It is not changed.")


class NotGrounded(BadInput):
    """The conclusion does not say from what."""

    code = "comparison.not_grounded"
    words = _(
        "“Supports the same person” needs an answer to every feature and a sentence. Any other "
        "conclusion needs an answer to one feature, or a sentence."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a member saw on a pair and concluded from it."""

    conclusion: str  # a word of queries.CONCLUSION
    sentence: str = ""
    features: Mapping[str, str] = field(default_factory=dict)  # FEATURES to ANSWERS
    age: str  # a word of queries.AGE
    year_sought: int | None = None
    year_found: int | None = None


@transaction.atomic
def view(
    case_id: UUID, search_id: UUID, candidate_pk: int, *, by: Member, at: datetime
) -> queries.Pair:
    """Open a pair; that is recorded.

    Raises:
        CaseNotFound, SearchNotFound, PairNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=by)
    found = queries.pair(case, search_id, candidate_pk, member=by, at=at)
    record(
        "comparison.view",
        actor=by,
        target=found.candidate,
        case_id=case.pk,
        at=at,
        search=found.search.pk,
        face=found.face.pk,
        blind=found.nearness is None,
    )
    return found


@transaction.atomic
def look(
    case_id: UUID, search_id: UUID, candidate_pk: int, *, by: Member, at: datetime
) -> queries.Pair:
    """Say that one has looked at the faces; from then on the member sees the distance.

    Raises:
        CaseNotFound, NotAllowed, SearchNotFound, PairNotFound: Not there, or not to be done.
        NotYours: A second reviewer, who sees it after concluding; or the search ended.
    """
    case = cases.get(case_id, member=by, to="work")
    holding.hold(case, search_id)
    found = queries.pair(case, search_id, candidate_pk, member=by, at=at)
    if found.place != 1 or not found.may_conclude:
        raise NotYours(f"candidate {candidate_pk} is not shown to member {by.pk} by its distance")
    _seen, is_new = Look.objects.get_or_create(
        candidate=found.candidate, member=by, defaults={"at": at}
    )
    if is_new:
        record("comparison.look", actor=by, target=found.candidate, case_id=case.pk, at=at)
    return queries.pair(case, search_id, candidate_pk, member=by, at=at)


def conclude(  # a pair is named by three ids
    case_id: UUID, search_id: UUID, candidate_pk: int, seen: Seen, *, by: Member, at: datetime
) -> Comparison:
    """Keep what a member concluded on a pair.

    Raises:
        CaseNotFound, NotAllowed, SearchNotFound, PairNotFound: Not there, or not to be done.
        NotYours: It does not wait for this member.
        AlreadyDone: Another was quicker.
        NotGrounded: It does not say from what.
    """
    try:
        with transaction.atomic():
            return _conclude((case_id, search_id, candidate_pk), seen, by=by, at=at)
    except IntegrityError as error:
        raise AlreadyDone(f"candidate {candidate_pk} was decided meanwhile") from error


def sought_crop(
    case_id: UUID, search_id: UUID, candidate_pk: int, *, member: Member, at: datetime
) -> bytes:
    """Return the crop of the face looked for, to whoever may see the pair.

    Raises:
        CaseNotFound, SearchNotFound, PairNotFound, ViewNotFound: Not there, not to be seen,
            or the brought picture was erased.
    """
    case = cases.get(case_id, member=member)
    found = queries.pair(case, search_id, candidate_pk, member=member, at=at)
    search = found.search
    if search.face_id is not None:
        return analysis.crop(case_id, search.face_id, member=member)
    if search.probe is None:
        raise analysis.ViewNotFound("the picture brought to search with is gone")
    # Who searched brought the picture; who may see the pair may see its face.
    return analysis.probe_crop(
        case_id, search.probe.public_id, search.position or 0, member=search.asked_by
    )


def _conclude(ids: tuple[UUID, UUID, int], seen: Seen, *, by: Member, at: datetime) -> Comparison:
    case_id, search_id, candidate_pk = ids
    case = cases.get(case_id, member=by, to="work")
    holding.hold(case, search_id)
    found = queries.pair(case, search_id, candidate_pk, member=by, at=at)
    if not found.may_conclude:
        raise NotYours(f"candidate {candidate_pk} does not wait for member {by.pk}")
    answers = _answers(seen)
    made = Comparison.objects.create(
        candidate=found.candidate,
        place=found.place,
        reviewer=by,
        conclusion=seen.conclusion,
        sentence=seen.sentence.strip(),
        features=answers,
        checklist=features.VERSION,
        age=seen.age,
        year_sought=seen.year_sought,
        year_found=seen.year_found,
        saw_distance=found.nearness is not None,
        made_at=at,
    )
    if found.place == 1:
        ending.settle_candidate(found.candidate, at=at)
    record(
        "comparison.conclude",
        actor=by,
        target=made,
        case_id=case.pk,
        at=at,
        personal={"sentence": made.sentence} if made.sentence else None,
        search=found.search.pk,
        candidate=found.pk,
        face=found.face.pk,
        place=made.place,
        conclusion=made.conclusion,
        age=made.age,
        weak=made.is_weak,
        saw_distance=made.saw_distance,
        checklist=made.checklist,
    )
    return made


def _answers(seen: Seen) -> dict[str, str]:
    """Return the answers to the features.

    Raises:
        NotGrounded: An unknown word, or too little for the conclusion.
    """
    given = {key: word for key, word in seen.features.items() if word}
    is_known = set(given) <= set(features.FEATURES) and set(given.values()) <= set(
        features.ANSWERS
    )
    if not is_known or seen.conclusion not in queries.CONCLUSION or seen.age not in queries.AGE:
        raise NotGrounded("a word is not of the checklist")
    says = bool(seen.sentence.strip())
    is_whole = set(given) == set(features.FEATURES)
    is_same = seen.conclusion == queries.CONCLUSION.SAME
    if not (says and is_whole if is_same else says or given):
        raise NotGrounded(f"{len(given)} features for: {seen.conclusion}")
    return given
