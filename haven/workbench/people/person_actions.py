"""What people state about a person, and taking it back.

In      a case, a person by id, what is stated, who, when
Out     a Statement that stands until it is taken back
Fails   CaseNotFound, PersonNotFound, StatementNotFound, NotAllowed; NoReason, SaidAlready,
        NotAnAge
Why     who somebody is to a case, and how old, is said by a person with a name, and why;
        never by the program
Not     here: naming a group (actions.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict
from haven.workbench.cases import queries as cases
from haven.workbench.people import person_queries as queries
from haven.workbench.people.models import Person, Statement

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case

Kind = Statement.Kind
Role = Statement.Role
OLDEST = 120  # years; nobody known was older than 122


class NoReason(BadInput):
    """It needs a text."""

    code = "person.no_reason"
    words = _("Say why: every role but that of a victim, and every age, needs a reason.")


class NotAnAge(BadInput):
    """The years do not make an age on a day."""

    code = "person.not_an_age"
    words = _("Give the age as two numbers of years, the lower one first, and a day.")


class SaidAlready(Conflict):
    """The same stands already."""

    code = "person.said_already"
    words = _("This was stated already, and stands.")


@dataclass(frozen=True, slots=True)
class Said:
    """What a member states about a person."""

    kind: str  # of Statement.Kind
    text: str = ""  # the alias or note; else why
    role: str = ""  # of Statement.Role
    from_years: int | None = None
    to_years: int | None = None
    on: date | None = None
    other: UUID | None = None  # the brother or sister


@transaction.atomic
def view(case_id: UUID, person_id: UUID, *, by: Member, at: datetime) -> tuple[Case, Person]:
    """Open the page of a person; that is recorded.

    Raises:
        CaseNotFound, PersonNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=by)
    found = queries.person(case, person_id)
    record("person.view", actor=by, target=found, case_id=case.pk, at=at)
    return case, found


@transaction.atomic
def state(case_id: UUID, person_id: UUID, said: Said, *, by: Member, at: datetime) -> Statement:
    """State a role, an alias, a note, an age or a sibling of a person.

    Raises:
        CaseNotFound, PersonNotFound, NotAllowed: `by` may not work on a case he can see.
        NoReason: The text is missing.
        NotAnAge: The years or the day are missing, or the lower is above the higher.
        SaidAlready: The same role or sibling stands already, or a person beside themselves.
    """
    case = cases.get(case_id, member=by, to="work")
    person = queries.person(case, person_id)
    Person.objects.select_for_update().get(pk=person.pk)  # the same is not said twice at once
    kind, text = Kind(said.kind), said.text.strip()
    if not text and not (kind is Kind.SIBLING or said.role == Role.VICTIM):
        raise NoReason(f"statement of {kind} without a text")
    statement = Statement(case=case, person=person, kind=kind, text=text, made_by=by, made_at=at)
    _fill(statement, said, queries.about(person))
    statement.save()
    record(
        f"person.add_{kind}",
        actor=by,
        target=statement,
        case_id=case.pk,
        at=at,
        person=person.pk,
        role=statement.role,
    )
    return statement


@transaction.atomic
def withdraw(
    case_id: UUID, person_id: UUID, statement_pk: int, *, by: Member, at: datetime
) -> Statement:
    """Take a statement back; that it was made stays on the record.

    Raises:
        CaseNotFound, PersonNotFound, NotAllowed: `by` may not work on a case he can see.
        StatementNotFound: There is none, or it was taken back.
    """
    case = cases.get(case_id, member=by, to="work")
    found = queries.statement(queries.person(case, person_id), statement_pk)
    found.withdrawn_by, found.withdrawn_at = by, at
    found.save(update_fields=["withdrawn_by", "withdrawn_at"])
    record("person.withdraw", actor=by, target=found, case_id=case.pk, at=at, of=found.kind)
    return found


def _fill(statement: Statement, said: Said, known: queries.About) -> None:
    """Put into a statement what its kind needs.

    Raises:
        NotAnAge, SaidAlready, PersonNotFound: As state() says.
    """
    person = statement.person
    if statement.kind == Kind.ROLE:
        statement.role = Role(said.role)
        if any(one.role == statement.role for one in known.roles):
            raise SaidAlready(f"person {person.pk} has this role")
    elif statement.kind == Kind.AGE:
        low, high = said.from_years, said.to_years
        if low is None or high is None or said.on is None or not 0 <= low <= high <= OLDEST:
            raise NotAnAge("years or day are missing, or out of order")
        statement.from_years, statement.to_years, statement.on = low, high, said.on
    elif statement.kind == Kind.SIBLING:
        if said.other is None:
            raise queries.PersonNotFound(f"no sibling of person {person.pk} was named")
        statement.other = queries.person(statement.case, said.other)
        if statement.other in {person, *(other for _one, other in known.siblings)}:
            raise SaidAlready(f"person {person.pk} has this sibling, or is it")
