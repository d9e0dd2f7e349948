"""Which schemes a case uses, which verdicts stand, and what they add up to.

In      a case that was looked up with the member; items, schemes, codes
Out     schemes in use, standing verdicts by item, histories, counts, conditions for the grid
Fails   SchemeNotFound, BatchNotFound: not of this case, or not in use
Why     "not reviewed" is that no verdict stands; it is asked for, never stored
Not     here: giving a verdict (actions.py), choosing which items (selecting.py)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haven.accounts import queries as accounts
from haven.web.errors import NotFound
from haven.workbench.categories import blinding, schemes
from haven.workbench.categories.models import (
    Batch,
    CaseScheme,
    DefaultScheme,
    OwnScheme,
    Verdict,
)

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Item, Occurrence
    from haven.workbench.cases.models import Case
    from haven.workbench.evidence.models import Exhibit

HOW = Batch.How
ANY, NONE = "any", "none"  # of a filter: some verdict stands, or none does
SUPERSEDED_SHOWN = 50
FOLDERS_SHOWN = 3


class SchemeNotFound(NotFound):
    """No such scheme of the agency, or none in use in the case."""

    code = "scheme.not_found"
    words = _("This scheme is not in use in this case.")


class BatchNotFound(NotFound):
    """No such batch in the case."""

    code = "batch.not_found"


@dataclass(frozen=True, slots=True)
class InUse:
    """A scheme in which verdicts can be given in a case."""

    scheme: schemes.Scheme
    pk: int | None  # of the case's copy; None: the agency's default, which nobody used yet


@dataclass(frozen=True, slots=True)
class Label:
    """A verdict as a page shows it: never a bare code."""

    verdict: Verdict
    code: str
    words: str
    colour: str
    scheme: str  # its name

    @property
    def by(self) -> str:
        """Return whose judgement it is."""
        return self.verdict.of.given_by.display_name


@dataclass(frozen=True, slots=True)
class Judging:
    """The scheme in which verdicts are given on a page, and the others in use."""

    pk: int | None
    ref: str
    title: str
    codes: Sequence[schemes.Line]
    others: Sequence[schemes.Scheme]


@dataclass(frozen=True, slots=True)
class Filters:
    """What the grid can be narrowed to by verdicts."""

    case: Case
    member: Member
    choices: Sequence[tuple[str, str]]  # empty: the case never had a scheme
    judges: Sequence[tuple[int, str]]

    def having(self, verdict: str, *, by: int | None) -> Q | None:
        """Return the condition of a choice, or None for no condition.

        Items that the member judges a second time count as not reviewed: a filter must not
        tell what the page of an item keeps back.
        """
        if not verdict and by is None:
            return None
        hidden = blinding.hidden(self.case, self.member, at=timezone.now())
        return having(self.case, verdict, by=by, hidden=hidden)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many items of a case have a category."""

    code: str
    words: str
    colour: str
    count: int
    share: float  # of all items of the case, 0 to 100
    closes: bool = False
    note: str = ""


def own(agency_pk: int, *, retired: bool = False) -> QuerySet[OwnScheme]:
    """Return the newest version of each scheme an agency made."""
    newest = OwnScheme.objects.filter(agency=agency_pk).order_by("key", "-version")
    found = OwnScheme.objects.filter(pk__in=newest.distinct("key").values("pk"))
    found = found if retired else found.filter(retired_at__isnull=True)
    return found.select_related("made_by")


def offered(agency_pk: int) -> list[schemes.Scheme]:
    """Return the schemes that a case of an agency can choose: its own, then Haven's."""
    return [*(one.scheme for one in own(agency_pk)), *schemes.shipped()]


def default(agency_pk: int) -> schemes.Scheme | None:
    """Return the scheme with which cases of an agency begin, or None."""
    key = DefaultScheme.objects.filter(agency=agency_pk).values_list("key", flat=True).first()
    return next((one for one in offered(agency_pk) if one.key == key), None)


def schemes_of(case: Case) -> QuerySet[CaseScheme]:
    """Return every scheme that was ever in use in a case, in the order of choosing."""
    return CaseScheme.objects.filter(case=case).select_related("chosen_by")


def in_use(case: Case) -> list[InUse]:
    """Return the schemes in which verdicts can be given in a case, the main one first.

    A case that never chose begins with the default of its agency, if there is one.
    """
    chosen = list(schemes_of(case))
    if not chosen:
        found = default(case.agency_id)
        return [InUse(found, None)] if found else []
    return [InUse(one.scheme, one.pk) for one in chosen if one.dropped_at is None]


def current(case: Case, ref: str = "") -> InUse | None:
    """Return the scheme in use with a name such as "uk@1"; without one, the main one."""
    found = in_use(case)
    return next((one for one in found if one.scheme.ref == ref), found[0] if found else None)


def judging(case: Case, ref: str = "") -> Judging | None:
    """Return what a page needs on which verdicts are given; None where no scheme is in use."""
    found = in_use(case)
    one = next((one for one in found if one.scheme.ref == ref), found[0] if found else None)
    if one is None:
        return None
    scheme = one.scheme
    others = [other.scheme for other in found if other is not one]
    return Judging(one.pk, scheme.ref, scheme.title, scheme.lines, others)


def standing(found: InUse | Judging | None, item_pks: Sequence[int]) -> dict[int, Label]:
    """Return the verdicts that stand on items in one scheme, by the item's key."""
    if found is None or found.pk is None:
        return {}
    rows = Verdict.objects.filter(scheme=found.pk, item__in=item_pks, stands=True)
    rows = rows.select_related("scheme", "given_by", "restores__given_by")
    return {one.item_id: label(one) for one in rows}


def label(verdict: Verdict) -> Label:
    """Return a verdict with the words of its scheme."""
    scheme = verdict.scheme.scheme
    code = scheme.get(verdict.code)
    colour = code.colour if code else "plain"
    return Label(verdict, verdict.code, scheme.said(verdict.code), colour, scheme.title)


def history(item: Item) -> list[Label]:
    """Return every verdict ever given on an item, the latest first."""
    rows = Verdict.objects.filter(item=item).select_related(
        "scheme", "given_by", "restores__given_by", "undoes", "batch", "superseded_by__given_by"
    )
    return [label(one) for one in rows]


def verdicts(case: Case) -> QuerySet[Verdict]:
    """Return every verdict of a case, in no order yet."""
    return Verdict.objects.filter(case=case).select_related(
        "scheme", "given_by", "restores__given_by"
    )


def standing_verdicts(case: Case, scheme_pk: int | None) -> QuerySet[Verdict]:
    """Return the verdicts of a case that stand in a scheme; of no scheme, none."""
    return verdicts(case).filter(scheme=scheme_pk, stands=True)


def superseded(case: Case, *, of: Member) -> list[Label]:
    """Return verdicts of a member that a colleague changed since, the latest first."""
    rows = (
        Verdict.objects.filter(case=case, given_by=of, superseded_by__isnull=False, code__gt="")
        .exclude(superseded_by__given_by=of)
        .select_related("scheme", "given_by", "restores__given_by", "superseded_by__given_by")
        .order_by("-superseded_by__pk")
    )
    return [label(one) for one in rows[:SUPERSEDED_SHOWN]]


def tallies_of(found: CaseScheme, *, n_items: int) -> list[Tally]:
    """Return the same of a scheme that was ever chosen, in use or not; see tallies()."""
    return tallies(InUse(found.scheme, found.pk), n_items=n_items)


def tallies(found: InUse, *, n_items: int) -> list[Tally]:
    """Return how many items have each category of a scheme, then how many have none.

    Args:
        found: A scheme in use.
        n_items: Items of the case; what is left of them is not reviewed.
    """
    rows = Verdict.objects.filter(scheme=found.pk, stands=True) if found.pk else None
    counted = dict(rows.values_list("code").annotate(n=Count("pk")).order_by()) if rows else {}
    result = [
        Tally(
            code=one.code,
            words=one.said,
            colour=one.colour,
            count=counted.get(one.code, 0),
            share=_share(counted.get(one.code, 0), n_items),
            closes=one.closes,
            note=one.note,
        )
        for one in found.scheme.lines
    ]
    left = max(0, n_items - sum(counted.values()))
    return [*result, Tally("", str(_("Not reviewed")), "", left, _share(left, n_items))]


def filters(case: Case, *, member: Member) -> Filters:
    """Return what the grid of a case can be narrowed to by verdicts."""
    offered = choices(case)
    judged = judges(case, member=member) if offered else []  # no scheme, no verdict, no judge
    return Filters(case, member, offered, [(one.pk, one.display_name) for one in judged])


def judges(case: Case, *, member: Member) -> list[Member]:
    """Return the colleagues of a member who gave verdicts in a case, by name."""
    given = Verdict.objects.filter(case=case, given_by=OuterRef("pk"))
    return list(accounts.all_of_agency(member).filter(Exists(given)))


def having(case: Case, verdict: str, *, by: int | None = None, hidden: Collection[int] = ()) -> Q:
    """Return the condition that items of a case fulfil to have a verdict.

    Args:
        case: The case.
        verdict: "" or ANY, NONE, or "uk@1:A"; "uk@1:" is none in that scheme.
        by: Key of the member whose verdict it must be.
        hidden: Items whose verdicts do not count.
    """
    rows = Verdict.objects.filter(case=case, item=OuterRef("pk"), stands=True)
    rows = rows.exclude(item__in=hidden) if hidden else rows
    if by is not None:
        rows = rows.filter(Q(given_by=by, restores__isnull=True) | Q(restores__given_by=by))
    ref, colon, code = verdict.rpartition(":")
    if colon:
        key, _at, version = ref.rpartition("@")
        rows = rows.filter(scheme__key=key, scheme__version=version)
        rows = rows.filter(code=code) if code else rows
    is_none = verdict == NONE or (bool(colon) and not code)
    return ~Q(Exists(rows)) if is_none else Q(Exists(rows))


def choices(case: Case) -> list[tuple[str, str]]:
    """Return what the grid can be narrowed to, as having() takes it, with words."""
    found = [(one.scheme, one.dropped_at) for one in schemes_of(case)]
    several = len(found) > 1
    result = [(NONE, str(_("not reviewed"))), (ANY, str(_("with a category")))] if found else []
    for scheme, _dropped in found:
        before = f"{scheme.title}: " if several else ""
        result += [
            (f"{scheme.ref}:{one.code}", f"{before}{one.code} · {scheme.said(one.code)}")
            for one in scheme.codes
        ]
        if several:
            result.append((f"{scheme.ref}:", f"{before}{_('not reviewed')}"))
    return result


def closed(case: Case) -> Q:
    """Return the condition of items with a category after which nothing is to be done."""
    wanted = Q(pk__in=())
    for one in schemes_of(case):
        wanted |= Q(scheme=one, code__in=one.scheme.closing())
    return Q(Exists(Verdict.objects.filter(wanted, item=OuterRef("pk"), stands=True)))


def folders(paths: Sequence[Occurrence]) -> list[tuple[Exhibit, str]]:
    """Return the folders in which paths lie, the first few, each once."""
    found = {(one.exhibit, one.path.rpartition("/")[0]): None for one in paths if "/" in one.path}
    return list(found)[:FOLDERS_SHOWN]


def batches(case: Case) -> QuerySet[Batch]:
    """Return the batches of a case, the latest first."""
    return Batch.objects.filter(case=case).select_related("scheme", "given_by", "undone_by")


def batch(case: Case, batch_id: UUID) -> Batch:
    """Return one batch of a case.

    Raises:
        BatchNotFound: Not in this case.
    """
    found = batches(case).filter(public_id=batch_id).first()
    if found is None:
        raise BatchNotFound(f"no such batch in case {case.pk}")
    return found


def last_of(case: Case, member: Member) -> Verdict | None:
    """Return the last verdict a member gave in a case and nobody took back, or None."""
    return (
        Verdict.objects.filter(case=case, given_by=member, undoes__isnull=True)
        .filter(undone_by__isnull=True, batch__undone_at__isnull=True)
        .select_related("scheme", "batch")
        .order_by("-pk")
        .first()
    )


def kept_of(found: Batch) -> list[int]:
    """Return the items of an undone batch that were changed since and stayed as they are."""
    rows = Verdict.objects.filter(batch=found, undone_by__isnull=True).order_by("item")
    return list(rows.values_list("item", flat=True))


def _share(part: int, whole: int) -> float:
    """Return a part in percent."""
    return 100.0 * part / whole if whole else 0.0
