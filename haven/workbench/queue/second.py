"""Second looks: a random sample of what was judged, judged once more without knowing it.

In      a case, how large a share, who, when; a second person's category; the lead's decision
Out     samples, second looks, and for the lead a verdict that supersedes the first
Fails   CaseNotFound, NotAllowed, CaseLocked, LookNotFound, CodeNotFound; NothingToDraw, NotYours,
        NotDifferent, WrongShare
Why     the draw is by digests of a seed that is kept, so anybody can draw it again. What the
        second says is no verdict and changes none: only the lead settles, by a verdict
Not     here: how well two people agree (agreement.py)
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import secrets
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict
from haven.workbench.cases import queries as cases
from haven.workbench.categories import actions as categories_actions
from haven.workbench.categories import blinding
from haven.workbench.categories import queries as categories
from haven.workbench.queue import queries
from haven.workbench.queue.models import Sample, SecondLook

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case

DEFAULT_PERCENT = 5
HELD_MIN = 30  # minutes that a member has for one item
_ROWS = 1000  # written in one statement


class NothingToDraw(Conflict):
    """No verdict is there that was not drawn before."""

    code = "second_look.nothing_to_draw"
    words = _("There is no verdict that was not drawn before.")


class WrongShare(BadInput):
    """A share is a whole number of percent."""

    code = "second_look.wrong_share"
    words = _("A share is between 1 and 100 percent.")


class NotYours(Conflict):
    """The member does not have this item now."""

    code = "second_look.not_yours"
    words = _("You do not have this item any more. Take the next one.")


class NotDifferent(Conflict):
    """There is nothing to settle."""

    code = "second_look.not_different"
    words = _("There is nothing to settle: both gave the same, or it was settled already.")


@transaction.atomic
def draw(case_id: UUID, *, share: int, by: Member, at: datetime) -> Sample:
    """Draw a share of the verdicts that stand in the main scheme, none of them twice.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked: `by` does not lead an open case he can see.
        WrongShare, NothingToDraw: As they say.
    """
    case = cases.get(case_id, member=by, to="work")
    cases.get(case_id, member=by, to="lead")
    scheme = categories.current(case)
    if not 1 <= share <= 100:
        raise WrongShare(f"a share of {share} percent")
    rows = categories.standing_verdicts(case, scheme.pk if scheme else None)
    drawn = SecondLook.objects.filter(case=case).values("item")
    found = list(rows.exclude(item__in=drawn).order_by("pk"))
    if scheme is None or scheme.pk is None or not found:
        raise NothingToDraw(f"no verdict left to draw in case {case.pk}")
    seed = secrets.token_hex(16)
    placed = sorted((_place(seed, one.pk), one) for one in found if one.pk)
    chosen = placed[: math.ceil(len(found) * share / 100)]
    made = Sample.objects.create(
        case=case,
        scheme_id=scheme.pk,
        share_percent=share,
        seed=seed,
        last_verdict=found[-1].pk,
        n_of=len(found),
        n_drawn=len(chosen),
        drawn_by=by,
        drawn_at=at,
    )
    SecondLook.objects.bulk_create(
        [
            SecondLook(
                case=case,
                sample=made,
                item_id=one.item_id,
                shuffle=place,
                first=one,
                first_by=one.of.given_by,
                first_code=one.code,
            )
            for place, one in chosen
        ],
        batch_size=_ROWS,
    )
    record(
        "queue.sample",
        actor=by,
        target=made,
        case_id=case.pk,
        at=at,
        share=share,
        seed=seed,
        of=len(found),
        drawn=len(chosen),
    )
    return made


@transaction.atomic
def take(case_id: UUID, *, by: Member, at: datetime) -> SecondLook | None:
    """Give a member the next item to judge a second time; None where none is left for them.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked: `by` may not work on a case he can see.
    """
    case = cases.get(case_id, member=by, to="work")
    until = at + dt.timedelta(minutes=HELD_MIN)
    found = queries.blind_to(case, by, at=at)
    if found is None:
        rows = queries.waiting_for(case, by, at=at).order_by("shuffle")
        found = rows.select_for_update(skip_locked=True, of=["self"]).first()
    if found is None:
        return None
    found.held_by, found.held_until = by, until
    found.save(update_fields=["held_by", "held_until"])
    blinding.hide(case, found.item_id, member=by, until=until)
    return found


@transaction.atomic
def give(
    case_id: UUID, look_id: UUID, *, code: str, reason: str = "", by: Member, at: datetime
) -> SecondLook:
    """Say which category a second person would give.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked, LookNotFound: `by` may not work on it.
        NotYours: Another one has it, or too long passed, or it was given.
        CodeNotFound: The scheme has no such category.
    """
    case = cases.get(case_id, member=by, to="work")
    found = _held(case, look_id)
    is_mine = found.held_by_id == by.pk and found.held_until is not None and found.held_until > at
    if not is_mine or found.code:
        raise NotYours(f"second look {found.pk} is not with member {by.pk}")
    if found.first.scheme.scheme.get(code) is None:
        raise categories_actions.CodeNotFound("no such category")
    found.code, found.reason, found.given_by, found.given_at = code, reason.strip(), by, at
    found.held_by = found.held_until = None
    found.save()
    blinding.show(case, found.item_id, member=by, at=at)
    record(
        "queue.second_look",
        actor=by,
        target=found,
        case_id=case.pk,
        at=at,
        reason=reason.strip(),
        item=found.item_id,
        category=code,
    )
    return found


@transaction.atomic
def put_back(case_id: UUID, *, by: Member, at: datetime) -> None:
    """Let another member give the second look that one has now.

    Raises:
        CaseNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=by)
    found = queries.blind_to(case, by, at=at)
    if found is not None:
        found.held_by = found.held_until = None
        found.save(update_fields=["held_by", "held_until"])
        blinding.show(case, found.item_id, member=by, at=at)


@transaction.atomic
def settle(
    case_id: UUID, look_id: UUID, *, code: str, reason: str, by: Member, at: datetime
) -> SecondLook:
    """Settle a disagreement by a verdict that supersedes what stands.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked, LookNotFound: `by` does not lead the case.
        NotDifferent: Both gave the same, or it is settled.
        CodeNotFound, SchemeNotFound: Not in use any more.
    """
    case = cases.get(case_id, member=by, to="work")
    cases.get(case_id, member=by, to="lead")
    found = _held(case, look_id)
    if not found.code or found.code == found.first_code or found.settled_id:
        raise NotDifferent(f"second look {found.pk} is not to be settled")
    said = categories_actions.Judgement(
        scheme=found.first.scheme.scheme.ref, code=code, reason=reason
    )
    given = categories_actions.give(case_id, found.item_id, said, by=by, at=at)
    found.settled = given.verdicts[0]
    found.save(update_fields=["settled"])
    record(
        "queue.settle",
        actor=by,
        target=found,
        case_id=case.pk,
        at=at,
        reason=reason.strip(),
        item=found.item_id,
        verdict=found.settled.pk,
    )
    return found


def _held(case: Case, look_id: UUID) -> SecondLook:
    """Return a second look that nobody else changes until the transaction ends.

    Raises:
        LookNotFound: Not in this case.
    """
    pk = queries.look(case, look_id).pk
    SecondLook.objects.select_for_update().get(pk=pk)
    return queries.look(case, look_id)


def _place(seed: str, verdict_pk: int) -> str:
    """Return a verdict's place in a draw."""
    return hashlib.sha256(f"{seed} {verdict_pk}".encode()).hexdigest()[:32]
