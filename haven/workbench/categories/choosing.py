"""Choosing schemes: an agency's own, its default, and those in use in a case.

In      what an administrator or the lead of a case asks for
Out     changed rows
Fails   NotAllowed, CaseNotFound, SchemeNotFound, OwnSchemeNotFound, SchemeWrong and its kinds
Why     check, change and record in one transaction; a changed scheme is another version, so
        that no verdict changes its meaning
Not     here: verdicts (actions.py)
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction

from haven.accounts import access
from haven.audit.actions import record
from haven.web.errors import NotFound
from haven.workbench.cases import queries as cases
from haven.workbench.categories import queries, schemes
from haven.workbench.categories.models import CaseScheme, DefaultScheme, OwnScheme

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case


class OwnSchemeNotFound(NotFound):
    """No such scheme of the member's agency."""

    code = "scheme.own_not_found"


@transaction.atomic
def make(  # what stands on the page, all by keyword
    *,
    name: str,
    source: str = "",
    codes: Iterable[schemes.Code],
    changes: str = "",
    by: Member,
    at: datetime,
) -> OwnScheme:
    """Make a scheme of the member's agency, or another version of one.

    Args:
        name: As the agency calls it.
        source: Where it comes from, in the agency's words.
        codes: Its categories.
        changes: Key of the agency's scheme that this is the next version of; empty: a new one.
        by: Who makes it.
        at: Now.

    Raises:
        NotAllowed: `by` does not administer his agency.
        OwnSchemeNotFound: Not a scheme of the agency.
        SchemeWrong and its kinds: The categories cannot stand together.
    """
    access.require(by, "lists.keep")
    name = name.strip()
    found = schemes.checked(codes)
    if not name:
        raise schemes.SchemeWrong("a scheme has a name")
    before = _own(changes, by) if changes else None
    made = OwnScheme.objects.create(
        agency_id=by.agency_id,
        key=before.key if before else f"own-{uuid.uuid4().hex[:8]}",
        version=before.version + 1 if before else 1,
        name=name,
        source=source.strip(),
        codes=schemes.as_rows(found),
        made_by=by,
        made_at=at,
    )
    record(
        "scheme.make",
        actor=by,
        target=made,
        at=at,
        scheme=made.scheme.ref,
        codes=[one.code for one in found],
    )
    return made


@transaction.atomic
def retire(key: str, *, by: Member, at: datetime) -> OwnScheme:
    """Offer a scheme of the agency no more; cases that use it keep it.

    Raises:
        NotAllowed: `by` does not administer his agency.
        OwnSchemeNotFound: Not a scheme of the agency.
    """
    access.require(by, "lists.keep")
    found = _own(key, by)
    OwnScheme.objects.filter(agency_id=by.agency_id, key=key).update(retired_at=at)
    DefaultScheme.objects.filter(agency_id=by.agency_id, key=key).update(key="")
    record("scheme.retire", actor=by, target=found, at=at, scheme=found.scheme.ref)
    return found


@transaction.atomic
def set_default(key: str, *, by: Member, at: datetime) -> DefaultScheme:
    """Say with which scheme cases of the agency begin; an empty key: with none.

    Raises:
        NotAllowed: `by` does not administer his agency.
        SchemeNotFound: Not offered to the agency.
    """
    access.require(by, "lists.keep")
    if key and key not in {one.key for one in queries.offered(by.agency_id)}:
        raise queries.SchemeNotFound(f"agency {by.agency_id} is offered no such scheme")
    found, _is_new = DefaultScheme.objects.update_or_create(
        agency_id=by.agency_id, defaults={"key": key, "set_by": by, "set_at": at}
    )
    record("scheme.set_default", actor=by, target=found, at=at, scheme=key)
    return found


@transaction.atomic
def choose(case_id: UUID, ref: str, *, by: Member, at: datetime) -> CaseScheme:
    """Use a scheme in a case, beside those in use; one that was dropped is used again.

    Raises:
        CaseNotFound, NotAllowed: `by` does not lead a case he can see.
        CaseLocked: The case is closed, or past its date.
        SchemeNotFound: Not offered to the agency, nor ever used in the case.
    """
    case = _led(case_id, by)
    kept = next((one for one in queries.schemes_of(case) if one.scheme.ref == ref), None)
    offered = kept.scheme if kept else None
    offered = offered or next(
        (one for one in queries.offered(case.agency_id) if one.ref == ref), None
    )
    if offered is None:
        raise queries.SchemeNotFound(f"no such scheme for case {case.pk}")
    return use(case, offered, by=by, at=at)


@transaction.atomic
def drop(case_id: UUID, ref: str, *, by: Member, at: datetime) -> CaseScheme:
    """Use a scheme in a case no more; the verdicts given in it stay.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked: As for choosing.
        SchemeNotFound: Not in use in the case.
    """
    case = _led(case_id, by)
    found = next((one for one in queries.in_use(case) if one.scheme.ref == ref), None)
    if found is None:
        raise queries.SchemeNotFound(f"no such scheme in use in case {case.pk}")
    copy = use(case, found.scheme, by=by, at=at)
    copy.dropped_at = at
    copy.save(update_fields=["dropped_at"])
    record("scheme.drop", actor=by, target=copy, case_id=case.pk, at=at, scheme=ref)
    return copy


def use(case: Case, scheme: schemes.Scheme, *, by: Member, at: datetime) -> CaseScheme:
    """Return a case's copy of a scheme, in use; the caller checked and holds a transaction."""
    copy, is_new = CaseScheme.objects.get_or_create(
        case=case,
        key=scheme.key,
        version=scheme.version,
        defaults={
            "name": scheme.name,
            "source": scheme.source,
            "codes": schemes.as_rows(scheme.codes),
            "is_own": scheme.is_own,
            "chosen_by": by,
            "chosen_at": at,
        },
    )
    if not is_new and copy.dropped_at is None:
        return copy
    if not is_new:
        copy.dropped_at, copy.chosen_by, copy.chosen_at = None, by, at
        copy.save(update_fields=["dropped_at", "chosen_by", "chosen_at"])
    record("scheme.choose", actor=by, target=copy, case_id=case.pk, at=at, scheme=scheme.ref)
    return copy


def _led(case_id: UUID, by: Member) -> Case:
    """Return a case that a member leads and that may be worked on."""
    cases.get(case_id, member=by, to="work")
    return cases.get(case_id, member=by, to="lead")


def _own(key: str, by: Member) -> OwnScheme:
    """Return the newest version of a scheme of the member's agency.

    Raises:
        OwnSchemeNotFound: There is none with this key.
    """
    found = queries.own(by.agency_id).filter(key=key).first() if "\0" not in key else None
    if found is None:
        raise OwnSchemeNotFound(f"no such scheme of agency {by.agency_id}")
    return found
