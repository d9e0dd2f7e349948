"""Searching for a face, and what becomes of a search.

In      a face of a case or a brought picture; purpose, reason, basis; who and when
Out     a FaceSearch with its candidates
Fails   CaseNotFound, FaceNotFound, SearchNotFound, NotAllowed; WrongAsk, NoAuthority,
        ProbeRefused, NotPending, StillUndecided, NamesTooLittle
Why     asked once and done once: what was searched, for whom and on what basis is one row and
        one entry of the record, and looking at it again searches nothing (R-AI-1, R-AI-4)
Not     here: its end (ending.py), what is urgent and what becomes of it (urgent.py), who sees
        what (queries.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haven.accounts import queries as accounts
from haven.audit.actions import record
from haven.web.errors import BadInput
from haven.workbench.analysis import actions as analysis
from haven.workbench.analysis import face_queries as faces
from haven.workbench.authority import queries as authority
from haven.workbench.cases import queries as cases
from haven.workbench.search import ending, queries
from haven.workbench.search.models import Candidate, FaceSearch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Face, Probe, ProbeFace
    from haven.workbench.authority.models import Authority
    from haven.workbench.cases.models import Case

MODE = "nearest"  # the nearest faces in order, however far; no threshold decides


class WrongAsk(BadInput):
    """Purpose, reason or basis is missing."""

    code = "search.wrong_ask"
    words = _("Say what the search is for, why, and on what authority.")


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
    _perform(search, face, not_on=face.item_id)
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
        ResultsHidden: The search is not the member's own, or not open.
        NoAuthority: Its authority ended meanwhile.
    """
    case = cases.get(case_id, member=by, to="work")
    first = queries.get(case, search_id)
    if first.probe is None or not queries.shows_results(first, member=by, at=at):
        raise queries.ResultsHidden(f"search {first.pk} has no other face to look for")
    face = _on_probe(first.probe, position)
    if first.authority_id is not None:
        power = authority.POWER.ACROSS if first.across else authority.POWER.SEARCH
        if not authority.valid(case.pk, power, at=at).filter(pk=first.authority_id).exists():
            raise authority.SearchNotCovered(f"authority of search {first.pk} is not valid")
    kept = ("purpose", "own_purpose", "reason", "authority", "across", "probe")
    urgent = ("urgent_why", "urgent_officer", "urgent_until")
    same = {name: getattr(first, name) for name in (*kept, *urgent)}
    search = FaceSearch.objects.create(
        case=case, asked_by=by, asked_at=at, position=position, **same
    )
    _perform(search, face)
    return search


def go_on(probe_id: int, *, at: datetime) -> None:
    """Do the searches that waited for a brought picture; close them where it has no face."""
    waiting = FaceSearch.objects.filter(probe_id=probe_id, state=queries.STATE.WAITING)
    for search in waiting.select_related("case", "probe", "asked_by", "authority"):
        with transaction.atomic():
            assert search.probe is not None  # noqa: S101  # it was found by its probe
            on_it = faces.probe_faces(search.probe)
            if not on_it:
                ending.end(search, by=None, at=at)
                continue
            best = max(on_it, key=lambda face: (face.quality, -face.position))
            search.position, search.state = best.position, queries.STATE.OPEN
            _perform(search, best)


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
    """
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


def _perform(search: FaceSearch, face: Face | ProbeFace, *, not_on: int | None = None) -> None:
    """Compare a face with its gallery; write the candidates and the record of it."""
    search.started_at = timezone.now()
    gallery, exhibits = _gallery(search)
    found = faces.nearest(
        gallery,
        face.embedding,
        quality=face.quality,
        not_on=not_on,
        exhibits=exhibits,
        top=queries.MOST,
    )
    search.gallery = gallery
    search.n_searched = faces.count_comparable(gallery, not_on=not_on, exhibits=exhibits)
    search.n_candidates = len(found)
    search.made_with = {**faces.made_with(gallery), "mode": MODE, "top": queries.MOST}
    search.ended_at = timezone.now()
    search.save()
    Candidate.objects.bulk_create(
        Candidate(
            search=search,
            rank=rank,
            face=one.face,
            distance=one.distance,
            strength=one.strength,
        )
        for rank, one in enumerate(found, start=1)
    )
    _record(search)


def _gallery(search: FaceSearch) -> tuple[list[int], Sequence[int] | None]:
    """Return the cases to search and, within one case, the exhibits; None: all of them.

    An authority that covers some exhibits of the asking case opens the other cases it names,
    and of the asking case nothing: across cases no part of one can be left out.
    """
    basis = search.authority
    exhibits = authority.exhibit_keys(basis) if basis is not None else None
    if not search.across:
        return [search.case_id], exhibits
    if basis is None:
        seen = list(cases.visible_to(search.asked_by))
    else:
        seen = authority.cases_named(basis, member=search.asked_by)
    keys = {one.pk for one in seen} - ({search.case_id} if exhibits is not None else set())
    return sorted(keys), None


def _record(search: FaceSearch) -> None:
    """Put a search on the record: when, where, what went in, on what basis and with what."""
    probe, started, ended = search.probe, search.started_at, search.ended_at
    looked_for: dict[str, Any] = {"face": search.face_id} if search.face_id else {}
    if probe is not None:
        looked_for = {"probe": probe.pk, "position": search.position}
    record(
        "face.search",
        actor=search.asked_by,
        target=search,
        case_id=search.case_id,
        at=search.asked_at,
        reason=search.reason,
        personal={"picture_sha256": probe.sha256} if probe is not None else None,
        purpose=search.purpose,
        authority=search.authority_id,
        authority_kind=search.authority.kind if search.authority else "urgent",
        across=search.across,
        looked_for=looked_for,
        gallery=search.gallery,
        n_searched=search.n_searched,
        candidates=search.n_candidates,
        started_at=started.isoformat() if started else None,
        ended_at=ended.isoformat() if ended else None,
        made_with=search.made_with,
    )


def _on_probe(probe: Probe, position: int) -> ProbeFace:
    """Return one face of a brought picture.

    Raises:
        FaceNotFound: It has no such face.
    """
    for face in faces.probe_faces(probe):
        if face.position == position:
            return face
    raise faces.FaceNotFound(f"probe {probe.pk} has no face {position}")
