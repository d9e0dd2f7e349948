"""The end of a search: every candidate is decided, or it is said why not.

In      a search, its candidates, who, when
Out     a closed search that keeps the candidates on which somebody concluded, and no others
Fails   CaseNotFound, SearchNotFound, NotAllowed; StillPending, StillUndecided, ResultsHidden
Why     a list looked at halfway is how the wrong person is found: all of it is compared, or
        the stop is on the record (R-FACE-3, R-AI-2)
Not     here: concluding on a candidate (haven.workbench.comparison)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import Conflict
from haven.workbench.analysis import actions as analysis
from haven.workbench.cases import queries as cases
from haven.workbench.search import holding, queries
from haven.workbench.search.models import FaceSearch

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case
    from haven.workbench.search.models import Candidate

_ENDED = (queries.STATE.CLOSED, queries.STATE.REFUSED)


class StillPending(Conflict):
    """An urgent search cannot just be closed."""

    code = "search.still_pending"
    words = _(
        "This search started urgently. Put an authority to it, or say that authorisation was "
        "refused."
    )


class StillUndecided(Conflict):
    """Nobody concluded on some of the candidates."""

    code = "search.undecided"
    words = _(
        "Some candidates are not decided yet. Conclude on each of them; “no conclusion” is "
        "enough. To stop before that, say why."
    )


@transaction.atomic
def close(
    case_id: UUID, search_id: UUID, *, why: str = "", by: Member, at: datetime
) -> FaceSearch:
    """End one's own search: what was concluded stays, all else that it left goes.

    Args:
        case_id: Public id of the case.
        search_id: Public id of the search.
        why: Ends it although candidates are not decided (AI Act, article 14(4): stop). Not
            needed where its authority has ended: nobody may look at them any more.
        by: Who asked for it.
        at: Now.

    Raises:
        CaseNotFound, NotAllowed, SearchNotFound: Not there, not to be done, or not the
            member's own.
        StillPending: It started urgently and nobody decided yet.
        StillUndecided: Candidates are not decided, and it is not said why it ends.
    """
    _case, search = _own(case_id, search_id, by)
    if queries.is_pending(search):
        raise StillPending(f"search {search.pk} waits for an authority")
    left = queries.undecided(search, member=by, at=at)
    if left and not why.strip():
        raise StillUndecided(f"{left} candidates of search {search.pk} are not decided")
    for one in queries.of_probe(search):
        if one.state not in _ENDED:
            end(one, by=by, at=at, why=why if left else "")
    if search.probe is not None:
        analysis.erase_probe(case_id, search.probe.public_id, by=by, at=at)
    return search


@transaction.atomic
def widen(case_id: UUID, search_id: UUID, *, by: Member, at: datetime) -> FaceSearch:
    """Call up all candidates that are kept; each of them has to be decided then.

    Raises:
        CaseNotFound, NotAllowed, SearchNotFound: Not there, or not the member's own.
        ResultsHidden: Not open.
    """
    case, search = _own(case_id, search_id, by)
    if not queries.shows_results(search, member=by, at=at):
        raise queries.ResultsHidden(f"search {search.pk} is not open")
    search.top = queries.MOST
    search.save(update_fields=["top"])
    record("search.widen", actor=by, target=search, case_id=case.pk, at=at, top=queries.MOST)
    return search


def settle_candidate(candidate: Candidate, *, at: datetime) -> None:
    """Note that somebody concluded on a candidate; the caller records it."""
    candidate.decided_at = at
    candidate.save(update_fields=["decided_at"])


def close_spent(*, at: datetime) -> int:
    """Close the searches whose brought picture was erased; return how many."""
    spent = FaceSearch.objects.filter(
        probe__state="erased", state__in=(queries.STATE.OPEN, queries.STATE.WAITING)
    ).filter(authority__isnull=False)
    closed = 0
    for key in list(spent.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            search = holding.hold_one(key)
            if search is not None and search.state not in _ENDED:
                end(search, by=None, at=at)
                closed += 1
    return closed


def _own(case_id: UUID, search_id: UUID, by: Member) -> tuple[Case, FaceSearch]:
    """Return a search of the member's own, held until the transaction ends.

    Raises:
        SearchNotFound: Not there, or not the member's own.
    """
    case = cases.get(case_id, member=by, to="work")
    search = holding.hold(case, search_id)
    if search.asked_by_id != by.pk:
        raise queries.SearchNotFound(f"search {search.pk} is not the member's own")
    return case, search


def end(search: FaceSearch, *, by: Member | None, at: datetime, why: str = "") -> None:
    """Close a search and forget the candidates on which nobody concluded."""
    called_up = search.candidates.filter(rank__lte=search.top)
    left = called_up.filter(decided_at__isnull=True).count()
    decided = called_up.count() - left
    search.candidates.filter(decided_at__isnull=True).delete()
    search.state, search.decided_by, search.decided_at = queries.STATE.CLOSED, by, at
    search.save(update_fields=["state", "decided_by", "decided_at"])
    record(
        "search.stop" if why else "search.close",
        actor=by,
        target=search,
        case_id=search.case_id,
        agency_id=search.case.agency_id,
        at=at,
        reason=why,
        decided=decided,
        undecided=left,
    )
