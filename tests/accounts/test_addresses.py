"""Addresses: which one is proof that an agency knows a person, and which only looks so."""

import pytest

from haven.accounts.agencies import actions, addresses, queries
from haven.accounts.models import Agency, Domain, Member
from haven.audit.models import Event
from haven.web.errors import NotAllowed, NotFound
from tests.accounts.people import NOW, REASON, agency


class TestAnAddress:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            (" Nora.Lead@West.Example ", "nora.lead@west.example"),
            ("o'brien@west.example", "o'brien@west.example"),
        ],
    )
    def test_is_kept_in_one_form(self, typed: str, kept: str) -> None:
        assert addresses.address(typed) == kept

    @pytest.mark.parametrize(
        "typed",
        [
            "nora@gmail.com",  # a public provider
            "nora@mail.yahoo.co.uk",
            "nora+x@west.example",  # a second account of one mailbox
            "nora@we\u0455t.example",  # a Cyrillic letter
            "n\u00f6ra@west.example",
            "nora@west",
            "nora west.example",
            "nora@west.example\nBcc: x@evil.example",
            "nora@[127.0.0.1]",
            '"a b"@west.example',
            "",
        ],
    )
    def test_is_refused(self, typed: str) -> None:
        with pytest.raises(addresses.WrongAddress):
            addresses.address(typed)


class TestADomain:
    @pytest.mark.parametrize(
        "typed",
        ["gmail.com", "co.uk", "gov.za", "example", "west..example", "w\u0435st.example",
         "1.2.3.4",
         "a@west.example", "https://west.example", "-west.example"],
    )  # fmt: skip
    def test_is_refused(self, typed: str) -> None:
        with pytest.raises(addresses.WrongAddress):
            addresses.domain(typed)

    def test_is_kept_in_lower_case(self) -> None:
        assert addresses.domain("Police.West.Example.") == "police.west.example"


class TestWhoseAnAddressIs:
    def test_is_told_by_the_whole_domain(self, west: Agency) -> None:
        assert queries.of_address("nora@west.example") == west

    @pytest.mark.parametrize(
        "address",
        [
            "nora@sub.west.example",  # subdomains were not verified
            "nora@west.example.evil.example",
            "nora@notwest.example",
            "nora@west-example.com",
            "nora@example",
            "nora@xn--wst-xyz.example",
        ],
    )
    def test_is_not_told_by_a_look_alike(self, west: Agency, address: str) -> None:
        assert queries.of_address(address) is None

    def test_is_told_below_a_domain_whose_subdomains_were_verified(self, west: Agency) -> None:
        Domain.objects.update(with_subdomains=True)

        assert queries.of_address("nora@harbour.west.example") == west
        assert queries.of_address("nora@notwest.example") is None

    @pytest.mark.parametrize("status", ["suspended", "left"])
    def test_is_nobody_s_when_the_agency_does_not_take_part(
        self, west: Agency, status: str
    ) -> None:
        Agency.objects.update(status=status, status_reason=REASON)

        assert queries.of_address("nora@west.example") is None

    def test_is_nobody_s_at_a_provider(self, provider: Agency) -> None:
        assert queries.of_address("pat@tools.example") is None


class TestVerifyingADomain:
    def add(self, by: Member, of: Agency, name: str, *, below: bool = False) -> Domain:
        return actions.add_domain(
            of.pk, name=name, with_subdomains=below, how="letter", by=by, at=NOW
        )

    def test_says_how_by_whom_and_when_and_is_recorded(
        self, curator: Member, west: Agency
    ) -> None:
        made = self.add(curator, west, "harbour.example")

        assert (made.how, made.verified_by, made.verified_at) == ("letter", curator, NOW)
        assert Event.objects.get(verb="agency.add_domain").facts["domain"] == "harbour.example"

    def test_is_refused_for_a_domain_of_another_agency(
        self, curator: Member, west: Agency
    ) -> None:
        east = agency("East")

        with pytest.raises(actions.DomainTaken):
            self.add(curator, east, "WEST.example")

    def test_is_refused_around_a_domain_of_another_agency(
        self, curator: Member, west: Agency
    ) -> None:
        east = agency("East", domain="police.east.example")

        with pytest.raises(actions.DomainTaken):
            self.add(curator, west, "east.example", below=True)
        Domain.objects.filter(agency=east).update(with_subdomains=True)
        with pytest.raises(actions.DomainTaken):
            self.add(curator, west, "harbour.police.east.example")

    def test_is_for_curators(self, admin: Member, west: Agency) -> None:
        with pytest.raises(NotFound):
            self.add(admin, west, "harbour.example")
        with pytest.raises(NotAllowed):
            actions.add(name="East", country="NO", kind="national", by=admin, at=NOW)

    def test_can_be_taken_back(self, curator: Member, west: Agency) -> None:
        domain = Domain.objects.get()

        actions.remove_domain(west.pk, domain.pk, by=curator, at=NOW)

        assert queries.of_address("nora@west.example") is None


class TestTheContact:
    def test_is_a_member_of_the_agency(
        self, curator: Member, west: Agency, officer: Member, south_lead: Member
    ) -> None:
        actions.set_contact(west.pk, member_id=officer.pk, by=curator, at=NOW)
        west.refresh_from_db()
        assert west.contact == officer

        with pytest.raises(actions.NotOfAgency):
            actions.set_contact(west.pk, member_id=south_lead.pk, by=curator, at=NOW)

    def test_by_name_is_kept_beside_the_entry(self, curator: Member, west: Agency) -> None:
        actions.set_contact(
            west.pk, member_id=None, name="Kari", email="kari@west.example", by=curator, at=NOW
        )

        event = Event.objects.get(verb="agency.set_contact")
        assert "Kari" not in str(event.facts)
        assert event.personal_value["name"] == "Kari"


class TestAnAgencyThatNoLongerTakesPart:
    def test_puts_its_members_outside_at_once(
        self, curator: Member, west: Agency, officer: Member, client_of: "object"
    ) -> None:
        client = client_of(officer)  # type: ignore[operator]
        assert client.get("/cases/").status_code == 200

        actions.set_status(west.pk, status="suspended", reason=REASON, by=curator, at=NOW)

        answer = client.get("/cases/")
        assert (answer.status_code, answer["Location"][:17]) == (302, "/account/sign-in/")
        again = client_of(officer).get("/cases/")  # type: ignore[operator]
        assert again["Location"].startswith("/account/sign-in/")

    def test_comes_back_for_a_reason(
        self, curator: Member, west: Agency, officer: Member, client_of: "object"
    ) -> None:
        for status in ("suspended", "active"):
            actions.set_status(west.pk, status=status, reason=REASON, by=curator, at=NOW)

        assert client_of(officer).get("/cases/").status_code == 200  # type: ignore[operator]

    def test_is_never_the_curator_s_own(self, curator: Member) -> None:
        with pytest.raises(actions.OwnAgency):
            actions.set_status(curator.agency_id, status="left", reason=REASON, by=curator, at=NOW)
