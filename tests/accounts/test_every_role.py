"""Every address and every role: what access.py says is what a browser gets, both ways."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from haven.accounts import access
from haven.accounts.access import Role
from haven.accounts.models import Agency, Member

NOWHERE = {  # ids of things that are not there: whoever may ask gets "not found"
    "IntConverter": 999_999_999,
    "UUIDConverter": "00000000-0000-4000-8000-000000000000",
    "UUIDStrConverter": "00000000-0000-4000-8000-000000000000",  # of django-ninja
    "StringConverter": "x",
    "SlugConverter": "x",
    "PathConverter": "x",
    "Digest": "0" * 64,
}
NO_ROLE = "nobody"
DID_NOTHING = {403, 404, 405}
DESK = "hub/desk/"  # Wagtail's addresses, which tests/hub/test_desk.py asks
LATER_STEPS = {"mfa_authenticate", "mfa_login_webauthn"}  # of the sign-in, which begins elsewhere


def routed(patterns: object = None, space: str = "") -> dict[str, dict[str, object]]:
    """Return the name of every address of the site, with arguments that fit."""
    found: dict[str, dict[str, object]] = {}
    for one in get_resolver().url_patterns if patterns is None else patterns:  # type: ignore[attr-defined]
        if str(one.pattern) == DESK:
            continue
        own = {name: NOWHERE[type(c).__name__] for name, c in one.pattern.converters.items()}
        if isinstance(one, URLResolver):
            inner = routed(one.url_patterns, one.namespace or space)
            found |= {name: {**own, **arguments} for name, arguments in inner.items()}
        elif isinstance(one, URLPattern):
            found[f"{space}:{one.name}" if space else str(one.name)] = own
    return found


ROUTED = routed()


@pytest.fixture
def member_as(north: Agency) -> Callable[[str], Member]:
    """Return a way to have a member with one role, or with none."""

    def having(role: str) -> Member:
        agency = north
        if role == Role.PROVIDER:
            agency = Agency.objects.create(name="Tools", country="NO", kind="provider")
        return Member.objects.create_user(
            username=role,
            display_name=role,
            agency=agency,
            roles=[] if role == NO_ROLE else [role],
        )

    return having


def is_refused(answer: HttpResponse) -> bool:
    return answer.status_code == 403 and b"web.not_allowed" in answer.content


def is_sent_to_sign_in(answer: HttpResponse) -> bool:
    if answer.status_code == 401:  # the API has no page to send to
        return answer.json()["code"] == "web.not_signed_in"
    return answer.status_code == 302 and answer["Location"].startswith("/account/sign-in/")


def test_every_address_is_in_the_table_and_the_table_has_no_other() -> None:
    assert set(ROUTED) == set(access.PAGES)


def test_every_act_is_asked_for_by_somebody() -> None:
    assert all(access.MAY.values())
    assert {role for roles in access.MAY.values() for role in roles} <= set(Role)


@pytest.mark.parametrize("role", [*Role.values, NO_ROLE])
def test_a_role_opens_what_the_table_says_and_nothing_else(
    role: str, member_as: Callable[[str], Member], client_of: Callable[[Member], Client]
) -> None:
    member = member_as(role)
    roles = set(member.roles)
    wrong = []
    client = client_of(member)

    for name, arguments in ROUTED.items():
        rule = access.PAGES[name]
        may = rule not in access.MAY or bool(access.MAY[rule] & roles)
        for method in ("get", "post"):
            answer = getattr(client, method)(reverse(name, kwargs=arguments))
            if answer.status_code not in DID_NOTHING:
                client = client_of(member)  # signing out is one of the addresses
            if is_refused(answer) is may or answer.status_code >= 500:
                wrong.append((name, method, answer.status_code))
            if rule != access.OPEN and is_sent_to_sign_in(answer) and "sign-out" not in name:
                wrong.append((name, method, "sign-in"))

    assert wrong == []


def test_who_is_not_signed_in_gets_open_pages_alone(db: None) -> None:
    sent = {
        name: is_sent_to_sign_in(Client().get(reverse(name, kwargs=arguments)))
        for name, arguments in ROUTED.items()
    }

    assert {name for name, is_sent in sent.items() if not is_sent} == {
        name
        for name, rule in access.PAGES.items()
        if rule == access.OPEN and name not in LATER_STEPS
    }


class TestStart:
    @pytest.mark.parametrize("role", [Role.INVESTIGATOR, Role.ANALYST, Role.SUPERVISOR])
    def test_of_who_works_on_cases_is_the_list_of_cases(
        self, role: str, member_as: Callable[[str], Member], client_of: Callable[[Member], Client]
    ) -> None:
        assert client_of(member_as(role)).get("/")["Location"] == "/cases/"

    def test_of_a_member_without_a_role_says_so_calmly(
        self, member_as: Callable[[str], Member], client_of: Callable[[Member], Client]
    ) -> None:
        page = client_of(member_as(NO_ROLE)).get("/")

        assert page.status_code == 200
        assert "You have no role here yet" in page.content.decode()
        assert 'href="/cases/"' not in page.content.decode()


def test_the_menu_shows_what_opens_and_nothing_else(
    member_as: Callable[[str], Member], client_of: Callable[[Member], Client]
) -> None:
    from haven.site.context import MENU

    for role in [*Role.values, NO_ROLE]:
        member = member_as(role)
        shown = client_of(member).get("/help/keys/").content.decode()

        for name, _words, _icon in MENU:
            is_shown = f'class="menu__item" href="{reverse(name)}"' in shown
            assert is_shown is access.opens(member, name), (role, name)


def test_what_a_template_is_told_is_what_the_table_says(north_lead: Member) -> None:
    told = access.may(north_lead)

    assert told["case"] == {"work": True, "open": True}
    assert told["members"]["manage"] is False
