"""Giving verdicts and taking them back.

In      a case, items by their keys, a scheme, a code, who, when, why
Out     verdicts and batches, final rows
Fails   CaseNotFound, NotAllowed, CaseLocked, ItemNotFound, SchemeNotFound, CodeNotFound,
        BatchNotFound; NothingChosen, TooMany, ChangedSince, NothingToUndo, CannotUndo
Why     one transaction each: check, supersede what stood, write, record. Verdicts of one scheme
        in a case come one after the other (a lock on the case's copy of it), so of two that
        come at once both are kept and the later one stands
Not     here: which items a batch is about (selecting.py), schemes (choosing.py)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict
from haven.workbench.analysis import item_queries as items
from haven.workbench.cases import queries as cases
from haven.workbench.categories import blinding, choosing, queries, selecting
from haven.workbench.categories.models import Batch, CaseScheme, Verdict

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case
    from haven.workbench.categories.selecting import Selection

AT_ONCE = 20_000  # items of one batch: some seconds of one transaction, bench/categorising.py
_ROWS = 1000  # written in one statement


class CodeNotFound(BadInput):
    """The scheme has no such category."""

    code = "category.not_found"
    words = _("This scheme has no such category.")


class NothingChosen(BadInput):
    """No item is left to give the category to."""

    code = "category.nothing_chosen"
    words = _("No item was left to categorise: choose some, or say that others may be changed.")


class TooMany(BadInput):
    """More items than are categorised at once."""

    code = "category.too_many"
    words = _("That is more than 20,000 items at once. Choose a smaller part.")


class ChangedSince(Conflict):
    """Not the items that were shown."""

    code = "category.changed_since"
    words = _("These are not the items any more that you were shown. Look again, then decide.")


class SecondLook(Conflict):
    """The member judges the item a second time, blind to the first verdict."""

    code = "category.second_look"
    words = _("You judge this item a second time: give your category on the page of second looks.")


class NothingToUndo(Conflict):
    """The member has given nothing in the case, or took all of it back."""

    code = "category.nothing_to_undo"
    words = _("There is no verdict of yours to take back.")


class CannotUndo(Conflict):
    """A later verdict stands on the item."""

    code = "category.cannot_undo"
    words = _("This cannot be taken back: a later verdict stands there, or it was undone already.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a member says: a category of a scheme, and why if they like."""

    scheme: str  # such as "uk@1"
    code: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What became of giving a category."""

    verdicts: list[Verdict]
    replaced: list[Verdict]  # of colleagues: what stood there before
    batch: Batch | None = None


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of taking something back."""

    item_pks: list[int]
    verdicts: list[Verdict]  # that stand now, of those items
    kept_pks: list[int]  # items of a batch that were changed since
    batch: Batch | None = None


@transaction.atomic
def give(case_id: UUID, item_pk: int, judgement: Judgement, *, by: Member, at: datetime) -> Given:
    """Give one item a category. One's own same verdict, given again, changes nothing.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked: `by` may not work on a case he can see.
        ItemNotFound, SchemeNotFound, CodeNotFound: Not of this case or scheme.
        SecondLook: `by` judges it a second time, and does so on the page for that.
    """
    case, scheme = _locked(case_id, judgement, by, at)
    item = items.item(case, item_pk)
    if item.pk in blinding.hidden(case, by, at=at):
        raise SecondLook(f"item {item.pk} is judged a second time by member {by.pk}")
    before = _standing(scheme, [item.pk]).get(item.pk)
    if before and before.code == judgement.code and before.of.given_by_id == by.pk:
        return Given([before], [])
    made = _write(case, scheme, [item.pk], judgement, by=by, at=at)
    record(
        "category.give",
        actor=by,
        target=made[0],
        case_id=case.pk,
        at=at,
        reason=judgement.reason,
        item=item.pk,
        scheme=judgement.scheme,
        category=judgement.code,
        superseded=before.pk if before else None,
    )
    return Given(made, [before] if before and before.of.given_by_id != by.pk else [])


@transaction.atomic
def give_many(
    case_id: UUID, selection: Selection, judgement: Judgement, *, by: Member, at: datetime
) -> Given:
    """Give many items a category as one batch that can be undone as one.

    Items that have the category already are left alone; those that have another one too,
    unless the selection says that they may be changed.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked, ItemNotFound, SchemeNotFound, CodeNotFound: As
            for one item.
        NothingChosen, TooMany: None is left, or more than AT_ONCE.
        ChangedSince: The selection was shown with other items or verdicts.
        SecondLook: One of those chosen is judged a second time by `by`.
    """
    case, scheme = _locked(case_id, judgement, by, at)
    hidden = blinding.hidden(case, by, at=at)
    if selection.how == queries.HOW.CHOSEN and not hidden.isdisjoint(selection.chosen):
        raise SecondLook(f"of {len(selection.chosen)} items some are judged a second time")
    found = selecting.look(case, selection, scheme.pk, judgement.code, hidden=hidden)
    if not found.item_pks:
        if selection.how == queries.HOW.CHOSEN and found.n_same:
            return Given([], [])  # each has it already, as one's own same verdict given again
        raise NothingChosen("no item is left to give a category to")
    if len(found.item_pks) > AT_ONCE:
        raise TooMany(f"{len(found.item_pks)} items at once")
    if selection.seen and selection.seen != found.fingerprint:
        raise ChangedSince("the items of a selection changed since it was shown")
    before = _standing(scheme, found.item_pks)
    batch = Batch.objects.create(
        case=case,
        scheme=scheme,
        code=judgement.code,
        how=selection.how,
        n_items=len(found.item_pks),
        reason=judgement.reason.strip(),
        given_by=by,
        given_at=at,
    )
    made = _write(case, scheme, found.item_pks, judgement, batch=batch, by=by, at=at)
    record(
        "category.batch",
        actor=by,
        target=batch,
        case_id=case.pk,
        at=at,
        reason=judgement.reason,
        how=selection.how,
        items=len(made),
        superseded=len(before),
        scheme=judgement.scheme,
        category=judgement.code,
    )
    replaced = [one for one in before.values() if one.of.given_by_id != by.pk]
    return Given(made, replaced, batch)


@transaction.atomic
def undo_last(case_id: UUID, *, by: Member, at: datetime) -> Undone:
    """Take back the last thing a member gave in a case: a verdict, or a whole batch.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked: `by` may not work on a case he can see.
        NothingToUndo: There is nothing of his to take back.
        CannotUndo: A colleague's later verdict stands there.
    """
    case = cases.get(case_id, member=by, to="work")
    last = queries.last_of(case, by)
    if last is None:
        raise NothingToUndo(f"member {by.pk} has nothing to take back in case {case.pk}")
    if last.batch is not None:
        return undo_batch(case_id, last.batch.public_id, by=by, at=at)
    scheme = _hold(last.scheme_id)
    stands = _standing(scheme, [last.item_id]).get(last.item_id)
    if stands is None or stands.of.pk != last.pk:
        raise CannotUndo(f"verdict {last.pk} does not stand")
    made = _take_back(case, [(last, stands)], by=by, at=at)
    record(
        "category.undo",
        actor=by,
        target=made[0],
        case_id=case.pk,
        at=at,
        item=last.item_id,
        scheme=scheme.scheme.ref,
        undone=last.pk,
        restored=made[0].restores_id,
    )
    return Undone([last.item_id], [one for one in made if one.stands], [])


@transaction.atomic
def undo_batch(case_id: UUID, batch_id: UUID, *, by: Member, at: datetime) -> Undone:
    """Bring back what was before a batch, but for items that were changed since.

    Any member who works on the case may: a batch is about many, and the record says who.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked: `by` may not work on a case he can see.
        BatchNotFound: Not in this case.
        CannotUndo: It was undone already.
    """
    case = cases.get(case_id, member=by, to="work")
    scheme = _hold(queries.batch(case, batch_id).scheme_id)
    batch = queries.batch(case, batch_id)  # again, now that nobody else can undo it
    if batch.undone_at is not None:
        raise CannotUndo(f"batch {batch.pk} was undone before")
    given = list(Verdict.objects.filter(batch=batch).order_by("pk"))
    stands = _standing(scheme, [one.item_id for one in given])
    pairs = [
        (one, stands[one.item_id])
        for one in given
        if one.item_id in stands and stands[one.item_id].of.pk == one.pk
    ]
    made = _take_back(case, pairs, by=by, at=at)
    done = {one.item_id for one in made}
    kept = [one.item_id for one in given if one.item_id not in done]
    batch.undone_by, batch.undone_at, batch.n_kept = by, at, len(kept)
    batch.save(update_fields=["undone_by", "undone_at", "n_kept"])
    record(
        "category.undo_batch",
        actor=by,
        target=batch,
        case_id=case.pk,
        at=at,
        items=len(made),
        kept=len(kept),
    )
    return Undone(sorted(done), [one for one in made if one.stands], kept, batch)


@transaction.atomic
def view(case_id: UUID, *, by: Member, at: datetime) -> Case:
    """Look at the verdicts of a case; that is recorded.

    Raises:
        CaseNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=by)
    record("category.view", actor=by, target=case, case_id=case.pk, at=at)
    return case


def _locked(
    case_id: UUID, judgement: Judgement, by: Member, at: datetime
) -> tuple[Case, CaseScheme]:
    """Return a case to work on and its copy of the scheme, which nobody else writes in now.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked: `by` may not work on a case he can see.
        SchemeNotFound, CodeNotFound: Not in use, or no category of it.
    """
    case = cases.get(case_id, member=by, to="work")
    found = next((one for one in queries.in_use(case) if one.scheme.ref == judgement.scheme), None)
    if found is None:
        raise queries.SchemeNotFound(f"no such scheme in use in case {case.pk}")
    if found.scheme.get(judgement.code) is None:
        raise CodeNotFound(f"scheme {found.scheme.ref} has no such category")
    pk = found.pk or choosing.use(case, found.scheme, by=by, at=at).pk
    return case, _hold(pk)


def _hold(scheme_pk: int) -> CaseScheme:
    """Return a case's scheme, held until the transaction ends."""
    return CaseScheme.objects.select_for_update(no_key=True).get(pk=scheme_pk)


def _standing(scheme: CaseScheme, item_pks: Sequence[int]) -> dict[int, Verdict]:
    """Return the verdicts that stand on items, by the item's key."""
    rows = Verdict.objects.filter(scheme=scheme, item__in=item_pks, stands=True)
    return {one.item_id: one for one in rows.select_related("given_by", "restores__given_by")}


def _write(  # noqa: PLR0913  # one place that writes verdicts
    case: Case,
    scheme: CaseScheme,
    item_pks: Sequence[int],
    judgement: Judgement,
    *,
    batch: Batch | None = None,
    by: Member,
    at: datetime,
) -> list[Verdict]:
    """Write verdicts that supersede what stands on the items."""
    before = _standing(scheme, item_pks)
    rows = [
        Verdict(
            case=case,
            item_id=pk,
            scheme=scheme,
            code=judgement.code,
            reason=judgement.reason.strip(),
            given_by=by,
            given_at=at,
            supersedes=before.get(pk),
            batch=batch,
        )
        for pk in item_pks
    ]
    return _replace(before.values(), rows)


def _take_back(
    case: Case, pairs: Sequence[tuple[Verdict, Verdict]], *, by: Member, at: datetime
) -> list[Verdict]:
    """Write what takes verdicts back: each with what stood before it, or with nothing.

    Args:
        case: The case.
        pairs: A verdict to take back, and the row that stands with its judgement.
        by: Who takes back.
        at: Now.
    """
    earlier = Verdict.objects.in_bulk(
        [given.supersedes_id for given, _stands in pairs if given.supersedes_id]
    )
    rows = []
    for given, stands in pairs:
        was = earlier.get(given.supersedes_id or 0)
        restored = was if was is not None and was.code else None
        origin = (restored.restores_id or restored.pk) if restored else None
        rows.append(
            Verdict(
                case=case,
                item_id=given.item_id,
                scheme_id=given.scheme_id,
                code=restored.code if restored else "",
                given_by=by,
                given_at=at,
                stands=restored is not None,
                supersedes=stands,
                undoes=given,
                restores_id=origin,
            )
        )
    return _replace([stands for _given, stands in pairs], rows)


def _replace(before: Collection[Verdict], rows: list[Verdict]) -> list[Verdict]:
    """Let verdicts stand no more and write those that take their place."""
    keys = [one.pk for one in before]
    for start in range(0, len(keys), _ROWS):
        Verdict.objects.filter(pk__in=keys[start : start + _ROWS]).update(stands=False)
    return Verdict.objects.bulk_create(rows, batch_size=_ROWS)
