"""Flagging: a member asks for one more look at what everyone reads; a curator hides or leaves it.

In      who, when, a published report or what a maker said; why; what a curator decides
Out     a flag; a hidden report or saying, or one that stays; on the record what was done
Fails   ReportNotFound, SayingNotFound, NotAllowed; FlagsOwn, NoReason, FlaggedBefore;
        HiddenBefore, ReportDecided, OwnReport, SameCurator, OwnFlag, CuratorTied, AnswerMissing
Why     a curator overlooks things too; one may hide at once, and to leave what was flagged takes
        one who did not let it through
Not     here: an objection of the author to it (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.audit.actions import record
from haven.hub.experience import queries, telling
from haven.hub.experience.actions import OwnReport, ReportDecided, SameCurator
from haven.hub.experience.models import Flag, Report, Saying
from haven.web.errors import BadInput, Conflict

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from haven.accounts.models import Member
    from haven.hub.experience.deciding import Decision


class FlagsOwn(Conflict):
    """Nobody flags their own words."""

    code = "flag.own_words"
    words = _("You wrote this yourself.")


class NoReason(BadInput):
    """A flag without a word."""

    code = "flag.no_reason"
    words = _("Say what a curator should look at.")


class FlaggedBefore(Conflict):
    """A member flags a thing once."""

    code = "flag.there"
    words = _("You flagged this before.")


class OwnFlag(Conflict):
    """Who flagged it does not decide."""

    code = "flag.own"
    words = _("You flagged this. Another curator decides on it.")


class HiddenBefore(Conflict):
    """Another curator was quicker."""

    code = "saying.hidden"
    words = _("This is hidden already.")


@transaction.atomic
def flag_report(public_id: UUID, why: str, *, by: Member, at: datetime) -> Flag:
    """Ask curators to look again at a published report; once for each member.

    Raises:
        ReportNotFound: Not there, or not published.
        FlagsOwn, NoReason, FlaggedBefore: As they say.
    """
    found = _held_report(public_id, by)
    if found.state != Report.State.PUBLISHED:
        raise queries.ReportNotFound("a report that is not published")
    if found.written_by_id == by.pk:
        raise FlagsOwn(f"member {by.pk} wrote report {found.pk}")
    made = _flag(Flag(report=found), why, by, at)
    record("experience.flag", actor=by, target=found, at=at)
    return made


@transaction.atomic
def flag_saying(public_id: UUID, why: str, *, by: Member, at: datetime) -> Flag:
    """Ask curators to look at what a maker said; once for each member.

    Raises:
        SayingNotFound: Not there, or hidden, or said to something that is not published.
        FlagsOwn, NoReason, FlaggedBefore: As they say.
    """
    found = _held_saying(public_id)
    if not queries.is_read_by_all(found):
        raise queries.SayingNotFound("a saying that is not read by all")
    if found.said_by_id == by.pk or queries.speaks_for(by, found.maker_id):
        raise FlagsOwn(f"member {by.pk} speaks for maker {found.maker_id}")
    made = _flag(Flag(saying=found), why, by, at)
    record("saying.flag", actor=by, target=found, at=at)
    return made


@transaction.atomic
def settle_report(public_id: UUID, decision: Decision, *, by: Member, at: datetime) -> Report:
    """Hide a published report, flagged or not; or leave one that was flagged as it is.

    Raises:
        NotAllowed: `by` is no curator.
        ReportNotFound, ReportDecided, OwnReport, OwnFlag, SameCurator, CuratorTied,
        AnswerMissing: As they say.
    """
    access.require(by, "catalogue.curate")
    found = _held_report(public_id, by)
    flags = Flag.objects.filter(report=found, closed_at=None)
    if found.state != Report.State.PUBLISHED or (decision.accepts and not flags.exists()):
        raise ReportDecided(f"report {found.pk} is {found.state}")
    if found.written_by_id == by.pk:
        raise OwnReport(f"member {by.pk} wrote report {found.pk}")
    _require_another(flags, by)
    if decision.accepts and by.pk in (found.decided_by_id, found.second_by_id):
        raise SameCurator(f"member {by.pk} decided on report {found.pk} before")
    decision.require()
    flags.update(closed_by=by, closed_at=at, led_to_hiding=not decision.accepts)
    if decision.accepts:
        record("experience.leave", actor=by, target=found, at=at)
        return found
    found.state, found.hidden_by, found.hidden_at = Report.State.HIDDEN, by, at
    found.hidden_because = decision.answer.strip()
    found.save(update_fields=["state", "hidden_by", "hidden_at", "hidden_because"])
    record("experience.hide", actor=by, target=found, at=at, reason=found.hidden_because)
    telling.decided(found.written_by_id, at=at)
    return found


@transaction.atomic
def settle_saying(public_id: UUID, decision: Decision, *, by: Member, at: datetime) -> Saying:
    """Hide what a maker said, flagged or not; or leave what was flagged as it is.

    Raises:
        NotAllowed: `by` is no curator.
        SayingNotFound, HiddenBefore, OwnFlag, CuratorTied, AnswerMissing: As they say.
    """
    access.require(by, "catalogue.curate")
    found = _held_saying(public_id)
    flags = Flag.objects.filter(saying=found, closed_at=None)
    if found.hidden_by_id is not None:
        raise HiddenBefore(f"saying {found.pk} is hidden")
    if decision.accepts and not flags.exists():
        raise ReportDecided(f"no flag waits on saying {found.pk}")
    _require_another(flags, by)
    decision.require()
    flags.update(closed_by=by, closed_at=at, led_to_hiding=not decision.accepts)
    if decision.accepts:
        record("saying.leave", actor=by, target=found, at=at)
        return found
    found.hidden_by, found.hidden_at = by, at
    found.hidden_because = decision.answer.strip()
    found.save(update_fields=["hidden_by", "hidden_at", "hidden_because"])
    record("saying.hide", actor=by, target=found, at=at, reason=found.hidden_because)
    telling.decided(found.said_by_id, at=at, is_maker=True)
    return found


def _flag(made: Flag, why: str, by: Member, at: datetime) -> Flag:
    """Keep a flag.

    Raises:
        NoReason, FlaggedBefore: As they say.
    """
    if not why.strip():
        raise NoReason(f"member {by.pk} flagged without a word")
    made.why, made.flagged_by, made.flagged_at = why.strip(), by, at
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise FlaggedBefore(f"member {by.pk} flagged it before") from error
    return made


def _require_another(flags: QuerySet[Flag], by: Member) -> None:
    """Return if none of the flags is the curator's own.

    Raises:
        OwnFlag: One is.
    """
    if flags.filter(flagged_by=by).exists():
        raise OwnFlag(f"member {by.pk} flagged it")


def _held_report(public_id: UUID, by: Member) -> Report:
    """Return a report nobody else can decide on meanwhile."""
    seen = queries.report(public_id, member=by)
    return Report.objects.select_for_update().get(pk=seen.pk)


def _held_saying(public_id: UUID) -> Saying:
    """Return what a maker said, which nobody else can decide on meanwhile."""
    seen = queries.saying(public_id)
    return Saying.objects.select_for_update().get(pk=seen.pk)
