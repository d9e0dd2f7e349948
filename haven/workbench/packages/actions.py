"""Handing a case over: asking, agreeing as a second person, fetching the file.

In      what a member asks for
Out     changed rows; after the second person, a job for the worker
Fails   CaseNotFound, NotAllowed, PartnerNotFound, HandOverNotFound; NoKeys, NotCovered,
        NotWaiting, SamePerson, NotReady, PackageGone
Why     what has left cannot be called back: two people, a legal basis that allows sharing, a
        reason, and each step on the record (R-LED-1)
Not     here: making the file (making.py), what comes from elsewhere (receiving.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import Conflict, NotAllowed
from haven.workbench.authority import queries as authority
from haven.workbench.cases import queries as cases
from haven.workbench.cases import queueing
from haven.workbench.packages import queries, storing
from haven.workbench.packages.models import HandOver

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case
    from haven.workbench.cases.sealing import Reader

MAKE = "packages.make"


class NoKeys(Conflict):
    """The agency has no keys to sign with."""

    code = "package.no_keys"
    words = _("Your agency has no keys for handing over yet. Its administrator makes them.")


class NotCovered(authority.NoAuthority):
    """No valid authority allows sharing the whole case."""

    code = "package.no_authority"
    words = _(
        "No valid authority covers sharing the whole case with others. Enter the legal basis "
        "under “Authority” first."
    )


class SamePerson(NotAllowed):
    """Handing over takes two people."""

    code = "package.same_person"
    words = _("Handing over takes two people. Who asked for it cannot agree to it as well.")


class NotWaiting(Conflict):
    """The hand-over was decided or withdrawn."""

    code = "package.not_waiting"
    words = _("This was already decided or withdrawn.")


class NotReady(Conflict):
    """There is no file to fetch."""

    code = "package.not_ready"
    words = _("There is no file to fetch. It is not made yet, or it was erased.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a member asks to hand over, to whom and on which basis."""

    partner: UUID
    authority: UUID
    reason: str
    with_views: bool = True
    with_notes: bool = True


@transaction.atomic
def ask(case_id: UUID, asked: Asked, *, by: Member, at: datetime) -> HandOver:
    """Ask that a case be handed over; it waits for a second person.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked: `by` does not lead an open case he can see.
        NoKeys: The agency has none.
        PartnerNotFound: No such agency was checked.
        NotCovered: The authority is none that allows sharing the whole case today.
        ReasonMissing: No reason.
    """
    case = _case_to_ask(case_id, by)
    if queries.identity(case.agency_id) is None:
        raise NoKeys(f"agency {case.agency_id} has no identity")
    basis = next(
        (one for one in queries.bases(case, at=at) if one.public_id == asked.authority), None
    )
    if basis is None:
        raise NotCovered(f"no authority of case {case.pk} allows to share it")
    made = HandOver(
        case=case,
        partner=queries.partner(asked.partner, agency_pk=case.agency_id),
        authority=basis,
        reason=asked.reason.strip(),
        with_views=asked.with_views,
        with_notes=asked.with_notes,
        asked_by=by,
        asked_at=at,
    )
    made.save(force_insert=True)
    _record("package.ask", made, by=by, at=at, reason=made.reason)
    return made


@transaction.atomic
def confirm(case_id: UUID, hand_over_id: UUID, *, by: Member, at: datetime) -> HandOver:
    """Agree as the second person; from now on the worker makes the file.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked, HandOverNotFound: Not there, or not to be done.
        SamePerson: `by` asked for it.
        NotWaiting: It was decided or withdrawn.
        NotCovered: The authority ended since.
        PartnerNotFound: The recipient was ended since.
    """
    case, one = _held(case_id, hand_over_id, by)
    if one.asked_by_id == by.pk:
        raise SamePerson(f"member {by.pk} asked for hand-over {one.pk}")
    if one.authority_id not in {basis.pk for basis in queries.bases(case, at=at)}:
        raise NotCovered(f"authority {one.authority_id} does not cover sharing any more")
    queries.partner(one.partner.public_id, agency_pk=case.agency_id)
    one.state, one.confirmed_by, one.confirmed_at = queries.STATE.MAKING, by, at
    one.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    _record("package.confirm", one, by=by, at=at)
    queue(one)
    return one


@transaction.atomic
def withdraw(case_id: UUID, hand_over_id: UUID, *, by: Member, at: datetime) -> None:
    """Withdraw a hand-over that waits.

    Raises:
        CaseNotFound, CaseLocked, HandOverNotFound: Not there, or not to be done.
        NotAllowed: `by` neither asked for it nor leads the case.
        NotWaiting: It was decided or withdrawn.
    """
    case, one = _held(case_id, hand_over_id, by)
    if not queries.may_withdraw(case, one, by):
        raise NotAllowed(f"member {by.pk} did not ask for hand-over {one.pk}")
    one.state = queries.STATE.WITHDRAWN
    one.save(update_fields=["state"])
    _record("package.withdraw", one, by=by, at=at)


@transaction.atomic
def fetch(
    case_id: UUID, hand_over_id: UUID, *, by: Member, at: datetime
) -> tuple[HandOver, Reader]:
    """Take the file of a hand-over out; each time is recorded before the first byte leaves.

    Raises:
        CaseNotFound, NotAllowed, HandOverNotFound: Not there, or not to be done.
        NotReady: There is none.
        PackageGone: It is not on the disk any more.
    """
    case = cases.get(case_id, member=by, to="work")
    one = queries.hand_over(case, hand_over_id)
    if one.state != queries.STATE.READY or (one.keep_until and one.keep_until <= at):
        raise NotReady(f"hand-over {one.pk} is {one.state}")
    _record("package.fetch", one, by=by, at=at, reason=one.reason)
    return one, storing.opened(case_id, hand_over_id)


@transaction.atomic
def erase_old(*, at: datetime) -> int:
    """Erase the files of packages whose time is over; return how many."""
    over = HandOver.objects.filter(state=queries.STATE.READY, keep_until__lte=at)
    done = 0
    for one in over.select_related("case").select_for_update(of=("self",)):
        storing.erase(one.case.public_id, one.public_id)
        one.state = queries.STATE.ERASED
        one.save(update_fields=["state"])
        record(
            "package.erase",
            actor=None,
            target=one,
            case_id=one.case_id,
            agency_id=one.case.agency_id,
            at=at,
        )
        done += 1
    return done


def take_up() -> int:
    """Queue again what was agreed to and is not made; return how many."""
    return sum(queue(one) for one in HandOver.objects.filter(state=queries.STATE.MAKING))


def queue(one: HandOver) -> bool:
    """Queue the job of a hand-over; tell whether it was not queued already."""
    return queueing.once(MAKE, queue="packages", lock=f"make-{one.pk}", hand_over_pk=one.pk)


def _case_to_ask(case_id: UUID, by: Member) -> Case:
    """Return an open case that a member leads."""
    cases.get(case_id, member=by, to="work")
    return cases.get(case_id, member=by, to="lead")


def _held(case_id: UUID, hand_over_id: UUID, by: Member) -> tuple[Case, HandOver]:
    """Return a hand-over that waits, held until the transaction ends.

    Raises:
        NotWaiting: It was decided or withdrawn.
    """
    case = cases.get(case_id, member=by, to="work")
    seen = queries.hand_over(case, hand_over_id)
    one = HandOver.objects.select_for_update().get(pk=seen.pk)
    if one.state != queries.STATE.ASKED:
        raise NotWaiting(f"hand-over {one.pk} is {one.state}")
    return case, one


def _record(verb: str, one: HandOver, *, by: Member, at: datetime, reason: str = "") -> None:
    """Put a step on the record."""
    record(
        verb,
        actor=by,
        target=one,
        case_id=one.case_id,
        at=at,
        reason=reason,
        partner=one.partner_id,
        authority=one.authority_id,
        with_views=one.with_views,
        with_notes=one.with_notes,
    )
