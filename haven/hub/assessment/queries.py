"""Which assessments a member sees, and all that one holds.

In      a member; the id of an assessment
Out     assessments of the member's agency; one with its parts, current answers, dissents, close
Fails   AssessmentNotFound: not there, or another agency's; the two look the same
Why     the answers belong to the agency alone
Not     here: writing (actions.py, closing.py), what answers mean (scoring.py)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q, QuerySet

from haven.hub.assessment import questionnaires, scoring, versions
from haven.hub.assessment.models import Answer, Assessment, Closing, Decision, Dissent, Part, Role
from haven.web.errors import NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.hub.assessment.questionnaires import Questionnaire

ROLE, DECISION = Role, Decision  # the words, for pages and forms
ORDER = ("-begun_at", "-pk")
_DAYS_A_MONTH = 30.44  # on average; a date to look again, not a legal term


class AssessmentNotFound(NotFound):
    """Not there, or another agency's."""

    code = "assessment.not_found"


@dataclass(frozen=True)
class Shown:
    """One assessment with all it holds."""

    assessment: Assessment
    asked: Questionnaire
    parts: list[Part]
    answers: Mapping[str, Answer]  # the current one, by what was asked
    dissents: list[Dissent]  # not the replies
    closings: list[Closing]
    given: scoring.Answers = field(default_factory=dict)

    @property
    def waiting(self) -> Closing | None:
        """Return the close that waits for a second person."""
        return next((one for one in self.closings if one.is_agreed is None), None)

    @property
    def closed(self) -> Closing | None:
        """Return the close by two people."""
        return next((one for one in self.closings if one.is_agreed), None)

    @property
    def is_in_changed_words(self) -> bool:
        """Tell whether the file of this version is another than when it began."""
        return self.asked.digest != self.assessment.digest

    @property
    def due_on(self) -> dt.date | None:
        """Return when it is to be made anew at the latest; None while it is open."""
        months = [one.months for one in self.asked.triggers if one.months]
        closed_at = self.assessment.closed_at
        if closed_at is None or not months:
            return None
        return (closed_at + dt.timedelta(days=round(min(months) * _DAYS_A_MONTH))).date()

    @property
    def replaced_because(self) -> str:
        """Return the trigger for which a later one was begun and closed."""
        later = getattr(self.assessment, "followed_by", None)
        return later.because if later is not None and not later.is_open else ""

    def roles_of(self, member: Member) -> list[str]:
        """Return the roles that a member took, in the order of the questionnaire."""
        taken = {part.role for part in self.parts if part.member_id == member.pk}
        return [role for role in questionnaires.ROLES if role in taken]

    def has_interest(self, member: Member) -> bool:
        """Tell whether a member said to gain from what comes out."""
        return any(part.interest for part in self.parts if part.member_id == member.pk)


def visible_to(member: Member) -> QuerySet[Assessment]:
    """Return the assessments of a member's agency, the latest first."""
    found = Assessment.objects.filter(agency_id=member.agency_id)
    current = Count("answers", filter=Q(answers__superseded_by__isnull=True))
    return (
        found.select_related("begun_by")
        .annotate(n_answers=current, follower=F("followed_by__public_id"))
        .order_by(*ORDER)
    )


def get(public_id: UUID, *, member: Member) -> Assessment:
    """Return one assessment of a member's agency.

    Raises:
        AssessmentNotFound: Not there, or another agency's.
    """
    found = Assessment.objects.filter(agency_id=member.agency_id, public_id=public_id)
    one = found.select_related("previous", "begun_by", "agency").first()
    if one is None:
        raise AssessmentNotFound(f"no assessment {public_id} of agency {member.agency_id}")
    return one


def shown(assessment: Assessment) -> Shown:
    """Return all that an assessment holds, in the words of its own version.

    Raises:
        UnknownQuestionnaire: The file of its version is gone.
    """
    asked = versions.get(assessment.questionnaire, assessment.version)
    current = assessment.answers.filter(superseded_by__isnull=True).select_related("answered_by")
    answers = {one.item: one for one in current}
    dissents = assessment.dissents.filter(replies_to__isnull=True)
    return Shown(
        assessment,
        asked,
        list(assessment.parts.select_related("member")),
        answers,
        list(dissents.select_related("said_by", "reply__said_by")),
        list(assessment.closings.select_related("proposed_by", "second_by")),
        {key: given(one) for key, one in answers.items()},
    )


def earlier(assessment: Assessment, items: Iterable[str]) -> Mapping[str, list[Answer]]:
    """Return the superseded answers to each of several things, the latest first."""
    found = assessment.answers.filter(item__in=list(items), superseded_by__isnull=False)
    by_item: dict[str, list[Answer]] = {}
    for one in found.select_related("answered_by").order_by("-pk"):
        by_item.setdefault(one.item, []).append(one)
    return by_item


def given(one: Answer) -> scoring.Given:
    """Return an answer as scoring reads it."""
    before, after = (
        (one.likelihood_before, one.severity_before),
        (one.likelihood_after, one.severity_after),
    )
    return scoring.Given(
        value=one.value,
        text=one.text,
        basis=one.basis,
        before=None if None in before else before,  # type: ignore[arg-type]
        after=None if None in after else after,  # type: ignore[arg-type]
    )
