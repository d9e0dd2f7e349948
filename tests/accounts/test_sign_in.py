"""Signing in and out, and what a stranger gets."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import get_resolver

from haven.accounts import access
from haven.accounts.models import Member
from haven.audit.models import Event
from tests.signing_in import add_code_app, code_of

SIGN_IN, CODE = "/account/sign-in/", "/account/sign-in/code/"


class TestSignIn:
    def test_lets_a_member_in_by_password_and_code_and_records_it(
        self, client: Client, north_lead: Member, password: str
    ) -> None:
        app = add_code_app(north_lead)

        first = client.post(SIGN_IN, {"login": "north_lead", "password": password})
        between = client.get("/help/keys/")
        second = client.post(CODE, {"code": code_of(app)})

        assert (first.status_code, first["Location"]) == (302, CODE)
        assert between["Location"].startswith(SIGN_IN)
        assert (second.status_code, second["Location"]) == (302, "/")
        assert client.get("/help/keys/").status_code == 200
        event = Event.objects.get(verb="member.sign_in")
        assert (event.actor_id, event.facts["factor"]) == (north_lead.pk, "totp")

    @pytest.mark.parametrize(("username", "added"), [("north_lead", "!"), ("nobody", "")])
    def test_says_the_same_for_a_wrong_name_and_a_wrong_password(
        self, client: Client, north_lead: Member, password: str, username: str, added: str
    ) -> None:
        response = client.post(SIGN_IN, {"login": username, "password": password + added})

        assert "Name and password do not go together" in response.content.decode()
        assert "_auth_user_id" not in client.session
        refused = Event.objects.get(verb="member.sign_in_refused")
        assert password not in str(refused.facts)

    def test_refuses_a_member_who_left_with_the_same_words(
        self, client: Client, north_lead: Member, password: str
    ) -> None:
        north_lead.is_active = False
        north_lead.save()

        response = client.post(SIGN_IN, {"login": "north_lead", "password": password})

        assert "Name and password do not go together" in response.content.decode()
        assert "_auth_user_id" not in client.session

    @pytest.mark.parametrize(
        "next_",
        [
            "https://evil.example/",
            "//evil.example",
            "javascript:1",
            "/\\evil.example",
            "http:evil.example",
            "///evil.example",
            "https://127.0.0.1/",
        ],
    )
    def test_goes_only_to_addresses_of_this_site(
        self, client: Client, north_lead: Member, password: str, next_: str
    ) -> None:
        app = add_code_app(north_lead)
        client.post(SIGN_IN, {"login": "north_lead", "password": password, "next": next_})

        assert client.post(CODE, {"code": code_of(app)})["Location"] == "/"

    def test_goes_to_where_the_person_was_going(
        self, client: Client, north_lead: Member, password: str
    ) -> None:
        app = add_code_app(north_lead)
        sent = {"login": "north_lead", "password": password, "next": "/cases/?page=2"}
        client.post(SIGN_IN, sent)

        assert client.post(CODE, {"code": code_of(app)})["Location"] == "/cases/?page=2"


class TestSignOut:
    def test_ends_the_session_and_records_it(
        self, client_of: Callable[[Member], Client], north_lead: Member
    ) -> None:
        client = client_of(north_lead)

        client.post("/account/sign-out/")

        assert client.get("/help/keys/").status_code == 302
        assert Event.objects.filter(verb="member.sign_out", actor_id=north_lead.pk).exists()

    def test_by_a_link_does_nothing(
        self, client_of: Callable[[Member], Client], north_lead: Member
    ) -> None:
        client = client_of(north_lead)

        assert client.get("/account/sign-out/").status_code == 405
        assert client.get("/help/keys/").status_code == 200


def test_a_part_asked_for_after_the_session_ended_has_the_page_loaded_again(
    db: None, client: Client
) -> None:
    answer = client.get("/cases/", headers={"HX-Request": "true"})

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["HX-Refresh"] == "true"


OPEN_TO_STRANGERS = {name for name, rule in access.PAGES.items() if rule == access.OPEN}


def named_urls() -> list[str]:
    """Return the names of all pages, with their namespaces."""
    names = []
    for prefix, (_path, resolver) in get_resolver().namespace_dict.items():
        names += [f"{prefix}:{name}" for name in resolver.reverse_dict if isinstance(name, str)]
    return names + [name for name in get_resolver().reverse_dict if isinstance(name, str)]


OF_PROGRAMS = {name for name in access.PAGES if name.startswith("api:")}  # tests/site/test_api.py


@pytest.mark.parametrize("name", sorted(set(named_urls()) - OPEN_TO_STRANGERS - OF_PROGRAMS))
def test_a_stranger_is_sent_to_the_sign_in_from_every_page(db: None, name: str) -> None:
    from django.urls import reverse

    namespace, _, own = name.rpartition(":")
    resolver = get_resolver()
    if namespace:
        resolver = resolver.namespace_dict[namespace][1]
    (_pattern, parameters), *_ = (entry for entry in resolver.reverse_dict.getlist(own)[0][0])
    converters = resolver.reverse_dict.getlist(own)[0][3]
    samples = {
        "IntConverter": 1,
        "UUIDConverter": "00000000-0000-4000-8000-000000000000",
        "StringConverter": "x",
        "SlugConverter": "x",
        "PathConverter": "x",
        "Digest": "0" * 64,
        "NoneType": "1",  # of an address written as a regular expression
    }
    kwargs = {key: samples[type(converters.get(key)).__name__] for key in parameters}

    for method in ("get", "post"):
        response = getattr(Client(), method)(reverse(name, kwargs=kwargs))

        assert response.status_code == 302, (name, method)
        assert response["Location"].startswith(SIGN_IN)


@pytest.mark.usefixtures("db")
class TestAppearance:
    def test_theme_is_kept_and_the_reader_returns_to_the_page(self, client: Client) -> None:
        response = client.post("/account/theme/", {"theme": "light", "next": SIGN_IN})

        assert response["Location"] == SIGN_IN
        assert response.cookies["haven_theme"].value == "light"

    def test_theme_shows_on_the_page(self, client: Client, db: None) -> None:
        client.cookies["haven_theme"] = "light"

        assert 'data-theme="light"' in client.get(SIGN_IN).content.decode()

    def test_theme_of_a_forged_cookie_is_the_default(self, client: Client, db: None) -> None:
        client.cookies["haven_theme"] = '"><script>'

        assert 'data-theme="dark"' in client.get(SIGN_IN).content.decode()

    def test_language_is_kept(self, client: Client) -> None:
        response = client.post("/account/language/", {"language": "ar"})

        assert response.cookies["haven_language"].value == "ar"

    def test_a_choice_that_is_none_is_a_bad_request(self, client: Client, db: None) -> None:
        assert client.post("/account/theme/", {"theme": "pink"}).status_code == 400

    def test_a_way_back_to_another_site_is_ignored(self, client: Client) -> None:
        sent = {"theme": "dark", "next": "https://evil.example/"}

        assert client.post("/account/theme/", sent)["Location"] == "/"
