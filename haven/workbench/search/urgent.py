"""Searches that started urgently: their authority, the lock when the clock runs out, refusal.

In      a search on the clock, who decides, when
Out     it is open under an authority; or locked; or a stub that says it was refused
Fails   CaseNotFound, SearchNotFound, NotAllowed; NotPending, NamesTooLittle
Why     48 hours without an authority and nobody sees a candidate; refused, and what the
        search derived is gone at once (AI Act, article 26(10); R-AI-4, R-AI-5)
Not     here: searching (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as jobs

from haven.accounts import queries as accounts
from haven.audit import actions as audit
from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict
from haven.workbench.analysis import actions as analysis
from haven.workbench.authority import queries as authority
from haven.workbench.cases import queries as cases
from haven.workbench.search import holding, queries
from haven.workbench.search.models import FaceSearch

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member

STATE = queries.STATE
ERASE_WORDS = "search.erase_words"
WHY_ERASED = "Authorisation of the search was refused."  # the words of who did stay with that


class NotPending(Conflict):
    """The search does not wait for an authority."""

    code = "search.not_pending"
    words = _("This search does not wait for an authority.")


class NamesTooLittle(BadInput):
    """The authority does not name every case that was searched."""

    code = "search.names_too_little"
    words = _("This authority does not allow searching across all the cases that were searched.")


@transaction.atomic
def authorise(
    case_id: UUID, search_id: UUID, authority_id: UUID, *, by: Member, at: datetime
) -> FaceSearch:
    """Put an authority to an urgent search; one that was locked is open again.

    Raises:
        CaseNotFound, NotAllowed, SearchNotFound, AuthorityNotFound: Not there, or `by` may
            not work on the case.
        NotPending: It does not wait for one.
        NamesTooLittle: The authority is not valid, or does not name all the cases searched.
    """
    search = _pending(case_id, search_id, by)
    basis = authority.get(search.case, authority_id)
    if basis.pk not in [one.pk for one in queries.bases_for(search, at=at)]:
        raise NamesTooLittle(f"authority {basis.pk} does not do for search {search.pk}")
    for one in _same(search):
        was_locked = one.state == STATE.LOCKED
        one.authority, one.decided_by, one.decided_at = basis, by, at
        if was_locked:
            one.state = STATE.OPEN if one.n_searched is not None else STATE.WAITING
        one.save(update_fields=["authority", "decided_by", "decided_at", "state"])
        record(
            "search.authorise",
            actor=by,
            target=one,
            case_id=one.case_id,
            at=at,
            authority=basis.pk,
            authority_kind=basis.kind,
            was_locked=was_locked,
        )
    if search.probe is not None:
        analysis.release_probe(search.probe, at=at)
    return search


@transaction.atomic
def refuse(case_id: UUID, search_id: UUID, *, why: str, by: Member, at: datetime) -> FaceSearch:
    """Say that authorisation was refused: all that the search derived is erased at once.

    Its candidates go, and of a brought picture the templates, the crops and the row. The
    search stays as a stub: who, when, and that it was refused.

    Raises:
        CaseNotFound, NotAllowed, SearchNotFound: Not there, or `by` may not work on the case.
        NotPending: It does not wait for an authority.
        ReasonMissing: It is not said who refused, or why.
    """
    search = _pending(case_id, search_id, by)
    probe = search.probe
    for one in _same(search):
        _empty(one, by=by, at=at)
        entry = record(
            "search.refuse",
            actor=by,
            target=one,
            case_id=one.case_id,
            at=at,
            reason=why,
            asked_by=one.asked_by_id,
            asked_at=one.asked_at.isoformat(),
        )
        # What was written of it stands beside the record: the reason, the digest of a
        # picture. The site may not take that away; the worker does, in the next seconds.
        jobs.configure_task(ERASE_WORDS, queue="probes").defer(search_id=one.pk, refusal=entry.pk)
    if probe is not None:
        analysis.remove_probe(probe)
    return queries.get(search.case, search_id)


@transaction.atomic
def erase_words(search_pk: int, *, refusal: int, at: datetime) -> int:
    """Erase what stands beside the record of a refused search; return beside how many entries.

    Args:
        search_pk: The search.
        refusal: Key of the entry of the refusal, which keeps its own reason.
        at: Now.

    The reason does not come with the job: jobs are kept where no erasure reaches.
    """
    search = FaceSearch.objects.select_related("decided_by").get(pk=search_pk)
    assert search.decided_by is not None  # noqa: S101  # a refused search says who refused
    return audit.erase_personal_of(
        search,
        by=search.decided_by,
        reason=WHY_ERASED,
        at=at,
        before=refusal,
    )


@transaction.atomic
def refuse_again(search_id: UUID, *, by: int, at: datetime) -> bool:
    """Empty a search that was refused before a backup with it was restored; tell whether.

    By the owner of the database alone, who erases words beside the record as well.

    Args:
        search_id: Public id.
        by: Key of the member who refused; where the backup has none such, who asked counts.
        at: When.
    """
    search = FaceSearch.objects.filter(public_id=search_id).exclude(state=STATE.REFUSED).first()
    if search is None:
        return False
    probe = search.probe
    _empty(search, by=accounts.by_key(by) or search.asked_by, at=at)
    entry = record(
        "search.refuse",
        actor=None,
        target=search,
        case_id=search.case_id,
        agency_id=search.case.agency_id,
        reason=WHY_ERASED,
        again=True,
    )
    audit.erase_personal_of(search, by=None, reason=WHY_ERASED, at=entry.at, before=entry.pk)
    if probe is not None and not FaceSearch.objects.filter(probe=probe).exists():
        analysis.remove_probe(probe)
    return True


def lock_overdue(*, at: datetime) -> int:
    """Lock the urgent searches whose clock ran out; return how many."""
    overdue = FaceSearch.objects.filter(
        urgent_until__lte=at, authority__isnull=True, state__in=(STATE.OPEN, STATE.WAITING)
    )
    keys = list(overdue.values_list("pk", flat=True))
    locked = 0
    for key in keys:
        with transaction.atomic():
            holding.hold_one(key)
            search = overdue.select_related("case", "probe").filter(pk=key).first()
            if search is None:
                continue  # somebody decided meanwhile
            search.state = STATE.LOCKED
            search.save(update_fields=["state"])
            if search.probe is not None:
                analysis.lock_probe(search.probe)
            record(
                "search.lock",
                actor=None,
                target=search,
                case_id=search.case_id,
                agency_id=search.case.agency_id,
                at=at,
            )
            locked += 1
    return locked


def _pending(case_id: UUID, search_id: UUID, by: Member) -> FaceSearch:
    """Return an urgent search that waits for its authority, held until the end.

    Raises:
        NotPending: It does not.
    """
    case = cases.get(case_id, member=by, to="work")
    found = holding.hold(case, search_id)
    if not queries.is_pending(found):
        raise NotPending(f"search {found.pk} does not wait for an authority")
    return found


def _empty(search: FaceSearch, *, by: Member, at: datetime) -> None:
    """Leave of a search who asked, when, and that it was refused."""
    search.candidates.all().delete()
    search.state, search.decided_by, search.decided_at = STATE.REFUSED, by, at
    search.purpose = search.reason = search.urgent_why = ""
    search.own_purpose = search.face = search.probe = search.position = None
    search.n_searched = search.n_candidates = search.started_at = search.ended_at = None
    search.gallery, search.made_with = [], {}
    search.save()


def _same(search: FaceSearch) -> list[FaceSearch]:
    """Return a search and those for other faces of its picture that wait as well."""
    return [one for one in queries.of_probe(search) if queries.is_pending(one)]
