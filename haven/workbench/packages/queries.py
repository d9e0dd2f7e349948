"""Which keys, packages and receipts may be seen, and by whom a package may be confirmed.

In      the member who asks, or a case that was looked up with the member
Out     identities, partners, hand-overs, what was received
Fails   PartnerNotFound, HandOverNotFound, NothingReceived: not there, or not to be seen
Not     here: changing anything (actions.py, partner_actions.py, receiving.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count

from haven.web.errors import NotFound
from haven.web.keyset import Window, window
from haven.workbench.analysis import item_queries as items
from haven.workbench.analysis import queries as analysis
from haven.workbench.analysis import vault
from haven.workbench.authority import queries as authority
from haven.workbench.cases import queries as cases
from haven.workbench.packages import identities, vocabulary
from haven.workbench.packages.envelope import Keys
from haven.workbench.packages.models import (
    HandOver,
    Identity,
    Partner,
    Receipt,
    ReceivedRow,
    ReceivedView,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from haven.accounts.models import Agency, Member
    from haven.workbench.analysis.models import Item
    from haven.workbench.authority.models import Authority
    from haven.workbench.cases.models import Case
    from haven.workbench.packages.vocabulary import Row

STATE = HandOver.State
RECEIPT = Receipt.State
_ON_A_PAGE = 50
_NAMED = 10_000  # things whose names are looked up for a page
_ABOUT_ONE = 200  # rows that a package may show of one item


class PartnerNotFound(NotFound):
    """No such agency among those that the member's agency checked."""

    code = "package.partner_not_found"


class HandOverNotFound(NotFound):
    """No such package of the case."""

    code = "package.not_found"


class NothingReceived(NotFound):
    """The case did not come in a package, or holds no such row or view."""

    code = "package.nothing_received"


@dataclass(frozen=True, slots=True)
class Own:
    """The identity of an agency as its page shows it."""

    identity: Identity
    fingerprint: str
    text: str  # to be given to others


def identity(agency_pk: int) -> Identity | None:
    """Return the identity of an agency, or None where it has none yet."""
    return Identity.objects.filter(agency=agency_pk).select_related("agency", "made_by").first()


def own(agency: Agency) -> Own | None:
    """Return the identity of an agency with its fingerprint and its text.

    Raises:
        WrapperTrouble: The master key cannot be had.
    """
    found = identity(agency.pk)
    if found is None:
        return None
    private = identities.unwrap(found)
    told = identities.Told(agency.name, settings.HAVEN_RECORD_ORIGIN, private.keys)
    text = identities.text(told, private)
    return Own(found, identities.fingerprint(private.keys), text)


def partners(agency_pk: int, *, ended: bool = False) -> QuerySet[Partner]:
    """Return the agencies that an agency checked, by name."""
    found = Partner.objects.filter(agency=agency_pk).select_related("checked_by", "ended_by")
    return found if ended else found.filter(ended_at__isnull=True)


def partner(partner_id: UUID, *, agency_pk: int) -> Partner:
    """Return an agency that was checked and not ended.

    Raises:
        PartnerNotFound: There is none.
    """
    found = partners(agency_pk).filter(public_id=partner_id).first()
    if found is None:
        raise PartnerNotFound("no such partner of this agency")
    return found


def fingerprint(found: Partner) -> str:
    """Return the digits that were compared."""
    keys = Keys(bytes(found.sealing), bytes(found.signing))
    return identities.fingerprint(keys)


def bases(case: Case, *, at: datetime) -> list[Authority]:
    """Return the legal bases on which a case may be handed over: valid, and for all of it."""
    found = authority.valid(case.pk, authority.POWER.SHARE, at=at)
    return list(found.filter(whole_case=True))


def hand_overs(case: Case) -> QuerySet[HandOver]:
    """Return the packages of a case, the latest first."""
    return HandOver.objects.filter(case=case).select_related(
        "partner", "authority__own_kind", "asked_by", "confirmed_by"
    )


def hand_over(case: Case, hand_over_id: UUID) -> HandOver:
    """Return one package of a case.

    Raises:
        HandOverNotFound: Not in this case.
    """
    found = hand_overs(case).filter(public_id=hand_over_id).first()
    if found is None:
        raise HandOverNotFound(f"no such hand-over in case {case.pk}")
    return found


def may_ask(case: Case) -> bool:
    """Tell whether the member for whom a case was looked up may ask for a package of it."""
    return cases.allows(case, "work") and cases.allows(case, "lead")


def may_confirm(case: Case, found: HandOver, member: Member) -> bool:
    """Tell whether a member may be the second person: another one, who works on the case."""
    return (
        found.state == STATE.ASKED
        and found.asked_by_id != member.pk
        and cases.allows(case, "work")
    )


def may_withdraw(case: Case, found: HandOver, member: Member) -> bool:
    """Tell whether a member may withdraw a package that waits."""
    mine = found.asked_by_id == member.pk or cases.allows(case, "lead")
    return found.state == STATE.ASKED and mine and cases.allows(case, "work")


def receipt(case: Case) -> Receipt | None:
    """Return from where a case came; None where it was opened here."""
    return (
        Receipt.objects.filter(case=case)
        .select_related("partner__checked_by", "received_by")
        .first()
    )


def tables(found: Receipt) -> list[tuple[str, int]]:
    """Return which tables a package had, with their rows, in the order of the vocabulary."""
    counted = dict(
        ReceivedRow.objects.filter(receipt=found)
        .order_by()
        .values_list("table")
        .annotate(n=Count("pk"))
    )
    return [(name, counted[name]) for name in vocabulary.TABLES if counted.get(name)]


def rows(case: Case, table: str, after: str | None) -> Window[ReceivedRow]:
    """Return a page of a table as its sender said it.

    Raises:
        NothingReceived: There is no such table.
    """
    if table not in vocabulary.TABLES:
        raise NothingReceived(f"no table of that name in case {case.pk}")
    found = ReceivedRow.objects.filter(case=case, table=table)
    return window(found, order=("id",), after=after, size=_ON_A_PAGE)


def about_item(case: Case, sha256: str) -> dict[str, list[Row]]:
    """Return what a sender said of one content: table to rows, at most a few hundred."""
    found = ReceivedRow.objects.filter(case=case, item_sha256=sha256)[:_ABOUT_ONE]
    said: dict[str, list[Any]] = {}
    for row in found:
        said.setdefault(row.table, []).append(row.said)
    return said


def names(case: Case) -> dict[tuple[str, str], str]:
    """Return what the sender called the things that rows name by an id: table, id to name."""
    fields = {"exhibits": "label", "persons": "name", "leads": "what", "decisions": "said"}
    found = ReceivedRow.objects.filter(case=case, table__in=fields)
    return {(row.table, row.said["id"]): row.said[fields[row.table]] for row in found[:_NAMED]}


def here(case: Case, sha256: str) -> Item | None:
    """Return the item with a digest that was found here, or None."""
    return items.items(case).filter(sha256=sha256).first()


def digest_of(case: Case, item_pk: int) -> str:
    """Return the SHA-256 of an item that was found here.

    Raises:
        ItemNotFound: Not in this case.
    """
    return items.item(case, item_pk).sha256


def is_received(case: Case, sha256: str) -> bool:
    """Tell whether a sender said anything of a content."""
    return ReceivedRow.objects.filter(case=case, item_sha256=sha256).exists()


def view_of(case: Case, sha256: str) -> ReceivedView | None:
    """Return the view of a received item, or None where none came."""
    return ReceivedView.objects.filter(case=case, item_sha256=sha256).first()


def view(case_id: UUID, item_sha256: str, *, member: Member) -> bytes:
    """Return the JPEG of the masked view that was made here of a received item.

    Raises:
        CaseNotFound, NothingReceived, DerivativeDamaged: Not there or not to be seen, or the
            member asked not to see this content.
    """
    case = cases.get(case_id, member=member)
    found, same = view_of(case, item_sha256), here(case, item_sha256)
    is_kept = same is not None and any(keeps(member, same.pk) for keeps in analysis.kept_from)
    if found is None or not found.sha256 or is_kept:
        raise NothingReceived(f"no view of that item in case {case.pk}")
    return vault.get(case_id, found.sha256)
