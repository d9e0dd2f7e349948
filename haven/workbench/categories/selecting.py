"""Selecting: which items a category is given to at once, looked at before it is done.

In      a case; a Selection: chosen items, one and its near duplicates, a group of faces, a
        folder, an exhibit
Out     Look: the items that would change, and what would be left alone
Fails   ItemNotFound, GroupNotFound, ExhibitNotFound: not in this case. WrongSelection
Why     the preview and the act ask the same question, and a fingerprint shows whether the
        answer is still the same
Not     here: doing it (actions.py)

Exact duplicates need no selection: the same content is one item, however often it lay there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from haven.web.errors import BadInput
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis import item_queries as items
from haven.workbench.categories.models import Batch, Verdict
from haven.workbench.evidence import queries as evidence

if TYPE_CHECKING:
    from haven.workbench.analysis.models import Item
    from haven.workbench.cases.models import Case

NEAR_AT_ONCE = 500  # near duplicates of one item; beyond, what looks alike is looked at in parts
How = Batch.How


class WrongSelection(BadInput):
    """It is not said which items are meant."""

    code = "category.wrong_selection"
    words = _("Say which items are meant.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which items are meant."""

    how: str  # a word of How
    chosen: Sequence[int] = ()
    item: int | None = None
    group: str = ""
    exhibit: UUID | None = None
    path: str = ""  # a folder of the exhibit, without a slash at its end
    over: bool = False  # also those that have another category
    seen: str = ""  # fingerprint of what was shown; empty: nothing was shown before


@dataclass(frozen=True, slots=True)
class Look:
    """What a selection comes to."""

    item_pks: list[int]  # that would get the category, rising
    n_same: int  # have it already
    n_other: int  # have another one; left alone unless the selection says otherwise
    n_found: int
    fingerprint: str = field(default="")


def look(
    case: Case,
    selection: Selection,
    scheme_pk: int | None,
    code: str,
    *,
    hidden: Collection[int] = (),
) -> Look:
    """Return what giving a category to a selection would do.

    Args:
        case: The case.
        selection: Which items.
        scheme_pk: The case's copy of the scheme; None: nobody used it yet.
        code: The category.
        hidden: Items that are left alone and not counted: a second look must not tell.

    Raises:
        ItemNotFound, GroupNotFound, ExhibitNotFound, WrongSelection: See above.
    """
    found = sorted(set(_found(case, selection)).difference(hidden))
    stands = _codes(scheme_pk, found) if len(found) < _MANY else _codes_of_all(scheme_pk)
    same = [pk for pk in found if stands.get(pk) == code]
    other = [pk for pk in found if stands.get(pk) not in (None, code)]
    left = set(same) if selection.over else {*same, *other}
    wanted = [pk for pk in found if pk not in left]
    said = ",".join(f"{pk}:{stands.get(pk, '')}" for pk in found)
    fingerprint = hashlib.sha256(f"{code}|{selection.over}|{said}".encode()).hexdigest()[:32]
    return Look(wanted, len(same), len(other), len(found), fingerprint)


def shown(case: Case, item_pks: Sequence[int]) -> list[Item]:
    """Return items for a preview, in the order given."""
    rows = items.items(case).filter(pk__in=item_pks).defer("steps_ms", "pdq").in_bulk()
    return [rows[pk] for pk in item_pks if pk in rows]


_MANY = 5000  # above it one scan of the scheme costs less than a list of keys


def _found(case: Case, selection: Selection) -> Sequence[int]:
    """Return the keys of the items that are meant.

    Raises:
        WrongSelection: Nothing is said, or something unknown.
    """
    if selection.how == How.CHOSEN:
        return _chosen(case, selection.chosen)
    if selection.how == How.NEAR and selection.item is not None:
        item = items.item(case, selection.item)
        near = items.near_duplicates(item, most=NEAR_AT_ONCE)
        return [item.pk, *(one.pk for one in near)]
    if selection.how == How.GROUP and selection.group:
        group = faces.group(case, selection.group)
        return list(items.with_faces_of(case, group).values_list("pk", flat=True))
    if selection.how in (How.FOLDER, How.EXHIBIT) and selection.exhibit:
        exhibit = evidence.of_case(case).filter(public_id=selection.exhibit).first()
        if exhibit is None:
            raise evidence.ExhibitNotFound(f"no such exhibit in case {case.pk}")
        folder = selection.path.strip("/") if selection.how == How.FOLDER else ""
        if selection.how == How.FOLDER and (not folder or "\0" in folder):
            raise WrongSelection("no folder is said")
        return list(items.below(case, exhibit, folder).values_list("pk", flat=True))
    raise WrongSelection("a selection says nothing")


def _chosen(case: Case, pks: Sequence[int]) -> list[int]:
    """Return chosen items of a case.

    Raises:
        ItemNotFound: One is not in this case.
    """
    found = list(items.items(case).filter(pk__in=set(pks)).values_list("pk", flat=True))
    if len(found) < len(set(pks)):
        raise items.ItemNotFound(f"{len(set(pks)) - len(found)} items are not in case {case.pk}")
    return found


def _codes(scheme_pk: int | None, pks: Sequence[int]) -> dict[int, str]:
    """Return the codes that stand on items, by the item's key."""
    rows = Verdict.objects.filter(scheme=scheme_pk, item__in=pks, stands=True)
    return dict(rows.values_list("item_id", "code")) if scheme_pk else {}


def _codes_of_all(scheme_pk: int | None) -> dict[int, str]:
    """Return all codes that stand in a scheme, by the item's key."""
    rows = Verdict.objects.filter(scheme=scheme_pk, stands=True)
    return dict(rows.values_list("item_id", "code")) if scheme_pk else {}
