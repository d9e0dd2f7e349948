"""Tokens: a program comes into one case, as one member, and no further."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from haven.audit.models import Event
from haven.workbench.cases import actions as cases
from haven.workbench.cases.models import Case
from haven.workbench.tokens import abilities, actions
from haven.workbench.tokens.models import Token
from tests.signing_in import add_code_app, let_in
from tests.walls import role

if TYPE_CHECKING:
    from django.http import HttpResponse

    from haven.accounts.models import Member

Program = Callable[..., Any]


def make(case: Case, by: "Member", *able: str, **said: Any) -> actions.Made:
    said = {"purpose": "Nightly count", "abilities": able or ("read",), **said}
    return actions.make(case.public_id, **said, by=by, at=timezone.now())


def program(made: actions.Made) -> Client:
    """Return a program that sends a token and knows no cookie."""
    return Client(headers={"Authorization": f"Bearer {made.secret}"}, enforce_csrf_checks=True)


def of(case: Case, more: str = "") -> str:
    return f"/api/cases/{case.public_id}/{more}"


def told(answer: "HttpResponse") -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


NOT_GOOD = (401, "token.not_good")
READS = ("", "exhibits/", "runs/", "items/", "groups/", "categories/", "verdicts/")


@pytest.fixture
def beside(north_lead: "Member") -> Case:
    """Return another case of the same member."""
    return cases.open_case(number="2026-2", name="Quay", by=north_lead, at=timezone.now())


class TestReading:
    def test_a_program_reads_its_case_as_the_member_does(
        self, case: Case, exhibit: Any, north_lead: "Member"
    ) -> None:
        made = make(case, north_lead)

        for part in READS:
            answer = program(made).get(of(case, part))
            assert answer.status_code == 200, (part, answer.content)
        assert program(made).get(of(case)).json()["name"] == "Harbour"

    def test_it_is_told_of_its_case_alone(
        self, case: Case, beside: Case, north_lead: "Member"
    ) -> None:
        rows = program(make(case, north_lead)).get("/api/cases/").json()["rows"]

        assert [one["number"] for one in rows] == ["2026-1"]

    def test_another_case_of_the_member_is_not_there(
        self, case: Case, beside: Case, north_lead: "Member"
    ) -> None:
        client = program(make(case, north_lead))
        nowhere = "/api/cases/00000000-0000-4000-8000-000000000000/"

        for part in READS:
            hidden, absent = client.get(of(beside, part)), client.get(nowhere + part)

            assert told(hidden) == (404, "case.not_found"), part
            assert hidden.content == absent.content

    def test_no_answer_sets_a_cookie_or_may_be_kept(
        self, case: Case, north_lead: "Member"
    ) -> None:
        answer = program(make(case, north_lead)).get(of(case))

        assert not answer.cookies
        assert answer["Cache-Control"] == "no-store"

    def test_the_database_shows_it_no_other_case(
        self, case: Case, beside: Case, north_lead: "Member"
    ) -> None:
        from haven.site import walls

        with role("haven_web"), walls.as_member(north_lead.pk, only_case=case.pk):
            assert list(Case.objects.all()) == [case]
        with role("haven_web"), walls.as_member(north_lead.pk):
            assert set(Case.objects.all()) == {case, beside}


class TestBorders:
    def test_a_token_that_nobody_made_opens_nothing(self, case: Case) -> None:
        client = Client(headers={"Authorization": f"Bearer haven_{'0' * 64}"})

        answer = client.get(of(case))

        assert told(answer) == NOT_GOOD
        assert answer["WWW-Authenticate"] == "Bearer"

    def test_a_bad_token_does_not_fall_back_to_the_session_beside_it(
        self, case: Case, north_lead: "Member"
    ) -> None:
        client = let_in(Client(headers={"Authorization": "Bearer haven_x"}), north_lead)

        assert told(client.get(of(case))) == NOT_GOOD

    def test_a_token_beside_a_session_counts_alone(
        self, case: Case, beside: Case, north_lead: "Member"
    ) -> None:
        secret = make(case, north_lead).secret
        client = let_in(Client(headers={"Authorization": f"Bearer {secret}"}), north_lead)

        assert client.get(of(beside)).status_code == 404
        assert not client.get(of(case)).cookies

    def test_a_token_opens_no_page(self, case: Case, north_lead: "Member") -> None:
        client = program(make(case, north_lead))

        for name in ("review:overview", "tokens:list", "cases:members", "reveals:waiting"):
            answer = client.get(reverse(name, args=[case.public_id]))

            assert answer.status_code == 302, name
            assert answer["Location"].startswith(reverse("accounts:sign-in")), name

    def test_it_reads_no_record_and_no_description(self, case: Case, north_lead: "Member") -> None:
        north_lead.roles = ["investigator", "supervisor"]
        north_lead.save()
        client = program(make(case, north_lead))

        for path in ("/api/record/entries/", "/api/openapi.json"):
            assert told(client.get(path)) == (403, "token.for_people_alone"), path

    def test_what_it_was_not_made_for_is_refused(self, case: Case, north_lead: "Member") -> None:
        client = program(make(case, north_lead, "note"))

        assert told(client.get(of(case, "items/"))) == (403, "token.not_able")

    def test_every_address_of_the_api_is_closed_unless_the_table_opens_it(self) -> None:
        from tests.site.test_every_url import ROUTED

        assert set(abilities.OPENS) <= {name for name in ROUTED if name.startswith("api:")}
        assert abilities.needed("api:record", "GET") is None
        assert abilities.needed("api:items", "DELETE") is None

    def test_too_many_uses_in_a_minute_are_refused(
        self, case: Case, north_lead: "Member", settings: Any
    ) -> None:
        settings.HAVEN_TOKEN_A_MINUTE = 2
        client = program(make(case, north_lead))

        statuses = [client.get(of(case)).status_code for _ in range(3)]
        answer = client.get(of(case))

        assert 429 in (statuses[-1], answer.status_code)  # a minute may have begun between
        if answer.status_code == 429:
            assert (told(answer)[1], answer["Retry-After"]) == ("token.too_often", "60")

    def test_new_terms_come_before_it(
        self, case: Case, north_lead: "Member", monkeypatch: Any
    ) -> None:
        monkeypatch.setattr("haven.accounts.terms.queries.are_accepted", lambda member: False)

        answer = program(make(case, north_lead)).get(of(case))

        assert told(answer) == (403, "token.terms_missing")


class TestEnding:
    def good_then(self, case: Case, by: "Member", act: Callable[[], object]) -> "HttpResponse":
        client = program(make(case, by))
        assert client.get(of(case)).status_code == 200
        act()
        return client.get(of(case))

    def test_it_expires(self, case: Case, north_lead: "Member") -> None:
        made = actions.make(
            case.public_id,
            purpose="x",
            abilities=["read"],
            days=1,
            by=north_lead,
            at=timezone.now() - timedelta(days=1, seconds=1),
        )

        assert told(program(made).get(of(case))) == NOT_GOOD

    def test_revoking_ends_it_at_once(self, case: Case, north_lead: "Member") -> None:
        def act() -> None:
            token = Token.objects.get()
            actions.revoke(case.public_id, token.public_id, by=north_lead, at=timezone.now())

        assert told(self.good_then(case, north_lead, act)) == NOT_GOOD

    def test_suspension_ends_it_for_good(
        self, case: Case, north_lead: "Member", north_reader: "Member"
    ) -> None:
        def act() -> None:
            north_reader.is_active, north_reader.status = False, "suspended"
            north_reader.status_reason, north_reader.status_at = "x", timezone.now()
            north_reader.save()

        assert told(self.good_then(case, north_reader, act)) == NOT_GOOD
        north_reader.is_active, north_reader.status = True, "active"
        north_reader.save()
        assert Token.objects.get().ended_why == "access"

    def test_a_reset_of_the_sign_in_ends_it(self, case: Case, north_lead: "Member") -> None:
        from haven.accounts import sessions

        def act() -> None:
            sessions.end_all(north_lead, by=None, at=timezone.now(), reason="x")

        assert told(self.good_then(case, north_lead, act)) == NOT_GOOD

    def test_leaving_the_case_ends_it_also_for_who_comes_back(
        self, case: Case, north_lead: "Member", north_reader: "Member"
    ) -> None:
        client = program(make(case, north_reader))
        known = {"by": north_lead, "at": timezone.now()}

        cases.take_off(case.public_id, north_reader.pk, **known)
        gone = told(client.get(of(case)))
        cases.add_member(case.public_id, member=north_reader, role="reader", **known)

        assert gone == told(client.get(of(case))) == NOT_GOOD
        assert Token.objects.get().ended_why == "place"

    def test_closing_the_case_ends_it_also_when_it_is_opened_again(
        self, case: Case, north_lead: "Member"
    ) -> None:
        client = program(make(case, north_lead))
        cases.close(case.public_id, by=north_lead, at=timezone.now())
        closed = told(client.get(of(case)))
        cases.reopen(case.public_id, by=north_lead, at=timezone.now())

        assert closed == told(client.get(of(case))) == NOT_GOOD

    def test_an_agency_that_takes_no_part_has_no_programs_either(
        self, case: Case, north_lead: "Member", north: Any
    ) -> None:
        def act() -> None:
            north.status, north.status_reason = "suspended", "x"
            north.status_at = timezone.now()
            north.save()

        assert told(self.good_then(case, north_lead, act)) == NOT_GOOD

    def test_a_role_without_casework_ends_it(self, case: Case, north_lead: "Member") -> None:
        def act() -> None:
            north_lead.roles = ["auditor"]
            north_lead.save()

        assert told(self.good_then(case, north_lead, act)) == NOT_GOOD

    @pytest.mark.parametrize(
        "change", [{"abilities": ["read", "note"]}, {"expires_at": timezone.now()}]
    )
    def test_nothing_makes_it_wider(
        self, case: Case, north_lead: "Member", change: dict[str, Any]
    ) -> None:
        make(case, north_lead)

        with pytest.raises(IntegrityError, match="never widened"):
            Token.objects.update(**change)


class TestRecord:
    def test_every_use_is_on_record_with_the_token(self, case: Case, north_lead: "Member") -> None:
        made = make(case, north_lead)

        program(made).get(of(case, "items/"))
        use, view = Event.objects.order_by("-pk")[:2][::-1]

        assert (use.verb, use.via, use.facts["address"]) == ("token.use", "token", "api:items")
        assert (view.verb, view.via, view.facts["token"]) == ("items.view", "token", made.token.pk)
        assert (view.actor_id, view.session) == (north_lead.pk, "")

    def test_so_is_a_refused_one(self, case: Case, beside: Case, north_lead: "Member") -> None:
        program(make(case, north_lead)).get(of(beside, "items/"))
        use = Event.objects.latest("pk")

        assert (use.verb, use.outcome, use.facts["code"]) == (
            "token.use",
            "refused",
            "case.not_found",
        )

    def test_the_token_itself_stands_nowhere(self, case: Case, north_lead: "Member") -> None:
        from haven.audit.models import Personal

        made = make(case, north_lead)
        program(made).get(of(case))
        kept = str(list(Token.objects.values())) + str(list(Event.objects.values()))

        assert made.secret not in kept + str(list(Personal.objects.values()))
        assert len(made.secret) == len("haven_") + 64


class TestPages:
    def test_it_is_made_on_a_page_and_shown_once(self, case: Case, north_lead: "Member") -> None:
        client = let_in(Client(), north_lead)
        address = reverse("tokens:make", args=[case.public_id])

        made = client.post(address, {"purpose": "Count", "abilities": ["read"], "days": 30})
        secret = made.context["made"].secret
        listed = client.get(reverse("tokens:list", args=[case.public_id])).content.decode()

        assert secret in made.content.decode()
        assert secret not in listed
        assert f"{secret[:12]}…" in listed

    def test_it_takes_a_fresh_factor(self, case: Case, north_lead: "Member") -> None:
        add_code_app(north_lead)
        client = let_in(Client(), north_lead, ago_s=3600)
        address = reverse("tokens:make", args=[case.public_id])

        for answer in (client.get(address), client.post(address, {"purpose": "x"})):
            assert answer.status_code == 302
            assert answer["Location"].startswith("/account/confirm/")
        assert not Token.objects.exists()

    @pytest.mark.parametrize(
        "wrong",
        [{"days": 91}, {"days": 0}, {"purpose": " "}, {"abilities": []}, {"abilities": ["all"]}],
    )
    def test_what_is_wrong_is_said(
        self, case: Case, north_lead: "Member", wrong: dict[str, Any]
    ) -> None:
        asked = {"purpose": "x", "abilities": ["read"], "days": 30, **wrong}

        answer = let_in(Client(), north_lead).post(
            reverse("tokens:make", args=[case.public_id]), asked
        )

        assert answer.status_code == 422
        assert not Token.objects.exists()

    def test_who_reads_makes_one_that_reads(self, case: Case, north_reader: "Member") -> None:
        from haven.web.errors import NotAllowed

        assert make(case, north_reader).token.abilities == ["read"]
        with pytest.raises(NotAllowed):
            make(case, north_reader, "read", "note")

    def test_a_closed_case_gets_none(self, case: Case, north_lead: "Member") -> None:
        from haven.workbench.cases.queries import CaseLocked

        cases.close(case.public_id, by=north_lead, at=timezone.now())

        with pytest.raises(CaseLocked):
            make(case, north_lead)

    def test_the_lead_sees_and_ends_those_of_others_and_nobody_else_does(
        self, case: Case, north_lead: "Member", north_reader: "Member"
    ) -> None:
        theirs, own = make(case, north_reader).token, make(case, north_lead).token
        reader, lead = let_in(Client(), north_reader), let_in(Client(), north_lead)

        def revoke(client: Client, token: Token) -> int:
            where = reverse("tokens:revoke", args=[case.public_id, token.public_id])
            return client.post(where).status_code

        assert (revoke(reader, own), revoke(lead, theirs)) == (404, 302)
        assert list(Token.objects.filter(ended_at=None)) == [own]

    def test_an_administrator_ends_one_without_seeing_what_it_is_for(
        self, case: Case, north_lead: "Member", member: Any
    ) -> None:
        token = make(case, north_lead).token
        admin = member("admin")
        admin.roles = ["administrator"]
        admin.save()
        client = let_in(Client(), admin)

        page = client.get(reverse("tokens:agency")).content.decode()
        client.post(reverse("tokens:revoke_in_agency", args=[token.public_id]))
        token.refresh_from_db()

        assert "2026-1" in page
        assert "Nightly count" not in page
        assert (token.ended_why, token.ended_by) == ("revoked", admin)

    def test_an_administrator_of_another_agency_finds_none(
        self, case: Case, north_lead: "Member", south_lead: "Member"
    ) -> None:
        token = make(case, north_lead).token
        south_lead.roles = ["administrator"]
        south_lead.save()
        client = let_in(Client(), south_lead)

        where = reverse("tokens:revoke_in_agency", args=[token.public_id])

        assert client.post(where).status_code == 404
        assert token.beginning not in client.get(reverse("tokens:agency")).content.decode()
