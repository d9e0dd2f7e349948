"""Opening an item above faces, holding it, letting go; the background.

In      what a member asks for, in one session
Out     changed rows; the ledger and the record written before any byte is sent
Fails   CaseNotFound, ItemNotFound, NotAllowed, CaseLocked, AnalysisNotCovered; NoPicture,
        ReasonNeeded, FactorNeeded, SecondNeeded, ShownBefore, NotThisStep; RevealNotFound,
        HoldNotFound, OriginalClosed, ExposureOver
Why     one transaction each: check, count, record. Where that cannot be written, there is no
        picture (ADR-0024)
Not     here: decoding and drawing (analysis/originals.py), counting (wellbeing), asking a
        second person (asking.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict
from haven.workbench.analysis import actions as analysis
from haven.workbench.analysis import item_queries as items
from haven.workbench.analysis import originals
from haven.workbench.cases import queries as cases
from haven.workbench.reveals import lens, queries
from haven.workbench.reveals.models import PART, WHOLE, Choice, Hold, Reveal, SecondPerson
from haven.workbench.wellbeing import actions as ledger
from haven.workbench.wellbeing import handing, pauses, practising
from haven.workbench.wellbeing import queries as wellbeing

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Item
    from haven.workbench.cases.models import Case
    from haven.workbench.wellbeing.models import AgencyPolicy, Exposure

REVEAL_S = 600.0  # a reason holds for one sitting before one item; then it is given again
LENS_PX = 320  # long side of what a lens shows: its pixels at 1:1 where the original has them
SMALL_PX, LARGE_PX = 480, 1280  # window of the whole picture; small by default (hub.md 4.2)
VERBS = {PART: "reveal.part", WHOLE: "reveal.whole"}
HOW = wellbeing.HOW
_BY_HAND = frozenset({HOW.RELEASED, HOW.BLURRED})


class NoPicture(Conflict):
    """Nothing of this item can be opened."""

    code = "reveal.no_picture"
    words = _("There is no picture of this item that could be opened.")


class ReasonNeeded(BadInput):
    """The agency asks for a reason."""

    code = "reveal.reason_needed"
    words = _("Say briefly why you need to see more. The reason is kept on the record.")


class FactorNeeded(Conflict):
    """The agency asks for a second factor given lately."""

    code = "reveal.factor_needed"
    words = _("Give your second factor again, then open the picture.")


class SecondNeeded(Conflict):
    """The agency asks for two people."""

    code = "reveal.second_needed"
    words = _("Your agency asks for a second person before a whole picture is opened.")


class ShownBefore(Conflict):
    """The item is known; it is shown again only where that is asked for."""

    code = "reveal.shown_before"
    words = _("This is known already. Tick “Show it again” if you need to see it all the same.")


class PassedOn(Conflict):
    """The member asked not to see it."""

    code = "reveal.passed_on"
    words = _("You asked not to see this. Take that back first, if you want to see it after all.")


class LateNow(Conflict):
    """It is after the end of the day; whoever goes on says so."""

    code = "reveal.late"
    words = _("It is after the end of the day for looking. Tick “Go on all the same” if you must.")


class DayOver(Conflict):
    """The agency lets nothing be opened after the end of the day."""

    code = "reveal.day_over"
    words = _("It is after the end of the day for looking. Your agency opens nothing now.")


class NotThisStep(Conflict):
    """The reveal was opened for less."""

    code = "reveal.not_this_step"
    words = _("The picture is not open that far.")


@dataclass(frozen=True, slots=True)
class Who:
    """A member in one session at one moment."""

    member: Member
    session: str  # queries.session_of
    at: datetime
    has_fresh_factor: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for."""

    step: int  # PART or WHOLE
    reason: str = ""
    again: bool = False
    late: bool = False  # go on, though the day for looking is over


@transaction.atomic
def open_reveal(case_id: UUID, item_pk: int, asked: Asked, *, who: Who) -> Reveal:
    """Open an item up to a step for one sitting; its pixels are made ready by the worker.

    Raises:
        CaseNotFound, ItemNotFound, NotAllowed, CaseLocked: `who` may not work on it.
        AnalysisNotCovered: No valid authority covers looking at it.
        NoPicture, ReasonNeeded, FactorNeeded, SecondNeeded, ShownBefore: What is missing.
        LateNow, DayOver: It is after the end of the day.
        PracticeNeeded, FirstDays: The agency asks for practice, or for time, before.
    """
    case, item = item_of(case_id, item_pk, who)
    known = queries.known(item)
    second = _check(case, item, asked, who=who, is_known=bool(known))
    earlier = queries.live(item, member=who.member, session=who.session, at=who.at)
    if earlier is not None:
        _close(earlier, at=who.at)
    opened = originals.ask(item, keep_s=REVEAL_S, at=who.at)
    reveal = Reveal.objects.create(
        item=item,
        member=who.member,
        session=who.session,
        step=asked.step,
        reason=asked.reason.strip(),
        again=bool(known),
        second=second,
        opened=opened,
        asked_at=who.at,
        until=who.at + timedelta(seconds=REVEAL_S),
    )
    record(
        "reveal.open",
        actor=who.member,
        target=item,
        case_id=case.pk,
        at=who.at,
        reason=reveal.reason,
        reveal=reveal.pk,
        step=asked.step,
        again=reveal.again,
        late=pauses.is_late(wellbeing.policy(case.agency_id), who.at),
        second=second.decided_by_id if second is not None else None,
    )
    return reveal


@transaction.atomic
def begin(case_id: UUID, item_pk: int, reveal_id: UUID, *, step: int, who: Who) -> Exposure:
    """Begin to hold: from here on it is counted, and pictures may be asked for.

    Raises:
        CaseNotFound, ItemNotFound, NotAllowed, CaseLocked: `who` may not work on it.
        RevealNotFound: Not open in this session.
        NotThisStep: Opened for less. OriginalClosed: The pixels are not there.
    """
    case, item = item_of(case_id, item_pk, who)
    reveal = queries.get(reveal_id, item, member=who.member, session=who.session, at=who.at)
    if step not in VERBS or step > reveal.step:
        raise NotThisStep(f"reveal {reveal.pk} is open to step {reveal.step}, not {step}")
    if reveal.opened.state != originals.State.READY:
        raise originals.OriginalClosed(f"the pixels of reveal {reveal.pk} are not there")
    area = 1.0 if step == WHOLE else lens.area(_lens(reveal, 0.5, 0.5))
    exposure = ledger.begin(
        item,
        step=step,
        area=area,
        limit_s=wellbeing.policy(case.agency_id).reveal_max_s,
        by=who.member,
        at=who.at,
    )
    Hold.objects.create(reveal=reveal, exposure=exposure, step=step, began_at=who.at)
    record(
        VERBS[step],
        actor=who.member,
        target=item,
        case_id=case.pk,
        at=who.at,
        reason=reveal.reason,
        reveal=reveal.pk,
        hold=exposure.pk,
        area_permille=round(1000 * area),
    )
    return exposure


def picture(case_id: UUID, item_pk: int, hold_id: UUID, *, x: float, y: float, who: Who) -> bytes:
    """Count one picture and return it: the whole, or what lies under the lens.

    Args:
        case_id: Public id.
        item_pk: The item.
        hold_id: What begin() gave.
        x: Middle of the lens, 0 (left) to 1.
        y: Middle of the lens, 0 (top) to 1.
        who: Who holds.

    Raises:
        CaseNotFound, ItemNotFound, NotAllowed, CaseLocked, HoldNotFound: Not to be seen.
        ExposureOver: It was let go, or its time is over.
        OriginalClosed: The pixels are not there; what was held has ended.
    """
    case, item = item_of(case_id, item_pk, who)
    del case
    hold = queries.hold(hold_id, item, member=who.member, session=who.session)
    box = (0.0, 0.0, 1.0, 1.0) if hold.step == WHOLE else _lens(hold.reveal, x, y)
    likes = queries.choice(who.member)
    side_px = LENS_PX if hold.step == PART else LARGE_PX if likes.large else SMALL_PX
    ledger.sent(hold_id, area=lens.area(box), by=who.member, at=who.at)
    try:
        return originals.piece(
            hold.reveal.opened,
            box,
            side_px=side_px,
            drawing=likes.drawing,
            mark=(
                f"{who.member.username} {who.member.pk}",
                f"{who.at:%Y-%m-%d %H:%M:%S} UTC",
            ),
        )
    except originals.OriginalClosed:
        ledger.end(hold_id, how=HOW.SERVER, by=who.member, at=who.at)
        raise


def beat(case_id: UUID, item_pk: int, hold_id: UUID, *, who: Who) -> Exposure:
    """Note that it is still held; the row says whether it goes on.

    Raises:
        CaseNotFound, ItemNotFound, ExposureNotFound: Not to be seen any more.
    """
    _require_own(case_id, item_pk, hold_id, who)
    return ledger.beat(hold_id, by=who.member, at=who.at)


def end(case_id: UUID, item_pk: int, hold_id: UUID, *, how: str, who: Who) -> Exposure:
    """Let go; telling it twice changes nothing.

    Raises:
        CaseNotFound, ItemNotFound, ExposureNotFound: Not to be seen any more.
    """
    _require_own(case_id, item_pk, hold_id, who)
    told = how if how in (*_BY_HAND, HOW.IDLE, HOW.LIMIT, HOW.LOST) else HOW.LOST
    exposure, _now = ledger.end(hold_id, how=told, by=who.member, at=who.at)
    return exposure


def record_end(exposure: Exposure) -> None:
    """Put the end of a look at a part or a whole on the record, in its transaction."""
    if exposure.step not in VERBS:
        return
    member = exposure.member
    record(
        "reveal.end",
        actor=member if exposure.how in _BY_HAND else None,
        target=exposure,
        case_id=exposure.case_id,
        agency_id=member.agency_id,
        at=exposure.ended_at,
        hold=exposure.pk,
        step=exposure.step,
        how=exposure.how,
        pictures=exposure.n_sent,
    )


@transaction.atomic
def close(case_id: UUID, item_pk: int, reveal_id: UUID, *, who: Who) -> None:
    """Close a reveal: its pixels are erased; for more, a reason is given again.

    Raises:
        CaseNotFound, ItemNotFound, RevealNotFound: Not there or not to be seen.
    """
    item = items.item(cases.get(case_id, member=who.member), item_pk)
    reveal = queries.get(reveal_id, item, member=who.member, session=who.session, at=who.at)
    _close(reveal, at=who.at)


def choose(*, drawing: str, large: bool, by: Member) -> None:
    """Keep how a member likes originals drawn."""
    Choice.objects.update_or_create(
        member=by, defaults={"drawing": Choice.Drawing(drawing), "large": large}
    )


@transaction.atomic
def ask_background(
    case_id: UUID, item_pk: int, *, by: Member, at: datetime
) -> tuple[str, Exposure]:
    """Count and record that a member looks at a background; return the key to it.

    The share of the picture that people fill is not kept, so that all of it is counted.

    Raises:
        CaseNotFound, ItemNotFound: Not there or not to be seen.
        PassedOn: The member asked not to see it.
    """
    item = items.item(cases.get(case_id, member=by), item_pk)
    _require_not_passed(item, by)
    exposure = ledger.begin(item, step=wellbeing.STEP.BACKGROUND, area=1.0, by=by, at=at)
    return analysis.ask_background(case_id, item_pk, by=by, at=at), exposure


def item_of(case_id: UUID, item_pk: int, who: Who) -> tuple[Case, Item]:
    """Return an item that a member may open further.

    Raises:
        CaseNotFound, ItemNotFound, NotAllowed, CaseLocked: He may not.
        NoPicture: It was not, or could not be, looked at.
        PassedOn: The member asked not to see it.
    """
    case = cases.get(case_id, member=who.member, to="work")
    item = items.item(case, item_pk)
    if item.status != items.STATUS.DONE:
        raise NoPicture(f"item {item.pk} is {item.status}")
    _require_not_passed(item, who.member)
    return case, item


def _require_not_passed(item: Item, member: Member) -> None:
    """Return if the member did not ask not to see an item.

    Raises:
        PassedOn: The member did.
    """
    if handing.is_kept(member, item.pk):
        raise PassedOn(f"member {member.pk} asked not to see item {item.pk}")


def _require_own(case_id: UUID, item_pk: int, hold_id: UUID, who: Who) -> None:
    """Return if an exposure is this member's, of this item of this case.

    Raises:
        CaseNotFound, ItemNotFound, ExposureNotFound: It is not.
    """
    item = items.item(cases.get(case_id, member=who.member), item_pk)
    if wellbeing.get(hold_id, member=who.member).item_id != item.pk:
        raise wellbeing.ExposureNotFound("an exposure is of another item")


def _check(
    case: Case, item: Item, asked: Asked, *, who: Who, is_known: bool
) -> SecondPerson | None:
    """Return a colleague's yes, if one is asked for; all else that a step takes is there.

    Raises:
        NotThisStep, ReasonNeeded, FactorNeeded, SecondNeeded, ShownBefore: What is missing.
        LateNow, DayOver: It is after the end of the day.
        PracticeNeeded, FirstDays: The agency asks for practice, or for time, before.
    """
    policy, is_whole = wellbeing.policy(case.agency_id), asked.step == WHOLE
    if asked.step not in VERBS:
        raise NotThisStep(f"step {asked.step} is not opened like this")
    practising.require(policy, who.member, at=who.at)
    _require_day(policy, asked, who.at)
    wants_reason = policy.whole_needs_reason if is_whole else policy.part_needs_reason
    if wants_reason and not asked.reason.strip():
        raise ReasonNeeded(f"a reveal of item {item.pk} wants a reason")
    wants_factor = policy.whole_needs_factor if is_whole else policy.part_needs_factor
    if wants_factor and not who.has_fresh_factor:
        raise FactorNeeded(f"a reveal of item {item.pk} wants a fresh second factor")
    if is_known and not asked.again:
        raise ShownBefore(f"item {item.pk} is known")
    second = queries.agreed(item, member=who.member, at=who.at) if is_whole else None
    if is_whole and policy.whole_needs_two and second is None:
        raise SecondNeeded(f"a reveal of item {item.pk} wants a second person")
    return second


def _require_day(policy: AgencyPolicy, asked: Asked, at: datetime) -> None:
    """Return if it is not late, or if whoever asks goes on all the same and may.

    Raises:
        LateNow, DayOver: It is after the end of the day.
    """
    if not pauses.is_late(policy, at):
        return
    if policy.late_stops:
        raise DayOver(f"agency {policy.agency_id} opens nothing after the end of the day")
    if not asked.late:
        raise LateNow("it is after the end of the day")


def _close(reveal: Reveal, *, at: datetime) -> None:
    """End a reveal and erase its pixels."""
    reveal.closed_at = at
    reveal.save(update_fields=["closed_at"])
    originals.erase(reveal.opened)


def _lens(reveal: Reveal, x: float, y: float) -> lens.Box:
    """Return the box under the lens on a reveal."""
    opened = reveal.opened
    return lens.box(opened.width_px or 1, opened.height_px or 1, x, y)
