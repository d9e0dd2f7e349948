"""Bringing lists, taking them in and out, saying what their categories mean.

In      an administrator of the agency; a file and what is known of it
Out     a KnownList and jobs for the worker
Fails   ListNotFound; WrongStep; SchemeMissing, CategoryMissing; ReasonMissing
Why     a person sees the first rows before a list counts; taking it out undoes it whole
Not     here: reading files (importing.py), looking up (looking.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict
from haven.workbench.cases import queries as cases
from haven.workbench.cases import queueing
from haven.workbench.categories import queries as categories
from haven.workbench.known import queries, storing
from haven.workbench.known.models import Hit, KnownList, Looked, Meaning, SetAside

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from haven.accounts.models import Member

LOOK_OVER, TAKE_IN, TIDY = "known.look_over", "known.take_in", "known.remove_files"
LOOK_UP = "known.look_up"
STATE = queries.STATE


class WrongStep(Conflict):
    """The list is not in the state for this."""

    code = "known.wrong_step"
    words = _("The list has gone on in the meantime. Look at it again.")


class SchemeMissing(BadInput):
    """No such scheme, or none chosen."""

    code = "known.no_scheme"
    words = _("Choose the scheme of the list first: a number means nothing without it.")


class CategoryMissing(BadInput):
    """No such category in the scheme or the list."""

    code = "known.no_category"
    words = _("Choose categories of the scheme of the list.")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a person says of a list (R-HASH-3)."""

    name: str
    kind: str
    source: str = ""
    licence: str = ""
    legal_basis: str = ""
    list_version: str = ""
    made_on: date | None = None
    expires_on: date | None = None
    scheme: str = ""


def bring(
    file: IO[bytes], about: About, *, agency_pk: int, by: Member | None, at: datetime
) -> KnownList:
    """Keep a file sealed and have it looked over; nothing of it counts yet.

    Args:
        file: Open for reading, able to seek.
        about: What is said of it.
        agency_pk: Whose list it is.
        by: The administrator; None at the command line.
        at: The moment.

    Raises:
        SchemeMissing: The scheme is none that the agency can choose.
        WrapperTrouble: The master key cannot be had.
    """
    _require_scheme(agency_pk, about.scheme)
    made = KnownList(
        agency_id=agency_pk,
        **{name: getattr(about, name) for name in About.__slots__},
        brought_by=by,
        brought_at=at,
    )
    storing.give_key(made)
    try:
        storing.keep_incoming(made, file)
        with transaction.atomic():
            made.save(force_insert=True)
            record(
                "known.bring",
                actor=by,
                target=made,
                agency_id=agency_pk,
                at=at,
                personal={"name": made.name, "source": made.source},
                kind=made.kind,
                scheme=made.scheme,
                sha256=made.file_sha256,
                size_bytes=made.file_bytes,
            )
            queueing.once(LOOK_OVER, queue="known", lock=f"list-{made.pk}", list_pk=made.pk)
    except BaseException:
        storing.drop_incoming(made.public_id)
        raise
    return made


@transaction.atomic
def confirm(one: KnownList, *, by: Member | None, at: datetime) -> None:
    """Have a list taken in whose first rows were seen.

    Raises:
        WrongStep: It does not wait for that.
    """
    _step(one, STATE.WAITING, STATE.READING)
    record("known.confirm", actor=by, target=one, agency_id=one.agency_id, at=at)
    queueing.once(TAKE_IN, queue="known", lock=f"list-{one.pk}", list_pk=one.pk)


@transaction.atomic
def take_out(one: KnownList, *, reason: str, by: Member | None, at: datetime) -> None:
    """Take a list out: its key is destroyed, and it has no hits any more.

    Raises:
        WrongStep: It is out already.
        ReasonMissing: No reason.
    """
    row = KnownList.objects.select_for_update().get(pk=one.pk)
    if row.state == STATE.REMOVED:
        raise WrongStep(f"list {one.pk} is out")
    row.state, row.removed_by, row.removed_at = STATE.REMOVED, by, at
    row.wrapped, row.master, row.preview = b"", "", {}
    row.save()
    record("known.take_out", actor=by, target=one, agency_id=one.agency_id, at=at, reason=reason)
    queueing.once(TIDY, queue="known", lock=f"tidy-{one.pk}", list_pk=one.pk)


@transaction.atomic
def say_meanings(
    one: KnownList, *, scheme: str, codes: Mapping[str, str], by: Member, at: datetime
) -> None:
    """Say what the categories of a list mean; what is not said stays the text of the list.

    Args:
        one: The list.
        scheme: Such as "us-current@1"; a change of it drops what was said before.
        codes: By the text of the list, the code in the scheme; an empty one says nothing.
        by: The administrator who answers for it (R-VICS-3).
        at: The moment.

    Raises:
        SchemeMissing, CategoryMissing: Not of the scheme, or not of the list.
    """
    _require_scheme(one.agency_id, scheme)
    row = KnownList.objects.select_for_update().get(pk=one.pk)
    said = {raw: code for raw, code in codes.items() if code}
    if said and not scheme:
        raise SchemeMissing(f"list {one.pk} has no scheme")
    row.scheme = one.scheme = scheme
    row.save(update_fields=["scheme"])
    found = queries.scheme_of(row)
    known_raw = set(row.manifest.get("categories", {}))
    if (
        any(found is None or not found.get(code) for code in said.values())
        or set(said) - known_raw
    ):
        raise CategoryMissing(f"a category of list {one.pk} or its scheme is not there")
    Meaning.objects.filter(known_list=one).delete()
    Meaning.objects.bulk_create(
        Meaning(known_list=one, raw=raw, code=code, said_by=by, said_at=at)
        for raw, code in said.items()
    )
    record(
        "known.say_meanings",
        actor=by,
        target=one,
        at=at,
        scheme=scheme,
        n_said=len(said),
        said=",".join(f"{raw}={code}" for raw, code in sorted(said.items()))[:500],
    )


@transaction.atomic
def put_back(aside_pk: int, *, reason: str, by: Member, at: datetime) -> SetAside:
    """Let the near hits of an entry count again.

    Raises:
        WrongStep: It is not set aside.
        ReasonMissing: No reason.
    """
    found = queries.set_aside(by.agency_id or 0).filter(pk=aside_pk).first()
    if found is None:
        raise WrongStep("no such entry is set aside")
    found.ended_by, found.ended_at = by, at
    found.save(update_fields=["ended_by", "ended_at"])
    record("known.put_back", actor=by, target=found, at=at, reason=reason, entry=found.entry)
    return found


def look_up_case(case_pk: int) -> None:
    """Have the items of a case looked up, once for a burst."""
    queueing.once(LOOK_UP, queue="known", lock=f"look-up-{case_pk}", case_pk=case_pk)


def look_up_agency(agency_pk: int) -> None:
    """Have the items of every case of an agency looked up; by the worker, when a list came."""
    for case in cases.every_case().filter(agency=agency_pk):
        look_up_case(case.pk)


def forget(one: KnownList) -> None:
    """Remove the files and hits of a list that was taken out; by the worker."""
    storing.remove(one.public_id)
    with transaction.atomic():
        Hit.objects.filter(known_list=one).delete()
        Looked.objects.filter(known_list=one).delete()


def rewrap() -> tuple[int, int]:
    """Wrap every list's key that an older master key wrapped by the present one.

    Returns:
        how many were wrapped again, and how many there are.

    Raises:
        WrapperTrouble: A master key cannot be had; those done so far stay done.
    """
    rows = KnownList.objects.exclude(wrapped=b"")
    done = 0
    for row in rows:
        before = row.master
        storing.rewrap_key(row)
        if row.master != before:
            done += KnownList.objects.filter(pk=row.pk, master=before).update(
                wrapped=row.wrapped, master=row.master
            )
    return done, rows.count()


def masters() -> set[str]:
    """Return the ids of the master keys that wrap a list's key."""
    return set(KnownList.objects.exclude(wrapped=b"").values_list("master", flat=True))


def _require_scheme(agency_pk: int, ref: str) -> None:
    """Return if a scheme can be chosen, or none is named."""
    if ref and ref not in {one.ref for one in categories.offered(agency_pk)}:
        raise SchemeMissing("no such scheme is offered")


def _step(one: KnownList, before: str, after: str) -> None:
    """Take a list from one state to the next, if it is in the first."""
    if not KnownList.objects.filter(pk=one.pk, state=before).update(state=after):
        raise WrongStep(f"list {one.pk} is not {before}")
    one.state = after
