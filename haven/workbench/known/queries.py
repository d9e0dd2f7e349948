"""Which lists an agency has, and what they know of the items of a case.

In      a member or a case that was looked up with one
Out     lists; hits of an item with every list's own words; marks for tiles; counts; conditions
Fails   ListNotFound: not there, or not of the member's agency
Why     a hit keeps all lists that have the item, with their verdicts: a disagreement is shown,
        never settled by the program (R-HASH-6)
Not     here: looking up (looking.py)
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haven.web.errors import NotFound
from haven.workbench.categories import queries as categories
from haven.workbench.known import words
from haven.workbench.known.models import Hit, KnownList, Meaning, SetAside

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Item
    from haven.workbench.cases.models import Case
    from haven.workbench.categories.schemes import Scheme

KIND, STATE, CERTAINTY = KnownList.Kind, KnownList.State, Hit.Certainty
EXACT = (CERTAINTY.SAME_BYTES, CERTAINTY.TWO_DIGESTS, CERTAINTY.ONE_DIGEST)
SURE = (CERTAINTY.SAME_BYTES, CERTAINTY.TWO_DIGESTS)
ALERT, GOOD, NEAR, ANY, NONE = "alert", "good", "near", "any", "none"  # of the filter of items


class ListNotFound(NotFound):
    """No such list of the agency."""

    code = "known.not_found"


@dataclass(frozen=True, slots=True)
class Mark:
    """What lists know of an item, in short, for a tile."""

    alert: bool = False
    good: bool = False
    near: bool = False


@dataclass(frozen=True, slots=True)
class Saying:
    """One hit as a page shows it."""

    hit: Hit
    means: str = ""  # the category in the words of the list's scheme, where it was said
    code: str = ""  # of that scheme
    said: Sequence[tuple[object, object]] = ()
    is_set_aside: bool = False

    @property
    def is_weak(self) -> bool:
        """Return whether the hit rests on a digest with which collisions can be made."""
        return self.hit.certainty == CERTAINTY.ONE_DIGEST


@dataclass(frozen=True, slots=True)
class OnItem:
    """All that lists know of an item."""

    exact: list[Saying] = field(default_factory=list)
    near: list[Saying] = field(default_factory=list)
    contradicted: list[Saying] = field(default_factory=list)
    disagree: bool = False  # an alert list and one of known good files have it, or verdicts differ

    @property
    def parts(self) -> list[tuple[object, list[Saying]]]:
        """Return the hits by what they are worth, each with its heading."""
        return [
            (_("The same file"), self.exact),
            (_("Looks alike: a lead for a person"), self.near),
            (_("Not the same, though a digest agrees"), self.contradicted),
        ]

    def __bool__(self) -> bool:
        return bool(self.exact or self.near or self.contradicted)


def of_agency(agency_pk: int) -> QuerySet[KnownList]:
    """Return the lists of an agency, those that were taken out last."""
    rows = KnownList.objects.filter(agency=agency_pk).select_related("brought_by", "removed_by")
    return rows.order_by("removed_at", "-brought_at")


def get(list_id: UUID, *, member: Member) -> KnownList:
    """Return a list of the member's agency.

    Raises:
        ListNotFound: Not there.
    """
    found = of_agency(member.agency_id or 0).filter(public_id=list_id).first()
    if found is None:
        raise ListNotFound("no such list of this agency")
    return found


def in_use(agency_pk: int, *, on: date) -> QuerySet[KnownList]:
    """Return the lists that count on a day: taken in, not taken out, not over."""
    rows = KnownList.objects.filter(agency=agency_pk, state=STATE.READY)
    return rows.filter(Q(expires_on__isnull=True) | Q(expires_on__gte=on)).order_by("pk")


def set_aside(agency_pk: int) -> QuerySet[SetAside]:
    """Return the entries that are set aside now, the latest first."""
    rows = SetAside.objects.filter(agency=agency_pk, ended_at__isnull=True)
    return rows.select_related("known_list", "set_by").order_by("-set_at", "-pk")


def scheme_of(one: KnownList) -> Scheme | None:
    """Return the scheme of a list, or None where none is chosen or it is gone."""
    return next((s for s in categories.offered(one.agency_id) if s.ref == one.scheme), None)


def meanings(lists: Sequence[KnownList]) -> dict[tuple[int, str], str]:
    """Return what categories of lists mean: by list and text, the code in the list's scheme."""
    rows = Meaning.objects.filter(known_list__in=lists).values_list("known_list", "raw", "code")
    return {(pk, raw): code for pk, raw, code in rows}


def hits(case: Case) -> QuerySet[Hit]:
    """Return the hits of a case that count: of lists in use, not set aside."""
    on = timezone.localdate()
    rows = Hit.objects.filter(case=case, known_list__in=in_use(case.agency_id, on=on))
    return rows.exclude(Q(certainty=CERTAINTY.NEAR) & Q(_aside()))


def leads(case: Case, *, most: int) -> list[Hit]:
    """Return hits that may be leads: sure ones of alerts and own lists, then what looks alike."""
    rows = hits(case).exclude(known_list__kind=KIND.KNOWN_GOOD).select_related("known_list")
    sure = rows.filter(certainty__in=SURE).order_by("item", "pk")[:most]
    near = rows.filter(certainty=CERTAINTY.NEAR).order_by("bits", "item", "pk")[:most]
    return [*sure, *near]


def newest(case: Case) -> int:
    """Return a number that grows with the hits of a case."""
    return Hit.objects.filter(case=case).order_by("-pk").values_list("pk", flat=True).first() or 0


def marks(case: Case, item_pks: Sequence[int]) -> dict[int, Mark]:
    """Return what lists know of items, in short, by the item's key."""
    told: dict[int, set[str]] = defaultdict(set)
    rows = (
        hits(case).filter(item__in=item_pks).values_list("item", "certainty", "known_list__kind")
    )
    for item, certainty, kind in rows:
        if certainty in EXACT:
            told[item].add(kind)
        elif certainty == CERTAINTY.NEAR and kind != KIND.KNOWN_GOOD:
            told[item].add(NEAR)
    return {
        pk: Mark(KIND.ALERT in kinds, KIND.KNOWN_GOOD in kinds, NEAR in kinds)
        for pk, kinds in told.items()
    }


def on_item(case: Case, item: Item) -> OnItem:
    """Return all that lists know of an item; entries set aside are told as such."""
    on = timezone.localdate()
    rows = list(
        Hit.objects.filter(case=case, item=item, known_list__in=in_use(case.agency_id, on=on))
        .select_related("known_list")
        .order_by("known_list__name", "entry")
    )
    lists = [one.known_list for one in rows]
    means = meanings(lists)
    schemes = {one.ref: one for one in categories.offered(case.agency_id)} if lists else {}
    aside = set(
        SetAside.objects.filter(known_list__in=lists, ended_at__isnull=True).values_list(
            "known_list", "entry"
        )
    )
    found = OnItem()
    for hit in rows:
        code = means.get((hit.known_list_id, hit.category), "")
        scheme = schemes.get(hit.known_list.scheme)
        saying = Saying(
            hit,
            means=scheme.said(code) if scheme and code else "",
            code=code,
            said=words.said(hit.said.items()),
            is_set_aside=(hit.known_list_id, hit.entry) in aside,
        )
        _place(found, hit).append(saying)
    return OnItem(found.exact, found.near, found.contradicted, _disagree(found.exact))


def by_list(case: Case) -> QuerySet[KnownList]:
    """Return the lists in use with `n_exact` and `n_near`: how many items of a case they know."""
    rows = Hit.objects.filter(case=case, known_list=OuterRef("pk")).order_by()
    near = rows.filter(certainty=CERTAINTY.NEAR).exclude(_aside())

    def number(of: QuerySet[Hit]) -> Coalesce:
        counted = of.values("known_list").annotate(n=Count("item", distinct=True))
        return Coalesce(Subquery(counted.values("n")), 0)

    return in_use(case.agency_id, on=timezone.localdate()).annotate(
        n_exact=number(rows.filter(certainty__in=EXACT)), n_near=number(near)
    )


def having(case: Case, choice: str) -> Q | None:
    """Return the condition of items for a choice of the filter; None for no condition."""
    if choice not in (ALERT, GOOD, NEAR, ANY, NONE):
        return None
    rows = hits(case).filter(item=OuterRef("pk"))
    if choice in (ANY, NONE):
        rows = rows.filter(certainty__in=EXACT)
        return Q(Exists(rows)) if choice == ANY else ~Q(Exists(rows))
    return Q(Exists(rows.filter(_of(choice))))


def condition(case: Case) -> Callable[[str], Q | None] | None:
    """Return what makes a condition of a choice, or None where the agency has no list."""
    return partial(having, case) if has_lists(case.agency_id) else None


def known(case: Case) -> Q:
    """Return the condition of entries of the queue whose items a list knows for sure."""
    rows = hits(case).filter(item=OuterRef("item"), certainty__in=SURE)
    return Q(Exists(rows.filter(known_list__kind__in=[KIND.ALERT, KIND.KNOWN_GOOD])))


def has_lists(agency_pk: int) -> bool:
    """Tell whether an agency has a list in use."""
    return in_use(agency_pk, on=timezone.localdate()).exists()


def _aside() -> Exists:
    """Return the condition of hits whose entry is set aside."""
    return Exists(
        SetAside.objects.filter(
            known_list=OuterRef("known_list"), entry=OuterRef("entry"), ended_at__isnull=True
        )
    )


def _of(choice: str) -> Q:
    """Return the condition of hits for a choice of the filter."""
    if choice == ALERT:
        return Q(certainty__in=EXACT, known_list__kind=KIND.ALERT)
    if choice == GOOD:
        return Q(certainty__in=EXACT, known_list__kind=KIND.KNOWN_GOOD)
    return Q(certainty=CERTAINTY.NEAR) & ~Q(known_list__kind=KIND.KNOWN_GOOD)


def _place(found: OnItem, hit: Hit) -> list[Saying]:
    """Return the list of an item's hits that one belongs to."""
    if hit.certainty == CERTAINTY.NEAR:
        return found.near
    return found.contradicted if hit.certainty == CERTAINTY.CONTRADICTED else found.exact


def _disagree(exact: Sequence[Saying]) -> bool:
    """Tell whether lists say different things of the same bytes."""
    kinds = {one.hit.known_list.kind for one in exact}
    if {KIND.ALERT, KIND.KNOWN_GOOD} <= kinds:
        return True
    said: dict[str, set[str]] = defaultdict(set)
    for one in exact:
        if one.code:
            said[one.hit.known_list.scheme].add(one.code)
    return any(len(codes) > 1 for codes in said.values())
