"""Performing a search: what is compared with what, and the record of it.

In      a search that was asked for and may be done, and the face it looks for
Out     its candidates, and one entry of the record
Fails   never for want of candidates; a face without a description has none
Why     what was searched, for whom and on what basis is one row and one entry (R-AI-1)
Not     here: whether it may be done (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from haven.audit.actions import record
from haven.workbench.analysis import face_queries as faces
from haven.workbench.authority import queries as authority
from haven.workbench.cases import queries as cases
from haven.workbench.search import queries
from haven.workbench.search.models import Candidate, FaceSearch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from haven.workbench.analysis.models import Face, ProbeFace

MODE = "nearest"  # the nearest faces in order, however far; no threshold decides


def perform(search: FaceSearch, face: Face | ProbeFace, *, not_on: int | None = None) -> None:
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
