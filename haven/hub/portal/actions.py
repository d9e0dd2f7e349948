"""What becomes of a tool that a maker submits: refused by a rule, checked, published.

In      who, when, what the maker says
Out     a submission; in the end an entry of the catalogue, with the maker's words as claims
Fails   MakersAlone, NotAnEntry, BadClaim; SubmissionNotFound, NotAllowed; SubmissionDecided,
        SameCurator, DecidedBefore, ObjectsToNothing, NoSuchRule, CuratorTied, AnswerMissing
Why     one curator looks whether the published criteria hold, another one publishes; nobody
        pays, and what a rule refuses is refused with the rule named
Not     here: corrections of an entry (hub/catalogue), answers (hub/experience)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from haven.accounts import access, names
from haven.audit.actions import record
from haven.hub.catalogue import adding
from haven.hub.experience import queries as voices
from haven.hub.experience import speaking, telling
from haven.hub.portal import queries
from haven.hub.portal.models import Submission
from haven.web.errors import BadInput, Conflict

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.hub.catalogue.models import Tool
    from haven.hub.experience.deciding import Decision

State = Submission.State
Claim = adding.Claim


class MakersAlone(BadInput):
    """A maker describes the own tool."""

    code = "submission.makers_alone"
    words = _("Makers alone submit a tool. Tell a curator of one that is missing.")


class BadClaim(BadInput):
    """Something has to be read somewhere."""

    code = "submission.no_source"
    words = _("Name at least one thing that the tool does, and where it can be read.")


class NotForThem(BadInput):
    """A member speaks for the own makers."""

    code = "submission.another_maker"
    words = _("You do not speak for that maker.")


class SubmissionDecided(Conflict):
    """Somebody decided, or it was taken back."""

    code = "submission.decided"
    words = _("Somebody decided on this in the meantime, or it was taken back.")


class SameCurator(Conflict):
    """Another curator publishes."""

    code = "submission.same_curator"
    words = _("You checked this one. Another curator publishes it.")


class DecidedBefore(Conflict):
    """After an objection somebody else looks."""

    code = "submission.decided_before"
    words = _("You decided on this before. Another curator looks at it now.")


class ObjectsToNothing(BadInput):
    """An objection without a word."""

    code = "submission.objects_to_nothing"
    words = _("Say what is wrong with the decision.")


class NoSuchRule(BadInput):
    """The rules name none of the kind."""

    code = "submission.no_such_rule"
    words = _("The rules of the catalogue name no such rule.")


@dataclass(frozen=True, slots=True)
class Told:
    """What a maker says of a tool."""

    values: Mapping[str, Any]  # by field of the catalogue
    claims: Sequence[Claim]
    rules_met: Collection[str]  # rules of refusal of which the maker says that they apply
    maker: str = ""  # one of the makers spoken for; empty: the provider itself


@dataclass(frozen=True, slots=True)
class Check:
    """What a curator found when reading a submission by the rules."""

    holds: Collection[str]  # criteria
    rule: str  # of refusal that applies; empty: none


@transaction.atomic
def submit(told: Told, *, by: Member, at: datetime) -> Submission:
    """Submit a tool. What a rule refuses by the maker's own words is refused at once.

    Raises:
        MakersAlone, NotForThem, BadClaim, NoSuchRule: As they say.
        NotAnEntry: A field does not fit the catalogue.
    """
    if not access.allows(by, "portal.provide"):
        raise MakersAlone(f"member {by.pk} is no provider")
    maker, country = _maker(told.maker, by)
    met = [slug for slug in queries.refusals() if slug in told.rules_met]
    if len(met) != len(set(told.rules_met)):
        raise NoSuchRule("a rule of refusal that is not in the file")
    if not any(one.source for one in told.claims):
        raise BadClaim("a submission without a source")
    adding.preview(told.values, maker)
    made = Submission.objects.create(
        agency=by.agency,
        maker=maker,
        country=country,
        name=str(told.values["name"]),
        entry=dict(told.values),
        claims=[{"says": one.says, "source": one.source} for one in told.claims],
        rules_met=met,
        submitted_by=by,
        submitted_at=at,
        state=State.REFUSED if met else State.WAITING,
        rule=met[0] if met else "",
        decided_at=at if met else None,
    )
    record("submission.make", actor=by, target=made, at=at)
    if met:
        record("submission.refuse_by_rule", actor=by, target=made, at=at, rule=met[0])
    return made


@transaction.atomic
def withdraw(public_id: UUID, *, by: Member, at: datetime) -> Submission:
    """Take back what the own provider submitted.

    Raises:
        SubmissionNotFound: Not there, or another provider's.
        SubmissionDecided: It is published, refused or taken back.
    """
    found = _held(public_id, by)
    is_theirs = access.allows(by, "portal.provide") and found.agency_id == by.agency_id
    if not is_theirs:
        raise queries.SubmissionNotFound("another provider's submission")
    if found.state not in (State.WAITING, State.CHECKED):
        raise SubmissionDecided(f"submission {found.pk} is {found.state}")
    found.state = State.WITHDRAWN
    found.save(update_fields=["state"])
    record("submission.withdraw", actor=by, target=found, at=at)
    return found


@transaction.atomic
def object_to(public_id: UUID, why: str, *, by: Member, at: datetime) -> Submission:
    """Have a curator who did not decide look at a refused submission; once.

    Raises:
        SubmissionNotFound: Not there, or another provider's.
        SubmissionDecided: It is not refused, or was objected to before.
        ObjectsToNothing: No reason.
    """
    found = _held(public_id, by)
    if not access.allows(by, "portal.provide") or found.agency_id != by.agency_id:
        raise queries.SubmissionNotFound("another provider's submission")
    if found.state != State.REFUSED or found.objection:
        raise SubmissionDecided(f"submission {found.pk} is {found.state}")
    if not why.strip():
        raise ObjectsToNothing(f"an objection to submission {found.pk} without a word")
    found.state, found.objection, found.objected_at = State.WAITING, why.strip(), at
    found.save(update_fields=["state", "objection", "objected_at"])
    record("submission.object", actor=by, target=found, at=at)
    return found


@transaction.atomic
def check(
    public_id: UUID, said: Check, decision: Decision, *, by: Member, at: datetime
) -> Submission:
    """Read a submission by the rules: all criteria hold, or it is refused by what does not.

    Raises:
        NotAllowed: `by` is no curator.
        SubmissionNotFound, SubmissionDecided, DecidedBefore, NoSuchRule, CuratorTied,
        AnswerMissing: As they say.
    """
    access.require(by, "catalogue.curate")
    found = _held(public_id, by)
    if found.state != State.WAITING:
        raise SubmissionDecided(f"submission {found.pk} is {found.state}")
    if found.objection and by.pk in (found.decided_by_id, found.checked_by_id):
        raise DecidedBefore(f"member {by.pk} decided on submission {found.pk} before")
    if said.rule and said.rule not in queries.refusals():
        raise NoSuchRule("a rule of refusal that is not in the file")
    found.missed = [slug for slug in queries.criteria() if slug not in said.holds]
    decision = replace(decision, accepts=decision.accepts and not (said.rule or found.missed))
    decision.require()
    found.checked_by, found.checked_at = by, at
    found.answer, found.rule = decision.answer.strip(), said.rule
    if decision.accepts:
        found.state = State.CHECKED
        record("submission.check", actor=by, target=found, at=at)
    else:
        _refuse(found, by, at)
    found.save()
    return found


@transaction.atomic
def publish(public_id: UUID, decision: Decision, *, by: Member, at: datetime) -> Submission:
    """Take a checked tool into the catalogue, or refuse it after all; by another curator.

    Raises:
        NotAllowed: `by` is no curator.
        SubmissionNotFound, SubmissionDecided, SameCurator, DecidedBefore, CuratorTied,
        AnswerMissing: As they say.
        NotAnEntry: The catalogue has changed and a field fits no longer.
    """
    access.require(by, "catalogue.curate")
    found = _held(public_id, by)
    if found.state != State.CHECKED:
        raise SubmissionDecided(f"submission {found.pk} is {found.state}")
    if found.checked_by_id == by.pk:
        raise SameCurator(f"member {by.pk} checked submission {found.pk}")
    if found.objection and found.decided_by_id == by.pk:
        raise DecidedBefore(f"member {by.pk} decided on submission {found.pk} before")
    decision.require()
    found.answer = decision.answer.strip() or found.answer
    if decision.accepts:
        found.tool = _add(found, by, at)
        found.state, found.decided_by, found.decided_at = State.PUBLISHED, by, at
        record("submission.publish", actor=by, target=found, at=at, tool=found.tool.pk)
        telling.decided(found.submitted_by_id, at=at, is_maker=True)
    else:
        _refuse(found, by, at)
    found.save()
    return found


def _add(found: Submission, by: Member, at: datetime) -> Tool:
    """Add the tool with what its maker claims, and have the provider speak for the maker."""
    day = timezone.localdate(found.submitted_at).isoformat()
    own = Claim(f"What this entry says was written by its maker on {day}, to be checked")
    claims = [Claim(one["says"], one["source"]) for one in found.claims]
    tool = adding.add(found.entry, [*claims, own], maker=found.maker, country=found.country, at=at)
    speaking.tie(found.agency_id, tool.maker_id, by=by, at=at)
    return tool


def _refuse(found: Submission, by: Member, at: datetime) -> None:
    """Refuse a submission; its answer and its rule are set."""
    found.state, found.decided_by, found.decided_at = State.REFUSED, by, at
    record(
        "submission.refuse", actor=by, target=found, at=at, reason=found.answer, rule=found.rule
    )
    telling.decided(found.submitted_by_id, at=at, is_maker=True)


def _maker(chosen: str, by: Member) -> tuple[str, str]:
    """Return name and country of the maker of a tool that a member submits.

    Raises:
        NotForThem: The member does not speak for the one that was chosen.
    """
    if not chosen:
        with translation.override("en"):  # the catalogue's own language
            return by.agency.name, names.country(by.agency.country)
    maker = voices.makers(by).filter(name=chosen).first()
    if maker is None:
        raise NotForThem(f"member {by.pk} speaks for another maker")
    return maker.name, maker.country


def _held(public_id: UUID, by: Member) -> Submission:
    """Return a submission nobody else can decide on meanwhile."""
    seen = queries.one(public_id, member=by)
    return Submission.objects.select_for_update(of=("self",)).get(pk=seen.pk)
