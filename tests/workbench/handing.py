"""A case handed from the north agency to the south one, with the keys of both.

In      cases and members of the fixtures
Out     keys, partners, the bytes of a package
Why     both ends in one database: an identity is an agency's, so the code is that of two servers
"""

import hashlib
import io
import secrets
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from haven.audit import canonical
from tests.workbench.build import NOW

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case
    from haven.workbench.packages.models import HandOver, Partner


def know(me: "Member", other: "Member") -> "Partner":
    """Have the agency of one member compare the keys of the other's, as over the telephone."""
    from haven.workbench.packages import partner_actions, queries

    for one in (me, other):
        if queries.identity(one.agency_id) is None:
            partner_actions.make_identity(by=one, at=NOW)
    told = queries.own(other.agency)
    return partner_actions.check(
        told.text, heard=told.fingerprint, how="Called the duty desk.", by=me, at=NOW
    )


def made(case: "Case", to: "Partner", by: "Member", second: "Member", **more: Any) -> "HandOver":
    """Return a package of a case that two people agreed to and the worker made."""
    from haven.workbench.packages import actions, making, queries

    [basis, *_more] = queries.bases(case, at=NOW)
    asked = actions.Asked(
        partner=to.public_id,
        authority=basis.public_id,
        reason="They found the house.",
        **more,
    )
    one = actions.ask(case.public_id, asked, by=by, at=NOW)
    actions.confirm(case.public_id, one.public_id, by=second, at=NOW)
    making.make(one.pk)
    one.refresh_from_db()
    return one


def content(one: "HandOver") -> bytes:
    """Return the file of a package."""
    from haven.workbench.packages import storing

    with storing.opened(one.case.public_id, one.public_id) as file:
        return file.read()


def forged(
    sender: Any,
    to: Any,
    *,
    change: Callable[[dict[str, Any]], None] = lambda manifest: None,
    parts: dict[str, bytes] | None = None,
    order: Callable[[list[str]], list[str]] = list,
) -> bytes:
    """Return a package made by hand, signed and sealed as one should be, that may lie.

    Args:
        sender: The private half of the sender's identity.
        to: The public half of the recipient's.
        change: Changes the manifest before it is signed.
        parts: The bytes of parts by name; others are empty.
        order: In which order the parts are written and told.
    """
    from haven.workbench.packages import envelope, manifest

    package_id = uuid.UUID(bytes=secrets.token_bytes(16))
    filled = parts or {}
    names = order(list(manifest.PARTS))
    who = {"name": "Ida", "agency": "North"}
    said: dict[str, Any] = {
        "format": manifest.FORMAT,
        "package": str(package_id),
        "made_at": NOW.isoformat(),
        "made_with": "1",
        "sender": {
            "agency": "North",
            "installation": "north",
            "key_id": sender.keys.key_id.hex(),
        },
        "recipient": {"agency": "South", "installation": "south", "key_id": to.key_id.hex()},
        "asked_by": who,
        "confirmed_by": who,
        "reason": "A reason.",
        "legal_basis": {
            "kind": "warrant",
            "reference": "W-1",
            "issuer": "Court",
            "valid_from": "2026-01-01",
            "valid_until": None,
        },
        "holds": {
            "views": True,
            "views_left_out": 0,
            "notes": True,
            "originals": False,
            "face_templates": False,
        },
        "record": None,
        "parts": [
            {
                "name": name,
                "rows": filled.get(name, b"").count(b"\n"),
                "bytes": len(filled.get(name, b"")),
                "sha256": hashlib.sha256(filled.get(name, b"")).hexdigest(),
            }
            for name in names
        ],
    }
    change(said)
    pieces = [filled.get(name, b"") for name in names]
    return b"".join(envelope.written(package_id, said, pieces, to=to, signer=sender.signing))


def line(row: dict[str, Any]) -> bytes:
    """Return a row as a line of a part."""
    return canonical.encode(row) + b"\n"


def file(package: bytes) -> io.BytesIO:
    """Return a package as an open file."""
    return io.BytesIO(package)


def planted(
    case: "Case", lead: "Member", mark: Callable[[str], str] = lambda place: place
) -> dict[str, Any]:
    """Return the ids of a hand-over that waits in a case, and of what came with it.

    Args:
        case: A case with an authority for everything.
        lead: Who leads it.
        mark: Gives the word to be planted at a place.
    """
    from haven.accounts.models import Member
    from haven.workbench.packages import actions, queries
    from haven.workbench.packages.models import HandOver, Receipt, ReceivedRow, ReceivedView

    partner = queries.partners(case.agency_id).first() or _partner(lead)
    [basis, *_more] = queries.bases(case, at=NOW)
    asked = actions.Asked(
        partner=partner.public_id, authority=basis.public_id, reason=mark("reason to hand over")
    )
    one = actions.ask(case.public_id, asked, by=lead, at=NOW)
    other = Member.objects.create_user(
        username=f"asker-{case.pk}", display_name="Robin", agency=lead.agency, roles=["analyst"]
    )
    HandOver.objects.filter(pk=one.pk).update(asked_by=other)  # the lead is the second person
    sha256 = hashlib.sha256(mark("received item").encode()).hexdigest()
    who = {"name": mark("sender"), "agency": mark("their agency")}
    said = {
        "reason": mark("their reason"),
        "legal_basis": {"reference": mark("their reference"), "issuer": mark("their issuer")},
        "asked_by": who,
        "confirmed_by": who,
        "holds": {"views_left_out": 0},
        "record": None,
    }
    receipt = Receipt.objects.create(
        case=case,
        agency_id=case.agency_id,
        partner=partner,
        package_id=uuid.uuid4(),
        sha256="0" * 64,
        size_bytes=1,
        manifest=said,
        state="done",
        n_all=1,
        received_by=lead,
        received_at=NOW,
    )
    for table, row in (
        ("notes", {"about": "item", "item": sha256, "text": mark("their note"), "by": who}),
        ("decisions", {"id": "1", "said": mark("their decision"), "by": who}),
    ):
        ReceivedRow.objects.create(
            case=case,
            receipt=receipt,
            table=table,
            item_sha256=sha256 if "item" in row else "",
            said=row,
        )
    ReceivedView.objects.create(
        case=case,
        receipt=receipt,
        item_sha256=sha256,
        came_sha256="0" * 64,
        sha256=_view(case, mark("received view")),
    )
    return {"hand_over_id": one.public_id, "sha256": sha256, "table": "notes"}


def _partner(member: "Member") -> "Partner":
    """Return an agency elsewhere whose keys a member's agency compared."""
    from haven.workbench.packages import identities, partner_actions, queries

    if queries.identity(member.agency_id) is None:
        partner_actions.make_identity(by=member, at=NOW)
    private = identities.new()
    told = identities.Told("Elsewhere", "elsewhere/record", private.keys)
    return partner_actions.check(
        identities.text(told, private),
        heard=identities.fingerprint(private.keys),
        how="Called.",
        by=member,
        at=NOW,
    )


def _view(case: "Case", word: str) -> str:
    """Keep a picture that holds a word as a view of a case; return its digest."""
    from haven.workbench.analysis import vault
    from haven.workbench.cases import keys
    from tests.workbench.build import jpeg

    with keys.opened(case.public_id) as key:
        return vault.put(key, jpeg() + word.encode())
