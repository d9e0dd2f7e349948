"""What every answer says to the browser: to keep nothing, run nothing foreign, show nobody."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.http import HttpResponse
from django.test import Client

from haven.accounts.access import Role
from tests.site.test_every_url import ROUTED, World, address, ask, world

if TYPE_CHECKING:
    from haven.accounts.models import Member

__all__ = ["world"]  # a fixture
MEDIA = {
    "analysis:masked",
    "analysis:background",
    "analysis:crop",
    "analysis:probe_crop",
    "comparison:sought",
    "crops:picture",
    "onboarding:picture",
    "onboarding:view",
    "packages:view",
    "reports:view",
    "reveals:original",
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}
EXACT = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "X-Permitted-Cross-Domain-Policies": "none",
}


def policy_of(answer: HttpResponse) -> dict[str, str]:
    parts = (part.split(maxsplit=1) for part in answer["Content-Security-Policy"].split(";"))
    return {part[0]: part[1] if len(part) > 1 else "" for part in parts if part}


def faults(answer: HttpResponse) -> list[str]:
    """Return what an answer of a page should say and does not."""
    wrong = [name for name, value in EXACT.items() if answer.get(name) != value]
    # allauth's views say more about caches; they must say this as well.
    if "no-store" in answer.get("Cache-Control", "") and "Cache-Control" in wrong:
        wrong.remove("Cache-Control")
    policy = policy_of(answer)
    wrong += [name for name, value in POLICY.items() if policy.get(name) != value]
    wrong += [word for word in ("unsafe", "http:", "*") if word in str(policy)]
    allowed = answer.get("Permissions-Policy", "")
    wrong += [name for name in ("camera=()", "geolocation=()", "usb=()") if name not in allowed]
    wrong += [name for name in ("Server", "X-Powered-By") if name in answer.headers]
    return wrong


def test_every_page_is_closed_for_strangers(client: Client, world: World) -> None:
    found = {name: faults(ask(client, name, world.ours)) for name in ROUTED}

    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_every_page_is_closed_for_members(
    world: World,
    client_of: "Callable[[Member], Client]",
    north_lead: "Member",
) -> None:
    north_lead.roles = sorted(set(Role) - {Role.PROVIDER})
    north_lead.save()
    found = {}
    for name in sorted(set(ROUTED) - MEDIA):
        found[name] = faults(ask(client_of(north_lead), name, world.ours))

    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("name", sorted(MEDIA))
def test_a_picture_comes_alone_in_a_sandbox(
    name: str,
    world: World,
    client_of: "Callable[[Member], Client]",
    north_lead: "Member",
) -> None:
    answer = client_of(north_lead).get(address(name, world.ours))

    assert answer.status_code in (200, 404), name
    if answer.status_code == 200:
        assert answer["Content-Type"] == "image/jpeg"
        assert policy_of(answer) == {"default-src": "'none'", "sandbox": ""}
    for header in ("Cache-Control", "X-Content-Type-Options", "Cross-Origin-Resource-Policy"):
        assert answer[header] == EXACT[header]


@pytest.mark.parametrize("path", ["/nowhere/", "/cases/1/", "/static/nowhere.js", "/%00", "//x"])
def test_a_refusal_is_closed_as_well(client: Client, db: None, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code in (302, 400, 404)
    assert faults(answer) == []


def test_the_wrong_host_is_refused_and_closed(client: Client, db: None) -> None:
    answer = client.get("/account/sign-in/", headers={"host": "evil.example"})

    assert answer.status_code == 400
    assert "no-store" in answer["Cache-Control"]
    assert b"evil.example" not in answer.content


def test_cookies_are_for_this_site_and_no_script(
    client: Client, north_lead: "Member", password: str
) -> None:
    sent = client.post(
        "/account/sign-in/", {"login": north_lead.username, "password": password}
    ).cookies

    assert sent, "signing in sets a cookie"
    for name, cookie in sent.items():
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Strict", name
