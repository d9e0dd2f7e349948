"""What is seen of a person: roles, other names, notes, ages, and where the faces were found.

In      a case that was looked up with the member
Out     a person with what members stated
Fails   PersonNotFound: not in this case, or the naming was undone
Not     here: stating (person_actions.py), groups (queries.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from haven.web.errors import NotFound
from haven.workbench.people.models import GroupChange, Person, Statement

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from haven.workbench.cases.models import Case

Kind = Statement.Kind
ROLE = Statement.Role
_CHANGES_SHOWN = 50


class PersonNotFound(NotFound):
    """No such person in the case."""

    code = "person.not_found"


class StatementNotFound(NotFound):
    """No such statement about the person."""

    code = "statement.not_found"


@dataclass(frozen=True, slots=True)
class About:
    """What members stated about a person and did not take back, and all they ever did."""

    roles: list[Statement]  # empty: a victim, as long as nobody says otherwise
    aliases: list[Statement]
    notes: list[Statement]
    ages: list[Statement]  # by the day on which they are meant
    siblings: list[tuple[Statement, Person]]
    history: list[Statement]


@dataclass(frozen=True, slots=True)
class Whole:
    """A person with what members stated."""

    person: Person
    about: About

    @property
    def siblings(self) -> list[UUID]:
        """Return the public ids of the brothers and sisters."""
        return [other.public_id for _said, other in self.about.siblings]


def persons(case: Case) -> QuerySet[Person]:
    """Return the persons of a case that have a group."""
    found = Person.objects.filter(case=case, group__isnull=False)
    return found.select_related("named_by", "group")


def ever_named(case: Case) -> QuerySet[Person]:
    """Return every person of a case in the order of naming, undone ones too."""
    return Person.objects.filter(case=case).select_related("named_by", "group").order_by("pk")


def person(case: Case, public_id: UUID) -> Person:
    """Return one person of a case.

    Raises:
        PersonNotFound: Not in this case, or the naming was undone.
    """
    found = persons(case).filter(public_id=public_id).first()
    if found is None:
        raise PersonNotFound(f"no such person in case {case.pk}")
    return found


def statements(case: Case) -> QuerySet[Statement]:
    """Return what was ever stated about the persons of a case that have a group."""
    found = Statement.objects.filter(case=case, person__group__isnull=False)
    return found.select_related("person", "other")


def statement(of: Person, pk: int) -> Statement:
    """Return one statement about a person that stands, also one that a sibling made.

    Raises:
        StatementNotFound: There is none, or it was taken back.
    """
    found = _statements(of).filter(pk=pk, withdrawn_at__isnull=True).first()
    if found is None:
        raise StatementNotFound(f"no such statement about person {of.pk}")
    return found


def about(of: Person) -> About:
    """Return what members stated about a person."""
    history = list(_statements(of))
    standing: dict[str, list[Statement]] = {kind: [] for kind in Kind.values}
    for one in history:
        if one.withdrawn_at is None:
            standing[one.kind].append(one)
    ages = sorted(standing[Kind.AGE], key=lambda one: (str(one.on), one.pk))
    siblings = [
        (one, one.other if one.other and one.other != of else one.person)
        for one in standing[Kind.SIBLING]
    ]
    return About(
        roles=standing[Kind.ROLE],
        aliases=standing[Kind.ALIAS],
        notes=standing[Kind.NOTE],
        ages=ages,
        siblings=siblings,
        history=history,
    )


def changes(of: Person) -> list[GroupChange]:
    """Return the latest changes of the group of a person, the latest first."""
    group = [{"id": of.group.public_id}] if of.group else []
    found = GroupChange.objects.filter(case=of.case_id).select_related("made_by", "undone_by")
    return list(found.filter(after__groups__contains=group)[:_CHANGES_SHOWN])


def _statements(of: Person) -> QuerySet[Statement]:
    """Return all statements about a person, the latest first."""
    found = Statement.objects.filter(Q(person=of) | Q(other=of))
    return found.select_related("made_by", "withdrawn_by", "person", "other").order_by("-pk")
