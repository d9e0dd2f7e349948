"""Receiving: a package that came becomes a case of its own.

In      a file, a number and a name for the case, the member who brings it
Out     a case with its own key, a receipt, and a job that unpacks
Fails   NoKeys; NoPackage, OtherRecipient, UnknownSender, Damaged, WrongManifest, WrongRow;
        AlreadyReceived, NumberTaken: nothing of it was kept
Why     the whole file is read and checked, to its last byte and row, before anything is kept
Not     here: unpacking into rows (unpacking.py)
"""

from __future__ import annotations

import hashlib
from typing import IO, TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import Conflict
from haven.workbench.cases import actions as cases
from haven.workbench.cases import files, queueing
from haven.workbench.cases import queries as case_queries
from haven.workbench.packages import envelope, identities, manifest, queries, storing
from haven.workbench.packages.actions import NoKeys
from haven.workbench.packages.models import Partner, Receipt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case
    from haven.workbench.packages.envelope import Opened, Part

UNPACK = "packages.unpack"
_READ = 1 << 20


class AlreadyReceived(Conflict):
    """The agency has received this package."""

    code = "package.already_received"
    words = _("Your agency has received this package already.")


def open_for(file: IO[bytes], *, agency_pk: int, private: identities.Private) -> Opened:
    """Return a package for an agency, whose sender that agency checked.

    Args:
        file: Open for reading, able to seek.
        agency_pk: The recipient.
        private: The keys of the recipient.

    Raises:
        NoPackage, OtherRecipient, UnknownSender, Damaged, WrongManifest: See envelope.py.
    """

    def signing_key(key_id: bytes) -> bytes | None:
        found = queries.partners(agency_pk).filter(key_id=key_id.hex()).first()
        return bytes(found.signing) if found else None

    return envelope.opened(file, mine=private.keys, private=private.sealing, sender=signing_key)


def private_of(agency_pk: int) -> identities.Private:
    """Return the keys of an agency.

    Raises:
        NoKeys: It has none.
        WrapperTrouble: The master key cannot be had.
    """
    found = queries.identity(agency_pk)
    if found is None:
        raise NoKeys(f"agency {agency_pk} has no identity")
    return identities.unwrap(found)


def check(
    file: IO[bytes], *, agency_pk: int, private: identities.Private
) -> tuple[Opened, list[Part], Partner]:
    """Read a package to its end; return it with its parts and its sender.

    Raises:
        NoPackage, OtherRecipient, UnknownSender, Damaged, WrongManifest, WrongRow: It is not
            one that this agency may keep.
    """
    opened = open_for(file, agency_pk=agency_pk, private=private)
    parts = manifest.checked(opened, mine=private.keys)
    manifest.require_whole(opened, parts)
    key_id = opened.manifest["sender"]["key_id"]
    return opened, parts, queries.partners(agency_pk).get(key_id=key_id)


def receive(file: IO[bytes], *, number: str, name: str, by: Member, at: datetime) -> Receipt:
    """Take a package in: open a case for it, led by who brings it, and queue its unpacking.

    Raises:
        NoKeys, NoPackage, OtherRecipient, UnknownSender, Damaged, WrongManifest, WrongRow:
            See check().
        AlreadyReceived: The agency has it.
        NumberTaken: The number is used.
    """
    agency_pk = by.agency_id or 0
    opened, parts, partner = check(file, agency_pk=agency_pk, private=private_of(agency_pk))
    digest, size = _digest(file)
    try:
        return _keep(
            file,
            Receipt(
                agency_id=agency_pk,
                partner=partner,
                package_id=opened.package_id,
                sha256=digest,
                size_bytes=size,
                manifest=opened.manifest,
                n_all=manifest.count(parts),
                received_by=by,
                received_at=at,
            ),
            number=number,
            name=name,
        )
    except IntegrityError as error:
        if "package_is_received_once" not in str(error):
            raise
        raise AlreadyReceived("this agency has a receipt of this package") from error


def _keep(file: IO[bytes], receipt: Receipt, *, number: str, name: str) -> Receipt:
    """Open the case, write the receipt and the file; all of it or nothing."""
    place = None
    try:
        with transaction.atomic():
            by, at = receipt.received_by, receipt.received_at
            receipt.case = cases.open_case(number=number, name=name, by=by, at=at)
            receipt.save(force_insert=True)
            _record(receipt)
            place = storing.incoming(receipt.case.public_id, receipt.public_id)
            files.write_new(place, _pieces(file))
            queue(receipt)
    except BaseException:
        if place is not None:
            storing.remove(receipt.case.public_id)
        raise
    return receipt


@transaction.atomic
def view(
    case_id: UUID, what: str, *, by: Member, at: datetime, sha256: str = ""
) -> tuple[Case, Receipt]:
    """Look at something that was received; that is recorded.

    Args:
        case_id: Public id of the case.
        what: "receipt", "item", or a table of the vocabulary.
        by: Who looks.
        at: The moment.
        sha256: Of the item.

    Raises:
        CaseNotFound, NothingReceived: Not there or not to be seen.
    """
    case = case_queries.get(case_id, member=by)
    receipt = queries.receipt(case)
    if receipt is None:
        raise queries.NothingReceived(f"case {case.pk} did not come in a package")
    if sha256 and not queries.is_received(case, sha256):
        raise queries.NothingReceived(f"no such item came with case {case.pk}")
    record(
        "package.view",
        actor=by,
        target=receipt,
        case_id=case.pk,
        at=at,
        what=what,
        **({"item": sha256} if sha256 else {}),  # type: ignore[arg-type]  # a fact
    )
    return case, receipt


def take_up() -> int:
    """Queue again what was not unpacked to the end; return how many."""
    return sum(queue(one) for one in Receipt.objects.filter(state=queries.RECEIPT.UNPACKING))


def clear_abandoned() -> int:
    """Remove what a crash left of packages; return how many."""
    return storing.clear_abandoned(
        {str(one) for one in case_queries.every_case().values_list("public_id", flat=True)}
    )


def queue(receipt: Receipt) -> bool:
    """Queue the job of a receipt; tell whether it was not queued already."""
    return queueing.once(
        UNPACK, queue="packages", lock=f"unpack-{receipt.pk}", receipt_pk=receipt.pk
    )


def _record(receipt: Receipt) -> None:
    """Put the receipt on the record, with the root of the sender's record beside it."""
    root: dict[str, Any] = receipt.manifest["record"] or {}
    record(
        "package.receive",
        actor=receipt.received_by,
        target=receipt,
        case_id=receipt.case.pk,
        at=receipt.received_at,
        package=str(receipt.package_id),
        sha256=receipt.sha256,
        size_bytes=receipt.size_bytes,
        partner=receipt.partner_id,
        sender=receipt.partner.key_id,
        record_size=root.get("size", 0),
        record_root=root.get("root", ""),
    )


def _digest(file: IO[bytes]) -> tuple[str, int]:
    """Return SHA-256 and length of a file."""
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(file):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield a file from its start."""
    file.seek(0)
    while piece := file.read(_READ):
        yield piece
