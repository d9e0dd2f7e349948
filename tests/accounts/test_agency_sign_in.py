"""Agency sign-in: by the agency's own identity provider, against a real one on this machine."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.http import HttpResponse
from django.test import Client

from haven.accounts.models import Member
from haven.audit.models import Event
from haven.site import env
from tests.accounts.provider import CLIENT, SECRET, Provider
from tests.signing_in import add_code_app, change_session

BEGIN, PAGE = "/account/sign-in/agency/", "/help/keys/"


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    made = Provider()
    settings.HAVEN_OIDC_ISSUER = made.url
    settings.HAVEN_OIDC_AGENCY = "North"
    settings.SOCIALACCOUNT_PROVIDERS = env.identity_provider(
        made.url, client_id=CLIENT, secret=SECRET, subject="sub"
    )
    yield made
    made.stop()


@pytest.fixture
def known(north_lead: Member, provider: Provider) -> Member:
    """Return a member whose address the provider vouches for, with a second factor."""
    north_lead.email = "nora@north.example"
    north_lead.save()
    provider.says = {
        "sub": "person-1",
        "email": "Nora@north.example",
        "email_verified": True,
        "amr": ["pwd", "mfa"],
    }
    return north_lead


def come_back(client: Client, provider: Provider, **more: str) -> HttpResponse:
    """Go to the provider and come back with what it says."""
    sent = client.post(BEGIN, more)
    assert sent["Location"].startswith(f"{provider.url}/authorize?"), sent
    code, state = provider.code_for(sent["Location"])
    answer = client.get(f"{BEGIN}callback/", {"code": code, "state": state})
    assert isinstance(answer, HttpResponse)
    return answer


def test_a_known_person_comes_in_and_the_binding_is_on_the_record(
    client: Client, known: Member, provider: Provider
) -> None:
    answer = come_back(client, provider, next="/cases/?a=1")

    assert answer["Location"] == "/cases/?a=1"
    assert client.get(PAGE).status_code == 200
    bound = SocialAccount.objects.get()
    assert (bound.user_id, bound.uid, bound.extra_data) == (known.pk, "person-1", {})
    assert Event.objects.get(verb="member.bind_agency").target_id == str(known.pk)
    assert Event.objects.get(verb="member.sign_in").facts["factor"] == "agency"


def test_a_new_member_whose_factor_the_agency_saw_has_arrived(
    client: Client, known: Member, provider: Provider
) -> None:
    type(known).objects.filter(pk=known.pk).update(status="invited")

    come_back(client, provider)

    known.refresh_from_db()
    assert known.status == "active"
    assert Event.objects.filter(verb="member.arrive").count() == 1


def test_from_then_on_the_identifier_counts_and_not_the_address(
    known: Member, provider: Provider
) -> None:
    come_back(Client(), provider)
    provider.says |= {"email": "new@north.example"}
    again = Client()
    come_back(again, provider)
    assert again.get(PAGE).status_code == 200

    provider.says |= {"sub": "person-2", "email": "nora@north.example"}
    other = Client()
    come_back(other, provider)

    assert other.get(PAGE).status_code == 302


@pytest.mark.parametrize(
    "says",
    [
        {"email": "nobody@north.example"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": None},
    ],
)
def test_an_unknown_person_is_no_member_and_none_is_made(
    client: Client, known: Member, provider: Provider, says: dict[str, Any]
) -> None:
    provider.says |= says

    answer = come_back(client, provider)

    assert answer["Location"] == "/account/sign-in/"
    assert client.get(PAGE).status_code == 302
    assert Member.objects.count() == 1
    refused = Event.objects.get(verb="member.sign_in_refused")
    assert refused.facts["factor"] == "agency"


@pytest.mark.parametrize(("is_trusted", "status"), [(False, 302), (True, 200)])
def test_another_claim_counts_only_where_the_settings_say_so(
    client: Client, known: Member, provider: Provider, settings: Any, is_trusted: bool, status: int
) -> None:
    """`email_verified` speaks of `email`; a person may write the other one as they like."""
    settings.HAVEN_OIDC_EMAIL = "preferred_username"
    settings.HAVEN_OIDC_EMAIL_TRUSTED = is_trusted
    provider.says |= {"email": "x@north.example", "preferred_username": "nora@north.example"}

    come_back(client, provider)

    assert client.get(PAGE).status_code == status


def test_a_member_of_another_agency_is_not_this_providers_to_vouch_for(
    client: Client, known: Member, south_lead: Member, provider: Provider
) -> None:
    south_lead.email = "sani@south.example"
    south_lead.save()
    provider.says |= {"email": "sani@south.example"}

    come_back(client, provider)

    assert client.get(PAGE).status_code == 302
    assert not SocialAccount.objects.exists()


def test_one_who_left_stays_out(client: Client, known: Member, provider: Provider) -> None:
    come_back(Client(), provider)
    known.is_active = False
    known.save()

    answer = come_back(client, provider)

    assert answer["Location"] == "/account/sign-in/"
    assert client.get(PAGE).status_code == 302


class TestSecondFactor:
    @pytest.mark.parametrize(
        "says",
        [{"amr": ["pwd"]}, {"amr": None}, {"auth_time": None}, {"auth_time": 1}],
        ids=["password", "nothing", "no time", "long ago"],
    )
    def test_that_the_provider_did_not_see_is_havens_to_ask_for(
        self, known: Member, provider: Provider, says: dict[str, Any]
    ) -> None:
        provider.says |= says
        first = Client()
        come_back(first, provider)
        assert first.get(PAGE)["Location"] == "/account/enrol/"
        add_code_app(known)

        second = Client()
        answer = come_back(second, provider)

        assert answer["Location"] == "/account/sign-in/code/"
        assert second.get(PAGE).status_code == 302

    def test_may_be_said_by_acr(
        self, client: Client, known: Member, provider: Provider, settings: Any
    ) -> None:
        settings.HAVEN_OIDC_FACTORS = ["https://refeds.org/profile/mfa"]
        provider.says |= {"amr": [], "acr": "https://refeds.org/profile/mfa"}

        come_back(client, provider)

        assert client.get(PAGE).status_code == 200

    def test_that_is_no_longer_fresh_is_asked_for_at_the_agency_again(
        self, client: Client, known: Member, provider: Provider
    ) -> None:
        come_back(client, provider)
        records = client.session["account_authentication_methods"]
        old = [{**one, "at": time.time() - 600} for one in records]
        change_session(client, account_authentication_methods=old)

        for path in ("/account/factors/passkeys/add/", "/account/password/"):
            asked = client.get(path)["Location"]
            assert asked.startswith(f"{BEGIN}?next=")
        come_back(client, provider, next="/account/password/")
        assert client.get("/account/password/").status_code == 200


class TestTricks:
    def test_a_token_signed_by_another_key_is_refused(
        self, client: Client, known: Member, provider: Provider
    ) -> None:
        provider.signs_with = rsa.generate_private_key(public_exponent=65537, key_size=2048)

        come_back(client, provider)

        assert client.get(PAGE).status_code == 302

    @pytest.mark.parametrize(
        "says", [{"iss": "https://evil.example"}, {"aud": "somebody"}, {"exp": 1}]
    )
    def test_a_token_for_another_site_or_too_old_is_refused(
        self, client: Client, known: Member, provider: Provider, says: dict[str, Any]
    ) -> None:
        provider.says |= says

        come_back(client, provider)

        assert client.get(PAGE).status_code == 302

    def test_an_answer_that_this_browser_did_not_ask_for_is_refused(
        self, client: Client, known: Member, provider: Provider
    ) -> None:
        code, state = provider.code_for(Client().post(BEGIN)["Location"])

        client.get(f"{BEGIN}callback/", {"code": code, "state": state})

        assert client.get(PAGE).status_code == 302

    def test_following_a_link_goes_nowhere_by_itself(self, client: Client, known: Member) -> None:
        page = client.get(f"{BEGIN}?process=connect&next=https://evil.example/")

        assert page.status_code == 200
        assert 'name="next" value=""' in page.content.decode()

    def test_the_way_back_is_one_of_this_site(
        self, client: Client, known: Member, provider: Provider
    ) -> None:
        assert come_back(client, provider, next="https://evil.example/")["Location"] == "/"


def test_without_a_provider_there_is_no_such_page(client: Client, db: None) -> None:
    assert client.get(BEGIN).status_code == 404
    assert client.get(f"{BEGIN}callback/").status_code == 404
    assert "your agency" not in client.get("/account/sign-in/").content.decode()
