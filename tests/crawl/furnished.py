"""Furnished: what a world is given beside its cases for the crawl: factors, links, a checkpoint.

In      a World, a folder
Out     a code app, recovery codes and a marked passkey for everyone who leads a case; a signed
        checkpoint; the paths of letters to people of an agency that has no planted word
Why     pages that are there only with them are walked as well. Who holds the link of a letter
        is whom it was sent to, so those letters say nothing that a walker may not meet
Not     here: docs/security/access.md; nobody who was asked for that page had any of it
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from tests.crawl.planted import World

if TYPE_CHECKING:
    from pathlib import Path

    from haven.accounts.models import Member

HOURS = 24


def furnish(world: World, root: Path) -> list[str]:
    """Give a world the rest; return the paths of letters."""
    for owner, lead in world.leads.items():
        ids: Any = world.ids[owner]
        ids["pk"] = _factors(lead, world.marks.new(_home(world, lead), f"{owner} passkey"))
        ids["size"] = 0
    size = _checkpoint(root)
    for ids in world.ids.values():
        ids["size"] = size  # type: ignore[index]  # a plain dict
    return _letters(world)


def _home(world: World, lead: Member) -> str:
    """Return the agency whose word a thing of a member is."""
    return "north" if lead.agency_id == world.north.pk else "south"


def _factors(lead: Member, name: str) -> int:
    """Give a member a code app, recovery codes and a passkey; return the key of the last."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from fido2.webauthn import Aaguid

    from tests.accounts.test_attestation import passkey
    from tests.signing_in import add_code_app

    add_code_app(lead)
    RecoveryCodes.activate(lead)
    made = Authenticator.objects.create(
        user=lead,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": name, "credential": passkey(Aaguid.NONE, by=None)},
    )
    return int(made.pk)


def _checkpoint(root: Path) -> int:
    """Sign the record; return the size of the tree."""
    from haven.audit import keeper, signing

    keeper.sequence()
    signer = signing.load(root / "record-key.pem", origin="crawl.example/record")
    made = keeper.sign(signer, at=timezone.now(), copy=root / "record-checkpoints")
    assert made is not None
    return int(made.size)


def _letters(world: World) -> list[str]:
    """Return the paths of the links of one letter of each kind."""
    from haven.accounts import actions as accounts
    from haven.accounts.invitations import actions as invitations
    from haven.accounts.joining import actions as joining
    from haven.accounts.joining.models import Application
    from haven.accounts.one_time_links import actions as links
    from haven.accounts.one_time_links.models import OneTimeLink

    now, purpose = timezone.now(), links.Purpose
    agency = accounts.add_agency(name="Plain", country="SE", by=None, at=now)
    admin, other = (
        accounts.add_member(
            username=name, display_name="Plain", agency=agency, roles=["administrator"],
            email=f"{name}@plain.example", by=None, at=now,
        )
        for name in ("plain", "plainer")
    )  # fmt: skip
    agency.domains.create(name="plain.example", how="meeting", verified_at=now)
    invitation = invitations.invite(
        agency=agency, name="Invited", email="invited@plain.example", roles=["analyst"],
        by=admin, at=now,
    )  # fmt: skip
    subjects = {purpose.INVITATION: invitation.pk, purpose.STILL: admin.pk}
    for kind, state in (
        (purpose.ADDRESS, Application.State.UNCONFIRMED),
        (purpose.TERMS, Application.State.APPROVED),
    ):
        email = f"{kind}@plain.example"
        joining.apply(
            joining.Applicant(
                display_name="Applicant", email=email, agency_as_written="Plain", duty="Duty",
                supervisor_email="s@plain.example", languages=("en",), language="en",
            ),
            at=now,
        )  # fmt: skip
        application = Application.objects.get(email=email)
        if application.state != state:
            application.agency, application.roles = agency, ["analyst"]
            application.sponsor, application.second = admin, other
            joining.move(application, state, at=now, days=30)
        subjects[kind] = application.pk
    made: list[OneTimeLink] = [
        links.make(kind, subject, at=now, hours=HOURS) for kind, subject in subjects.items()
    ]
    return [links.path(one) for one in made]
