"""Making the keys of an agency, and checking those of another one.

In      an administrator; the text that came, and the digits that were heard
Out     the identity, the partner
Fails   HasIdentity, OtherDigits, KnownAlready, OwnKeys; NoIdentity; PartnerNotFound
Why     a file can come from anybody. Whoever types what a known voice read out has compared; who
        ticks a box may not have
Not     here: packages (actions.py, receiving.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict
from haven.workbench.cases import wrapping
from haven.workbench.packages import identities, queries
from haven.workbench.packages.models import Identity, Partner

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member


class HasIdentity(Conflict):
    """The agency has keys already."""

    code = "package.has_identity"
    words = _("Your agency has its keys already.")


class OtherDigits(BadInput):
    """What was read out is not the fingerprint of the file."""

    code = "package.other_digits"
    words = _(
        "These digits are not those of the file. If they were heard right, the file is not from "
        "who you spoke to: do not use it."
    )


class KnownAlready(Conflict):
    """The keys were checked before."""

    code = "package.partner_known"
    words = _("These keys were checked already.")


class OwnKeys(BadInput):
    """The keys are the agency's own."""

    code = "package.own_keys"
    words = _("These are the keys of your own agency.")


@transaction.atomic
def make_identity(*, by: Member, at: datetime) -> Identity:
    """Make the keys of the member's agency.

    Raises:
        HasIdentity: There are some.
        WrapperTrouble: The master key cannot be had.
    """
    private = identities.new()
    made = Identity(agency=by.agency, made_by=by, made_at=at)
    made.sealing, made.signing = private.keys.sealing, private.keys.signing
    identities.wrap(made, private)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise HasIdentity(f"agency {by.agency_id} has an identity") from error
    record("package.make_identity", actor=by, target=made, at=at, key_id=private.keys.key_id.hex())
    return made


@transaction.atomic
def check(text: str, *, heard: str, how: str, by: Member, at: datetime) -> Partner:
    """Take in the keys of another agency, once its fingerprint was read out and typed.

    Args:
        text: The text of its identity, as it came.
        heard: The digits as they were read out; blanks do not count.
        how: How the other agency was reached.
        by: The administrator who spoke to it.
        at: The moment.

    Raises:
        NoIdentity: The text is none.
        OwnKeys: They are the agency's own.
        OtherDigits: What was heard is something else.
        KnownAlready: They were checked before.
    """
    told = identities.read(text)
    mine = queries.identity(by.agency_id or 0)
    if mine is not None and identities.keys_of(mine) == told.keys:
        raise OwnKeys(f"agency {by.agency_id} has these keys itself")
    if not identities.is_heard(heard, told.keys):
        raise OtherDigits("the digits are not those of the keys")
    made = Partner(
        agency_id=by.agency_id,
        name=told.agency,
        installation=told.installation,
        sealing=told.keys.sealing,
        signing=told.keys.signing,
        key_id=told.keys.key_id.hex(),
        how=how.strip(),
        checked_by=by,
        checked_at=at,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise KnownAlready("these keys are checked and not ended") from error
    record(
        "package.check_partner",
        actor=by,
        target=made,
        at=at,
        personal={"name": made.name, "how": made.how},
        key_id=made.key_id,
    )
    return made


@transaction.atomic
def end(partner_id: UUID, *, reason: str, by: Member, at: datetime) -> Partner:
    """End an agency: nothing is handed over to it and nothing taken from it any more.

    Raises:
        PartnerNotFound: Not there, or ended.
        ReasonMissing: No reason.
    """
    found = queries.partner(partner_id, agency_pk=by.agency_id or 0)
    found.ended_by, found.ended_at = by, at
    found.save(update_fields=["ended_by", "ended_at"])
    record(
        "package.end_partner", actor=by, target=found, at=at, reason=reason, key_id=found.key_id
    )
    return found


def rewrap() -> tuple[int, int]:
    """Wrap every identity that an older master key wrapped by the present one.

    Returns:
        how many were wrapped again, and how many there are.

    Raises:
        WrapperTrouble: A master key cannot be had; those done so far stay done.
    """
    present = wrapping.wrapper().current()
    done = 0
    for row in Identity.objects.exclude(master=present):
        before = row.master
        identities.wrap(row, identities.unwrap(row))
        done += Identity.objects.filter(pk=row.pk, master=before).update(
            wrapped_sealing=row.wrapped_sealing,
            wrapped_signing=row.wrapped_signing,
            master=row.master,
        )
    return done, Identity.objects.count()


def masters() -> set[str]:
    """Return the ids of the master keys that wrap an identity."""
    return set(Identity.objects.values_list("master", flat=True))
