"""Closing an assessment: one member proposes it, another confirms it.

In      a decision with its reason; the answer of a second person; who, when
Out     a Closing; the assessment is closed when two people agree
Fails   NotAllowed, AssessmentNotFound; MayNotClose, Incomplete, Forbidden, DissentWaits,
        NothingWaits; AlreadyClosed, CloseWaits, SaysTooLittle
Why     one person alone is neither judge nor witness of the own answers
Not     here: answering (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.hub.assessment import queries, scoring
from haven.hub.assessment.actions import CloseWaits, SaysTooLittle, locked, must_be_open
from haven.hub.assessment.models import Closing, Decision
from haven.hub.assessment.questionnaires import ASSESSOR, CloseRule
from haven.web.errors import Conflict, NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.hub.assessment.queries import Shown

GOING_ON = frozenset({Decision.GO, Decision.CONDITIONS})


class MayNotClose(NotAllowed):
    """The rule of the questionnaire asks for another person."""

    code = "assessment.may_not_close"
    words = _(
        "Two people close, with the roles that the questionnaire names. Neither is the assessor, "
        "and neither gains from the result."
    )


class Incomplete(Conflict):
    """Something was not answered."""

    code = "assessment.incomplete"
    words = _("Something is not answered yet. The result says what.")


class Forbidden(Conflict):
    """A gate is closed, an answer stops the purchase, or a risk stays too high."""

    code = "assessment.forbidden"
    words = _(
        "A closed gate, a stop or a very high risk cannot be outweighed. Decide not now, or no."
    )


class DissentWaits(Conflict):
    """Somebody says that a gate is closed, and nobody replied."""

    code = "assessment.dissent_waits"
    words = _("Somebody sees a gate otherwise. Reply to that first.")


class NothingWaits(Conflict):
    """No close waits for a second person."""

    code = "assessment.nothing_waits"
    words = _("No close waits for a second person.")


def roles_to_close(shown: Shown, member: Member) -> list[str]:
    """Return the roles as which a member can be one of the two; none where it cannot be."""
    roles = shown.roles_of(member)
    if ASSESSOR in roles or shown.has_interest(member):
        return []
    rule = shown.asked.close_rule
    return [role for role in roles if role in rule.must_include | rule.and_one_of]


def pair(rule: CloseRule, first: Iterable[str], second: Iterable[str]) -> tuple[str, str] | None:
    """Return a role of each of two people that fits the rule together, or None."""
    theirs = list(second)
    for one in first:
        for other in theirs:
            if one in rule.must_include and other in rule.and_one_of:
                return one, other
            if other in rule.must_include and one in rule.and_one_of:
                return one, other
    return None


@transaction.atomic
def propose(public_id: UUID, decision: str, reason: str, *, by: Member, at: datetime) -> Closing:
    """Propose to close, with a decision.

    Raises:
        NotAllowed, AssessmentNotFound, MayNotClose: Not there, or not to be done.
        Incomplete, Forbidden, DissentWaits, AlreadyClosed, CloseWaits, SaysTooLittle: As they say.
    """
    shown = queries.shown(locked(public_id, by=by))
    must_be_open(shown.assessment)
    if shown.waiting is not None:
        raise CloseWaits(f"a close of assessment {shown.assessment.pk} waits")
    roles = roles_to_close(shown, by)
    if not roles:
        raise MayNotClose(f"member {by.pk} is not one of the two")
    if decision not in Decision.values or not reason.strip():
        raise SaysTooLittle("a close without a decision or a reason")
    _may_end_so(shown, decision)
    made = Closing.objects.create(
        assessment=shown.assessment,
        decision=decision,
        reason=reason.strip(),
        role=roles[0],
        proposed_by=by,
        proposed_at=at,
    )
    facts: dict[str, Any] = {"decision": decision, "role": roles[0]}
    record("assessment.propose", actor=by, target=shown.assessment, at=at, reason=reason, **facts)
    return made


@transaction.atomic
def confirm(public_id: UUID, *, by: Member, at: datetime) -> Closing:
    """Close as the second person.

    Raises:
        NotAllowed, AssessmentNotFound, MayNotClose: Not there, or not to be done.
        NothingWaits, Incomplete, Forbidden, DissentWaits: As they say.
    """
    shown = queries.shown(locked(public_id, by=by))
    waiting = _waiting(shown)
    first = roles_to_close(shown, waiting.proposed_by)
    roles = pair(shown.asked.close_rule, first, roles_to_close(shown, by))
    if by.pk == waiting.proposed_by_id or roles is None:
        raise MayNotClose(f"member {by.pk} is not the second of the two")
    _may_end_so(shown, waiting.decision)
    waiting.role, waiting.second_role = roles
    waiting.is_agreed, waiting.second_by, waiting.second_at = True, by, at
    waiting.save()
    shown.assessment.closed_at = at
    shown.assessment.save(update_fields=["closed_at"])
    facts: dict[str, Any] = {"decision": waiting.decision, "role": roles[1]}
    record("assessment.close", actor=by, target=shown.assessment, at=at, **facts)
    return waiting


@transaction.atomic
def refuse(public_id: UUID, reason: str, *, by: Member, at: datetime) -> Closing:
    """Do not close; the proposer takes it back so, too. Answers can be given again.

    Raises:
        NotAllowed, AssessmentNotFound, MayNotClose: Not there, or not to be done.
        NothingWaits, SaysTooLittle: As they say.
    """
    shown = queries.shown(locked(public_id, by=by))
    waiting = _waiting(shown)
    if not shown.roles_of(by):
        raise MayNotClose(f"member {by.pk} took no role")
    if not reason.strip():
        raise SaysTooLittle("a close was refused without a reason")
    waiting.is_agreed, waiting.second_by, waiting.second_at = False, by, at
    waiting.second_role, waiting.second_reason = shown.roles_of(by)[0], reason.strip()
    waiting.save()
    record("assessment.refuse_close", actor=by, target=shown.assessment, at=at, reason=reason)
    return waiting


def unanswered_about_gates(shown: Shown) -> bool:
    """Tell whether somebody dissents on a gate and nobody replied."""
    return any(
        one.about in shown.asked.gates and not hasattr(one, "reply") for one in shown.dissents
    )


def _waiting(shown: Shown) -> Closing:
    if shown.waiting is None:
        raise NothingWaits(f"no close of assessment {shown.assessment.pk} waits")
    return shown.waiting


def _may_end_so(shown: Shown, decision: str) -> None:
    """Return when the answers allow this decision.

    Raises:
        Incomplete, Forbidden, DissentWaits: They do not.
    """
    if any(scoring.missing(shown.asked, shown.given)):
        raise Incomplete(f"assessment {shown.assessment.pk} has open questions")
    if decision in GOING_ON and scoring.forbids(shown.asked, shown.given):
        raise Forbidden(f"{decision} in assessment {shown.assessment.pk} against what forbids it")
    if unanswered_about_gates(shown):
        raise DissentWaits(f"a dissent on a gate of assessment {shown.assessment.pk} waits")
