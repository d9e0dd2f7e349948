"""Acts of an assessment: beginning it, taking a role, answering, dissenting, making it anew.

In      ids, what is said, who, when
Out     rows; nothing that was said is ever changed
Fails   NotAllowed, AssessmentNotFound, UnknownQuestionnaire; SaysTooLittle, NotAsked, NotYourRole,
        AlreadyClosed, CloseWaits, AnswerChanged, NotAnew; as checking.py
Why     check, change and record in one transaction
Not     here: closing (closing.py), reading (queries.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.accounts.access import Role as AgencyRole
from haven.audit.actions import record
from haven.hub.assessment import checking, prefilling, queries, questionnaires, versions
from haven.hub.assessment.models import Answer, Assessment, Dissent, Part, Role
from haven.web.errors import BadInput, Conflict, NotAllowed

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.hub.assessment.checking import Said
    from haven.hub.assessment.queries import Shown

# Who answers to others for a unit is not whoever says so.
ACCOUNTABLE = frozenset({AgencyRole.SUPERVISOR, AgencyRole.ADMINISTRATOR})


class SaysTooLittle(BadInput):
    """What it is about, or why, is missing."""

    code = "assessment.says_too_little"
    words = _("Say what it is about, and why.")


class NotAsked(BadInput):
    """The questionnaire does not ask this."""

    code = "assessment.not_asked"
    words = _("This questionnaire does not ask that.")


class NotYourRole(NotAllowed):
    """Another role answers this, or takes other duties in the agency."""

    code = "assessment.not_your_role"
    words = _("Your role in this assessment does not do this.")


class AlreadyClosed(Conflict):
    """Two people closed it."""

    code = "assessment.closed"
    words = _("This assessment is closed. Make it anew to answer again.")


class CloseWaits(Conflict):
    """A close was proposed on the answers as they are."""

    code = "assessment.close_waits"
    words = _("A close waits for its second person. Answers rest until that is decided.")


class AnswerChanged(Conflict):
    """Somebody answered in the meantime."""

    code = "assessment.answer_changed"
    words = _("Somebody answered this in the meantime. Read that, then answer again.")


class NotAnew(Conflict):
    """It is open still, or was made anew already."""

    code = "assessment.not_anew"
    words = _("Only a closed assessment is made anew, and only once.")


@dataclass(frozen=True, slots=True)
class Taken:
    """The role that a member takes, and what they stand to gain from the result."""

    role: str
    interest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an assessment is about."""

    title: str
    unit: str
    tool_name: str = ""
    tool_version: str = ""
    tool_slug: str = ""
    purpose: str = ""


@transaction.atomic
def begin(slug: str, about: Subject, taken: Taken, *, by: Member, at: datetime) -> Assessment:
    """Begin an assessment with the latest version of a questionnaire, and take a role in it.

    Raises:
        NotAllowed: No role of the member takes part in assessments.
        UnknownQuestionnaire: There is none of that name.
        SaysTooLittle: Title or unit is missing; or the tool, its version, the purpose, where the
            questionnaire is about a tool.
        NotAsked, NotYourRole: As taking a role does.
    """
    access.require(by, "assessment.work")
    asked = versions.newest(slug)
    needed = [about.title, about.unit]
    if asked.kind != questionnaires.MATURITY:
        needed += [about.tool_name, about.tool_version, about.purpose]
    if not all(one.strip() for one in needed):
        raise SaysTooLittle(f"{slug} without all that it is about")
    made = Assessment.objects.create(
        agency_id=by.agency_id,
        questionnaire=slug,
        version=asked.version,
        digest=asked.digest,
        title=about.title,
        unit=about.unit,
        tool_name=about.tool_name,
        tool_version=about.tool_version,
        tool_slug=about.tool_slug,
        purpose=about.purpose,
        begun_by=by,
        begun_at=at,
    )
    facts: dict[str, Any] = {"questionnaire": slug, "version": asked.version}
    record("assessment.begin", actor=by, target=made, at=at, **facts)
    _take(made, taken, by=by, at=at)
    return made


@transaction.atomic
def make_anew(
    public_id: UUID, trigger: str, reason: str, taken: Taken, *, by: Member, at: datetime
) -> Assessment:
    """Begin the assessment that follows a closed one, with the version of today.

    Nothing is answered in it; what was answered before stands beside each question.

    Raises:
        NotAllowed, AssessmentNotFound: Not there, or not to be done.
        NotAnew: It is open still, or was made anew already.
        NotAsked, SaysTooLittle: No such trigger; no reason.
        NotYourRole: As taking a role does.
    """
    before = locked(public_id, by=by)
    if before.is_open or hasattr(before, "followed_by"):
        raise NotAnew(f"assessment {before.pk} is open or was made anew")
    asked = versions.newest(before.questionnaire)
    if asked.trigger(trigger) is None:
        raise NotAsked(f"no trigger {trigger[:40]} in {asked.slug}")
    if not reason.strip():
        raise SaysTooLittle("made anew without a reason")
    made = Assessment.objects.create(
        agency_id=before.agency_id,
        questionnaire=asked.slug,
        version=asked.version,
        digest=asked.digest,
        title=before.title,
        unit=before.unit,
        tool_name=before.tool_name,
        tool_version=before.tool_version,
        tool_slug=before.tool_slug,
        purpose=before.purpose,
        previous=before,
        because=trigger,
        because_reason=reason.strip(),
        begun_by=by,
        begun_at=at,
    )
    facts: dict[str, Any] = {
        "previous": str(before.public_id),
        "trigger": trigger,
        "version": asked.version,
    }
    record("assessment.make_anew", actor=by, target=made, at=at, reason=reason, **facts)
    _take(made, taken, by=by, at=at)
    return made


@transaction.atomic
def take_role(public_id: UUID, taken: Taken, *, by: Member, at: datetime) -> Part:
    """Take a role; what one stands to gain from the result is said with it.

    Raises:
        NotAllowed, AssessmentNotFound: Not there, or not to be done.
        NotAsked: No such role.
        NotYourRole: Accountable is a supervisor or an administrator of the agency.
        AlreadyClosed: As it says.
    """
    assessment = locked(public_id, by=by)
    must_be_open(assessment)
    return _take(assessment, taken, by=by, at=at)


@transaction.atomic
def answer(public_id: UUID, item: str, said: Said, *, by: Member, at: datetime) -> Answer:
    """Answer one thing; an earlier answer stays and is superseded.

    Raises:
        NotAllowed, AssessmentNotFound, NotAsked: Not there, or not to be done.
        NotYourRole: The member has no role that answers this.
        AlreadyClosed, CloseWaits: Nothing is answered now.
        AnswerChanged: Another answer than `said.supersedes` is the current one.
        as checking.check().
    """
    assessment = locked(public_id, by=by)
    shown = queries.shown(assessment)
    question = shown.asked.asked(item)
    if question is None:
        raise NotAsked(f"{shown.asked.slug} has no item {item[:40]}")
    must_be_open(assessment)
    if shown.waiting is not None:
        raise CloseWaits(f"a close of assessment {assessment.pk} waits")
    role = next((one for one in shown.roles_of(by) if one in question.by), None)
    if role is None:
        raise NotYourRole(f"member {by.pk} has no role that answers {item}")
    checking.check(shown.asked, question, said)
    current = shown.answers.get(item)
    if (current.pk if current else None) != said.supersedes:
        raise AnswerChanged(f"{item} of assessment {assessment.pk} has another answer")
    before, after = said.before or (None, None), said.after or (None, None)
    origin = prefilling.taken(
        assessment, question, said.filled_from, value=said.value, note=said.note, member=by
    )
    made = Answer.objects.create(
        assessment=assessment,
        item=item,
        value=said.value,
        text=said.text,
        basis=said.basis,
        likelihood_before=before[0],
        severity_before=before[1],
        likelihood_after=after[0],
        severity_after=after[1],
        controls=list(said.controls),
        reason=said.reason,
        note=said.note,
        evidence=said.evidence,
        evidence_where=said.evidence_where,
        evidence_seen_on=said.evidence_seen_on,
        filled_from=origin,
        role=role,
        answered_by=by,
        answered_at=at,
        supersedes=current,
    )
    facts: dict[str, Any] = {"item": item, "role": role, "is_first": current is None}
    record("assessment.answer", actor=by, target=assessment, at=at, **facts)
    return made


@transaction.atomic
def dissent(public_id: UUID, about: str, text: str, *, by: Member, at: datetime) -> Dissent:
    """See an answer, a theme or the whole otherwise; that stays in the document.

    Raises:
        NotAllowed, AssessmentNotFound, NotAsked: Not there, or not to be done.
        NotYourRole: The member took no role.
        SaysTooLittle, AlreadyClosed: As they say.
    """
    assessment = locked(public_id, by=by)
    shown = queries.shown(assessment)
    if not shown.asked.may_be_about(about):
        raise NotAsked(f"{shown.asked.slug} has nothing called {about[:40]}")
    made = _say(shown, about, text, by=by, at=at)
    facts: dict[str, Any] = {"about": about, "role": made.role}
    record("assessment.dissent", actor=by, target=assessment, at=at, **facts)
    return made


@transaction.atomic
def reply(public_id: UUID, dissent_id: int, text: str, *, by: Member, at: datetime) -> Dissent:
    """Reply to a dissent, once.

    Raises:
        NotAllowed, AssessmentNotFound, NotAsked: Not there, or not to be done.
        NotYourRole: The member took no role, or dissents.
        SaysTooLittle, AlreadyClosed, AnswerChanged: As they say.
    """
    assessment = locked(public_id, by=by)
    shown = queries.shown(assessment)
    found = next((one for one in shown.dissents if one.pk == dissent_id), None)
    if found is None:
        raise NotAsked(f"no dissent {dissent_id} in assessment {assessment.pk}")
    if hasattr(found, "reply"):
        raise AnswerChanged(f"dissent {dissent_id} has its reply")
    if found.said_by_id == by.pk:
        raise NotYourRole(f"member {by.pk} replies to the own dissent")
    made = _say(shown, found.about, text, to=found, by=by, at=at)
    facts: dict[str, Any] = {"about": found.about, "role": made.role}
    record("assessment.reply", actor=by, target=assessment, at=at, **facts)
    return made


@transaction.atomic
def view(public_id: UUID, *, by: Member, at: datetime) -> Shown:
    """Open an assessment; that is recorded.

    Raises:
        NotAllowed, AssessmentNotFound: Not there, or not to be seen.
    """
    access.require(by, "assessment.work")
    found = queries.get(public_id, member=by)
    record("assessment.view", actor=by, target=found, at=at)
    return queries.shown(found)


@transaction.atomic
def export(public_id: UUID, *, with_names: bool, by: Member, at: datetime) -> Shown:
    """Take an assessment out as a file; that is recorded.

    Raises:
        NotAllowed, AssessmentNotFound: Not there, or not to be seen.
    """
    access.require(by, "assessment.work")
    found = queries.get(public_id, member=by)
    record("assessment.export", actor=by, target=found, at=at, with_names=with_names)
    return queries.shown(found)


def locked(public_id: UUID, *, by: Member) -> Assessment:
    """Return an assessment that nobody else changes until the transaction ends.

    Raises:
        NotAllowed, AssessmentNotFound: Not there, or not to be done.
    """
    access.require(by, "assessment.work")
    found = queries.get(public_id, member=by)
    Assessment.objects.select_for_update(no_key=True).get(pk=found.pk)
    return queries.get(public_id, member=by)


def must_be_open(assessment: Assessment) -> None:
    """Return when answers may still be given.

    Raises:
        AlreadyClosed: Two people closed it.
    """
    if not assessment.is_open:
        raise AlreadyClosed(f"assessment {assessment.pk} is closed")


def _take(assessment: Assessment, taken: Taken, *, by: Member, at: datetime) -> Part:
    if taken.role not in Role.values:
        raise NotAsked(f"no role {taken.role[:40]}")
    if taken.role == Role.ACCOUNTABLE and ACCOUNTABLE.isdisjoint(by.roles):
        raise NotYourRole(f"member {by.pk} does not answer for the unit")
    values = {"interest": taken.interest.strip(), "taken_at": at}
    made, is_new = Part.objects.get_or_create(
        assessment=assessment, member=by, role=taken.role, defaults=values
    )
    if is_new:
        facts: dict[str, Any] = {"role": taken.role, "has_interest": bool(made.interest)}
        record("assessment.take_role", actor=by, target=assessment, at=at, **facts)
    return made


def _say(
    shown: Shown,
    about: str,
    text: str,
    *,
    to: Dissent | None = None,
    by: Member,
    at: datetime,
) -> Dissent:
    must_be_open(shown.assessment)
    roles = shown.roles_of(by)
    if not roles:
        raise NotYourRole(f"member {by.pk} took no role")
    if not text.strip():
        raise SaysTooLittle("a dissent without words")
    return Dissent.objects.create(
        assessment=shown.assessment,
        about=about,
        text=text.strip(),
        role=roles[0],
        said_by=by,
        said_at=at,
        replies_to=to,
    )
