"""Searching for a face, and what becomes of a search.

In      a face of a case or a brought picture; purpose, reason, basis; who and when
Out     a FaceSearch with its candidates
Fails   CaseNotFound, FaceNotFound, SearchNotFound, NotAllowed; WrongAsk, NoAuthority,
        ProbeRefused, UndecidedBefore
Why     asked once and done once: what was searched, for whom and on what basis is one row and
        one entry of the record, and looking at it again searches nothing (R-AI-1, R-AI-4)
Not     here: comparing (performing.py), its end (ending.py), what is urgent and what becomes of it
        (urgent.py), who sees what (queries.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.accounts import queries as accounts
from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict
from haven.workbench.analysis import actions as analysis
from haven.workbench.analysis import face_queries as faces
from haven.workbench.authority import queries as authority
from haven.workbench.cases import queries as cases
from haven.workbench.search import ending, holding, performing, queries
from haven.workbench.search.models import FaceSearch

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Probe, ProbeFace
    from haven.workbench.authority.models import Authority
    from haven.workbench.cases.models import Case


class WrongAsk(BadInput):
    """Purpose, reason or basis is missing."""

    code = "search.wrong_ask"
    words = _("Say what the search is for, why, and on what authority.")


class UndecidedBefore(Conflict):
    """An urgent search of the case ran out of time, and nobody decided on it."""

    code = "search.undecided_before"
    words = _(
        "An urgent search of this case is locked. Put an authority to it, or say that "
        "authorisation was refused, before another one starts urgently."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a member says once for each search."""

    purpose: str  # a word of queries.PURPOSE
    own_purpose: int | None = None  # key of an agency's own word, with purpose "own"
    reason: str
    authority: UUID | None = None  # None: the widest that allows it
    across: bool = False  # over all cases the member works on and the authority names
    urgent_why: str = ""  # across alone: why it cannot wait for an authority
    urgent_officer: int | None = None  # key of the colleague who answers for the start


@transaction.atomic
def search_face(case_id: UUID, face_pk: int, ask: Ask, *, by: Member, at: datetime) -> FaceSearch:
    """Look for faces like one of the case.

    Raises:
        CaseNotFound, NotAllowed, FaceNotFound: `by` may not work on a case he can see, or the
            face is not in it.
        WrongAsk: Something is not said.
        NoAuthority: No valid authority allows it, and it is not an urgent start.
    """
    case = cases.get(case_id, member=by, to="work")
    face = faces.face(case, face_pk)
    search = _new(case, ask, by=by, at=at)
    search.face = face
    search.save()
    performing.perform(search, face, not_on=face.item_id)
    return search


@transaction.atomic
def search_picture(
    case_id: UUID, picture: IO[bytes], ask: Ask, *, by: Member, at: datetime
) -> FaceSearch:
    """Have a picture looked at, then look for faces like the clearest one on it.

    Raises:
        CaseNotFound, NotAllowed: `by` may not work on a case he can see.
        WrongAsk, NoAuthority: As for search_face.
        ProbeRefused: Too large, or empty.
    """
    case = cases.get(case_id, member=by, to="work")
    search = _new(case, ask, by=by, at=at)
    search.state = queries.STATE.WAITING
    search.probe = analysis.bring_probe(
        case_id, picture=picture, held=search.is_urgent, by=by, at=at
    )
    search.save()
    return search


@transaction.atomic
def search_other_face(
    case_id: UUID, search_id: UUID, position: int, *, by: Member, at: datetime
) -> FaceSearch:
    """Look for another face of a brought picture, for the same purpose and reason.

    Raises:
        CaseNotFound, NotAllowed, SearchNotFound, FaceNotFound: Not there, or not to be done.
        ResultsHidden: The search is not the member's own, not open, or its authority ended.
    """
    case = cases.get(case_id, member=by, to="work")
    first = holding.hold(case, search_id)
    if first.probe is None or not queries.shows_results(first, member=by, at=at):
        raise queries.ResultsHidden(f"search {first.pk} has no other face to look for")
    face = _on_probe(first.probe, position)
    kept = ("purpose", "own_purpose", "reason", "across", "probe")
    urgent = ("urgent_why", "urgent_officer", "urgent_until")
    same = {name: getattr(first, name) for name in (*kept, *urgent)}
    basis = None if queries.is_pending(first) else queries.basis_now(first, at=at)
    search = FaceSearch.objects.create(
        case=case, asked_by=by, asked_at=at, position=position, authority=basis, **same
    )
    performing.perform(search, face)
    return search


def go_on(probe_id: int, *, at: datetime) -> None:
    """Do the searches that waited for a brought picture; close those that can find nothing."""
    waiting = FaceSearch.objects.filter(probe_id=probe_id, state=queries.STATE.WAITING)
    for key in list(waiting.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            search = holding.hold_one(key)
            if search is not None and search.state == queries.STATE.WAITING:
                _go_on(search, at=at)
    _lock_with_its_search(probe_id)


def go_on_left(*, at: datetime) -> int:
    """Do what waits for a picture that was looked at long since; return for how many pictures.

    So it is where a worker died in between, or where a locked search is open again.
    """
    left = FaceSearch.objects.filter(state=queries.STATE.WAITING, probe__isnull=False).exclude(
        probe__state="queued"
    )
    probes = sorted(set(left.values_list("probe_id", flat=True)))
    for probe_id in probes:
        go_on(probe_id, at=at)
    return len(probes)


@transaction.atomic
def view(case_id: UUID, search_id: UUID, *, by: Member, at: datetime) -> tuple[Case, FaceSearch]:
    """Open a search; that is recorded.

    Raises:
        CaseNotFound, SearchNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=by)
    search = queries.get(case, search_id)
    record(
        "search.view",
        actor=by,
        target=search,
        case_id=case.pk,
        at=at,
        results=queries.shows_results(search, member=by, at=at),
    )
    return case, search


def _go_on(search: FaceSearch, *, at: datetime) -> None:
    """Do one search that waited, if it may still be done, else close it.

    Between asking and now its authority may have been withdrawn, or who asked may have been
    taken off the case. One whose clock ran out waits for its authority.
    """
    running = queries.clock(search, at=at)
    if running is not None and running.is_locked:
        return
    assert search.probe is not None  # noqa: S101  # it was found by its probe
    on_it = faces.probe_faces(search.probe)
    works_on_it = cases.visible_to(search.asked_by).filter(pk=search.case_id).exists()
    may = works_on_it and search.asked_by.is_active
    if running is None:
        may = may and queries.basis_now(search, at=at) is not None
    if not may or not on_it:
        ending.end(search, by=None, at=at)
        return
    best = max(on_it, key=lambda face: (face.quality, -face.position))
    search.position, search.state = best.position, queries.STATE.OPEN
    performing.perform(search, best)


def _lock_with_its_search(probe_id: int) -> None:
    """Show the faces of a picture to nobody whose search was locked while it waited."""
    locked = FaceSearch.objects.filter(probe_id=probe_id, state=queries.STATE.LOCKED)
    first = locked.select_related("probe").first()
    if first is not None and first.probe is not None:
        analysis.lock_probe(first.probe)


def _new(case: Case, ask: Ask, *, by: Member, at: datetime) -> FaceSearch:
    """Return a search with all that was said, not yet written.

    Raises:
        WrongAsk, NoAuthority: Something is not said, or nothing allows it.
    """
    if ask.purpose not in queries.PURPOSE or not ask.reason.strip():
        raise WrongAsk("a search needs a purpose and a reason")
    own = None
    if ask.purpose == queries.PURPOSE.OWN:
        words = authority.own_words(case.agency_id, authority.LIST.PURPOSE)
        own = words.filter(pk=ask.own_purpose or 0).first()
        if own is None:
            raise WrongAsk(f"no such purpose of agency {case.agency_id}")
    search = FaceSearch(
        case=case,
        asked_by=by,
        asked_at=at,
        purpose=ask.purpose,
        own_purpose=own,
        reason=ask.reason.strip(),
        across=ask.across,
    )
    if ask.across and ask.urgent_why.strip():
        _start_urgently(search, ask, by=by, at=at)
    else:
        search.authority = _basis(case, ask, at=at)
    return search


def _start_urgently(search: FaceSearch, ask: Ask, *, by: Member, at: datetime) -> None:
    """Put a search on the clock.

    Raises:
        WrongAsk: No other colleague is named.
        UndecidedBefore: An urgent search of the case is locked. Starting anew every two days
            would make the clock a formality.
    """
    if any(one.is_locked for one in queries.pending(search.case, at=at)):
        raise UndecidedBefore(f"an urgent search of case {search.case_id} is locked")
    colleagues = accounts.colleagues(by).exclude(pk=by.pk)
    officer = colleagues.filter(pk=ask.urgent_officer or 0).first()
    if officer is None:
        raise WrongAsk("an urgent start names another colleague who answers for it")
    search.urgent_why, search.urgent_officer = ask.urgent_why.strip(), officer
    search.urgent_until = at + queries.URGENT_LIFE


def _basis(case: Case, ask: Ask, *, at: datetime) -> Authority:
    """Return the authority that a search stands on: the one chosen, else the widest.

    Raises:
        NoAuthority: There is none, or the chosen one does not allow it.
    """
    power = authority.POWER.ACROSS if ask.across else authority.POWER.SEARCH
    if ask.authority is None:
        return authority.required(case.pk, power, at=at)
    chosen = authority.valid(case.pk, power, at=at).filter(public_id=ask.authority).first()
    if chosen is None:
        error = authority.AcrossNotCovered if ask.across else authority.SearchNotCovered
        raise error(f"the chosen authority of case {case.pk} does not allow {power}")
    return chosen


def _on_probe(probe: Probe, position: int) -> ProbeFace:
    """Return one face of a brought picture.

    Raises:
        FaceNotFound: It has no such face.
    """
    for face in faces.probe_faces(probe):
        if face.position == position:
            return face
    raise faces.FaceNotFound(f"probe {probe.pk} has no face {position}")
