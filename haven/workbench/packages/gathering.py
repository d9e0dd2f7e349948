"""Gathering: what a case holds, row by row, in the words of a package.

In      a case, and who asked for the package
Out     rows of each table of the vocabulary, in an order that is the same each time
Fails   WrongRow: a row of ours does not fit its table: a bug, nothing is handed over
Why     what may leave is said here and nowhere else: no face template, nothing of another case,
        nothing of a search that stands on no authority, nothing of the care for members
Not     here: the words themselves (vocabulary.py), writing the file (making.py)
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils import translation

from haven.accounts import queries as accounts
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis import item_queries as items
from haven.workbench.authority import queries as authority
from haven.workbench.categories import queries as categories
from haven.workbench.comparison import queries as comparison
from haven.workbench.decisions import queries as decisions
from haven.workbench.evidence import queries as evidence
from haven.workbench.leads import queries as leads
from haven.workbench.notes import queries as notes
from haven.workbench.packages.vocabulary import Row, checked
from haven.workbench.people import person_queries as people
from haven.workbench.search import queries as searches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from django.db.models import QuerySet

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case
    from haven.workbench.decisions.models import Decision
    from haven.workbench.leads.models import Lead

_AT_ONCE = 2_000  # rows in memory


class Gathered:
    """What one package is made of; each member is looked up once."""

    def __init__(self, case: Case, *, asker: Member, with_notes: bool) -> None:
        """Take a case that was looked up for who asked for the package.

        Args:
            case: The case.
            asker: Whose package it is: leads that this member may not see stay here.
            with_notes: Notes go along.
        """
        self.case, self.asker, self.with_notes = case, asker, with_notes
        self._who = lru_cache(maxsize=None)(who)

    def rows(self, table: str) -> Iterator[Row]:
        """Yield the rows of a table; those of views are made where the views are.

        Raises:
            WrongRow: A row does not fit.
        """
        found: Callable[[], Iterator[Row]] = getattr(self, f"_{table}")
        with translation.override("en"):
            for row in found():
                yield checked(table, row)

    def count(self) -> int:
        """Return about how many rows there will be, for who waits."""
        big = (
            items.items(self.case),
            items.every_path(self.case),
            faces.faces(self.case),
            categories.verdicts(self.case),
        )
        return sum(one.count() for one in big)

    def _case(self) -> Iterator[Row]:
        case = self.case
        yield {
            "number": case.number,
            "name": case.name,
            "status": case.status,
            "opened_at": case.opened_at.isoformat(),
            "opened_by": self._who(case.opened_by_id),
            "responsible": self._who(case.responsible_id),
        }

    def _authorities(self) -> Iterator[Row]:
        for one in authority.of_case(self.case).order_by("pk"):
            yield {
                "id": str(one.public_id),
                "kind": one.own_kind.word if one.own_kind else one.kind,
                "reference": one.reference,
                "issuer": one.issuer,
                "powers": list(one.powers),
                "whole_case": one.whole_case,
                "exhibits": [str(each.public_id) for each in one.exhibits.all()],
                "valid_from": one.valid_from.isoformat(),
                "valid_until": _day(one.valid_until),
                "notes": one.notes,
                "by": self._who(one.entered_by_id),
                "at": one.entered_at.isoformat(),
                "withdrawn_at": one.withdrawn_at.isoformat() if one.withdrawn_at else None,
                "withdrawn_why": one.withdrawn_why,
            }

    def _exhibits(self) -> Iterator[Row]:
        for one in evidence.of_case(self.case).order_by("pk"):
            yield {
                "id": str(one.public_id),
                "label": one.label,
                "by": self._who(one.added_by_id),
                "at": one.added_at.isoformat(),
            }

    def _items(self) -> Iterator[Row]:
        for one in _each(items.items(self.case)):
            yield {
                "sha256": one.sha256,
                "sha1": one.sha1,
                "md5": one.md5,
                "bytes": one.size_bytes,
                "mime": one.mime,
                "kind": one.kind,
                "status": one.status,
                "error": one.error_code,
                "width_px": one.width_px,
                "height_px": one.height_px,
                "pdq": one.pdq_hex or None,
                "pdq_quality": one.pdq_quality,
                "taken_at": one.taken_at,
                "latitude": one.gps_lat,
                "longitude": one.gps_lon,
                "camera_make": one.camera_make,
                "camera_model": one.camera_model,
                "camera_serial": one.camera_serial,
                "faces": one.n_faces,
            }

    def _occurrences(self) -> Iterator[Row]:
        for one in _each(items.every_path(self.case)):
            yield {
                "exhibit": str(one.exhibit.public_id),
                "path": one.path[:16_384],
                "sha256": one.sha256 or None,
                "error": one.error_code,
            }

    def _groups(self) -> Iterator[Row]:
        for one in _each(faces.groups(self.case)):
            yield {"id": one.public_id, "faces": one.n_faces, "items": one.n_items}

    def _faces(self) -> Iterator[Row]:
        for one in _each(faces.faces(self.case)):
            yield {
                "item": one.item.sha256,
                "position": one.position,
                "box_xyxy_px": [round(float(edge), 2) for edge in one.box_xyxy_px],
                "score": one.score,
                "quality": one.quality,
                "group": one.group.public_id if one.group else None,
            }

    def _persons(self) -> Iterator[Row]:
        for one in people.persons(self.case).order_by("pk"):
            yield {
                "id": str(one.public_id),
                "group": one.group.public_id if one.group else None,
                "name": one.name,
                "note": one.note,
                "by": self._who(one.named_by_id),
                "at": one.named_at.isoformat(),
            }

    def _statements(self) -> Iterator[Row]:
        for one in people.statements(self.case).order_by("pk"):
            yield {
                "person": str(one.person.public_id),
                "kind": one.kind,
                "role": one.role,
                "text": one.text,
                "from_years": one.from_years,
                "to_years": one.to_years,
                "on": _day(one.on),
                "other": str(one.other.public_id) if one.other else None,
                "by": self._who(one.made_by_id),
                "at": one.made_at.isoformat(),
                "withdrawn_at": one.withdrawn_at.isoformat() if one.withdrawn_at else None,
            }

    def _verdicts(self) -> Iterator[Row]:
        for one in _each(categories.verdicts(self.case).select_related("item")):
            scheme = one.scheme.scheme
            yield {
                "item": one.item.sha256,
                "scheme": scheme.key,
                "version": scheme.version,
                "scheme_name": scheme.title,
                "code": one.code,
                "words": scheme.said(one.code) if one.code else "",
                "reason": one.reason,
                "stands": one.stands,
                "by": self._who(one.given_by_id),
                "at": one.given_at.isoformat(),
            }

    def _notes(self) -> Iterator[Row]:
        for one in _each(notes.every_version(self.case)) if self.with_notes else ():
            yield {
                "id": str(one.thread),
                "version": one.version,
                "about": one.about,
                "item": one.item.sha256 if one.item else None,
                "exhibit": str(one.exhibit.public_id) if one.exhibit else None,
                "group": one.group.public_id if one.group else None,
                "text": one.text,
                "by": self._who(one.written_by_id),
                "at": one.written_at.isoformat(),
            }

    def _leads(self) -> Iterator[Row]:
        for one in self._led():
            yield {
                "id": str(one.public_id),
                "kind": one.kind,
                "what": one.what,
                "item": one.item.sha256 if one.item else None,
                "group": one.group.public_id if one.group else None,
                "exhibit": str(one.exhibit.public_id) if one.exhibit else None,
                "analyser": one.analyser,
                "version": one.version,
                "strength": one.strength,
                "distance": one.distance,
                "searched": one.n_searched,
                "disproof": one.disproof,
                "alternatives": one.alternatives,
                "weak": one.is_weak,
                "state": one.state,
                "by": self._who(one.made_by_id),
                "at": one.made_at.isoformat(),
            }

    def _lead_steps(self) -> Iterator[Row]:
        for lead in self._led():
            for one in reversed(leads.changes(lead)):
                yield {
                    "lead": str(lead.public_id),
                    "state": one.state,
                    "passed_to": one.passed_to,
                    "why": one.why,
                    "by": self._who(one.made_by_id),
                    "at": one.made_at.isoformat(),
                }

    def _comparisons(self) -> Iterator[Row]:
        for one in comparison.within(self.case).order_by("pk"):
            yield {
                "search": str(one.candidate.search.public_id),
                "rank": one.candidate.rank,
                "item": one.candidate.face.item.sha256,
                "position": one.candidate.face.position,
                "place": one.place,
                "conclusion": one.conclusion,
                "sentence": one.sentence,
                "age": one.age,
                "saw_distance": one.saw_distance,
                "by": self._who(one.reviewer_id),
                "at": one.made_at.isoformat(),
            }

    def _decisions(self) -> Iterator[Row]:
        for one in self._decided():
            yield {
                "id": str(one.public_id),
                "kind": one.kind,
                "said": one.said,
                "reason": one.reason,
                "group": one.group.public_id if one.group else None,
                "other_group": one.other_group.public_id if one.other_group else None,
                "exhibit": str(one.exhibit.public_id) if one.exhibit else None,
                "lead": str(one.lead.public_id) if one.lead else None,
                "supersedes": str(one.supersedes.public_id) if one.supersedes else None,
                "state": decisions.state(one),
                "needs_second": one.needs_second,
                "by": self._who(one.made_by_id),
                "at": one.made_at.isoformat(),
            }

    def _answers(self) -> Iterator[Row]:
        for one in self._decided():
            answer = getattr(one, "answer", None)
            if answer is not None:
                yield {
                    "decision": str(one.public_id),
                    "agrees": answer.agrees,
                    "reason": answer.reason,
                    "by": self._who(answer.made_by_id),
                    "at": answer.made_at.isoformat(),
                }

    def _led(self) -> list[Lead]:
        """Return the leads that may leave: none that tells of a face in another case."""
        found = leads.leads(self.case, member=self.asker).order_by("pk")
        return [
            one
            for one in found.select_related("candidate__face")
            if one.candidate is None
            or (
                one.candidate.face.case_id == self.case.pk
                and not searches.is_pending(one.candidate.search)
            )
        ]

    def _decided(self) -> list[Decision]:
        """Return the decisions that may leave: none on a lead that stays here."""
        led = {lead.pk for lead in self._led()}
        found = decisions.of_case(self.case).order_by("pk")
        return [one for one in found if one.lead_id is None or one.lead_id in led]


def who(member_pk: int) -> Row:
    """Return a member as a package names one: as the member and the agency are called now."""
    member = accounts.by_key(member_pk)
    if member is None:
        return {"name": "", "agency": ""}
    agency = member.agency.name if member.agency else ""
    return {"name": member.display_name[:200], "agency": agency[:200]}


def _day(value: date | None) -> str | None:
    """Return a day as ISO 8601 writes it."""
    return value.isoformat() if value else None


def _each(found: QuerySet) -> Iterator:  # type: ignore[type-arg]  # of any model
    """Yield rows in the order in which they came, few at a time."""
    return found.order_by("pk").iterator(chunk_size=_AT_ONCE)
