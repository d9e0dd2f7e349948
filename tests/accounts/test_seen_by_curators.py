"""Who knows whom: a curator sees who speaks for an agency, and no list of those who work there."""

import datetime as dt
from collections.abc import Callable

from django.test import Client

from haven.accounts.joining.models import Application
from haven.accounts.models import Agency, Member
from tests.accounts import people
from tests.accounts.people import NOW

ClientOf = Callable[[Member], Client]
HOUR = dt.timedelta(hours=1)


class TestWhomACuratorKnows:
    def test_are_administrators_and_the_contact_and_nobody_else(
        self, curator: Member, west: Agency, admin: Member, officer: Member, client_of: ClientOf
    ) -> None:
        per = people.member("Perzival", west, "investigator")
        page = client_of(curator).get(f"/agencies/{west.pk}/").content.decode()
        assert "Astrid" in page
        assert "Olav" not in page
        assert "Perzival" not in page

        client_of(curator).post(f"/agencies/{west.pk}/contact/", {"email": per.email.upper()})

        west.refresh_from_db()
        assert (west.contact, west.contact_email) == (per, "")
        assert "Perzival</bdi>" in client_of(curator).get(f"/agencies/{west.pk}/").content.decode()

    def test_of_applications_are_those_that_wait_for_a_curator(
        self, curator: Member, west: Agency, officer: Member, client_of: ClientOf
    ) -> None:
        waits, joined = (
            Application.objects.create(
                agency=west, email=f"{name}@west.example", display_name=name, state=state,
                agency_as_written="West", duty="x", supervisor_email=officer.email,
                made_at=NOW, state_at=NOW, confirmed_at=NOW, expires_at=NOW + 9 * HOUR,
                sponsor=officer, second=second,
            )
            for name, state, second in (
                ("una", "sponsored", None),
                ("eva", "joined", people.member("Cleo", curator.agency, "curator")),
            )
        )  # fmt: skip
        client = client_of(curator)

        assert "eva" not in client.get("/applications/").content.decode()
        assert client.get(f"/applications/{joined.public_id}/").status_code == 404
        page = client.get(f"/applications/{waits.public_id}/").content.decode()
        assert "Olav</bdi>, <bdi>West" in page  # the sponsor, who vouches
        assert page.count(">Olav<") == 1  # the supervisor's name is the agency's to know
        assert "member of this agency" in page


def test_an_administrator_finds_the_way_to_a_reset_on_the_member_s_page(
    admin: Member, officer: Member, client_of: ClientOf
) -> None:
    client = client_of(admin)
    page = client.get(f"/members/{officer.pk}/").content.decode()

    assert "/account/resets/?member=olav" in page
    form = client.get("/account/resets/?member=olav").content.decode()
    assert '<option value="olav" selected>' in form
    own = client.get(f"/members/{admin.pk}/").content.decode()
    assert "/account/resets/?member=" not in own
