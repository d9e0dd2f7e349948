"""Passkeys in a real browser, with an authenticator that the browser plays."""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from haven.accounts import actions
from haven.accounts.models import Agency, Member
from haven.audit.models import Event

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


class Authenticator:
    """The phone or key of a person, played by the browser."""

    def __init__(self, page: "Page", **more: Any) -> None:
        self.devtools: CDPSession = page.context.new_cdp_session(page)
        self.devtools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
            **more,
        }
        made = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.id = made["authenticatorId"]

    @property
    def credentials(self) -> list[dict[str, Any]]:
        found = self.devtools.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        return list(found["credentials"])

    def verifies(self, is_owner: bool) -> None:
        self.devtools.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": is_owner}
        )

    def turn_back(self, credential: dict[str, Any]) -> None:
        """Put a credential back as it was: what a copy of it would be."""
        self.devtools.send("WebAuthn.clearCredentials", {"authenticatorId": self.id})
        self.devtools.send(
            "WebAuthn.addCredential", {"authenticatorId": self.id, "credential": credential}
        )


@pytest.fixture
def phone(browser_page: "Page") -> Authenticator:
    return Authenticator(browser_page)


@pytest.fixture
def newcomer(north: Agency) -> Member:
    return actions.add_member(
        username="ola",
        display_name="Ola Nordmann",
        agency=north,
        roles=["investigator"],
        by=None,
        at=timezone.now(),
    )


@pytest.fixture
def enrolled(
    browser_page: "Page", phone: Authenticator, newcomer: Member
) -> Iterator[Callable[[], "Page"]]:
    """Return the page of a newcomer who came by the link and made a passkey."""
    browser_page.goto(actions.first_link(newcomer))
    browser_page.get_by_role("button", name="Begin").click()
    browser_page.get_by_role("link", name="Make a passkey").click()
    browser_page.get_by_label("Name").fill("My phone")
    browser_page.get_by_role("button", name="Make the passkey").click()
    browser_page.wait_for_url("**/recovery-codes/")
    yield browser_page


def sign_out(page: "Page") -> None:
    page.locator("details.menu", has_text="Ola Nordmann").locator("summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/account/sign-in/")


def sign_in(page: "Page") -> None:
    page.goto("/account/sign-in/?next=/help/keys/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile(r"^[^?]+/help/keys/$"))


def test_the_button_cannot_be_pressed_before_it_can_do_something(
    browser_page: "Page", db: None
) -> None:
    held: list[Any] = []
    browser_page.route("**/mfa/js/webauthn*.js", lambda route: held.append(route))
    browser_page.goto("/account/sign-in/", wait_until="commit")
    button = browser_page.get_by_role("button", name="Sign in with a passkey")
    expect(button).to_be_disabled()
    assert held

    browser_page.unroute("**/mfa/js/webauthn*.js")  # lets go of what it held
    expect(button).to_be_enabled()


def test_a_newcomer_makes_a_passkey_sees_the_recovery_codes_and_is_in(
    enrolled: "Page", newcomer: Member
) -> None:
    codes = enrolled.locator(".recovery-codes li").all_inner_texts()
    assert len(codes) == 10
    assert all(re.fullmatch(r"\d{4} \d{4} \d{4}", code) for code in codes)

    enrolled.get_by_role("link", name="I have written them down").click()
    enrolled.wait_for_url("**/cases/")

    enrolled.goto("/account/factors/recovery-codes/")
    assert enrolled.locator(".recovery-codes").count() == 0
    verbs = Event.objects.filter(target_id=str(newcomer.pk)).order_by("at", "pk")
    assert [event.verb for event in verbs][-2:] == ["member.sign_in", "member.add_factor"]


def test_signing_in_takes_the_passkey_and_no_name(
    enrolled: "Page", phone: Authenticator, newcomer: Member
) -> None:
    sign_out(enrolled)
    sign_in(enrolled)

    assert phone.credentials[0]["isResidentCredential"]
    last = Event.objects.filter(verb="member.sign_in").latest("at")
    assert (last.actor_id, last.facts["factor"]) == (newcomer.pk, "webauthn")


def test_a_passkey_that_does_not_verify_its_owner_opens_nothing(
    enrolled: "Page", phone: Authenticator
) -> None:
    sign_out(enrolled)
    phone.verifies(False)

    enrolled.get_by_role("button", name="Sign in with a passkey").click()
    enrolled.locator("#passkey-trouble").wait_for()

    assert "/account/sign-in/" in enrolled.url


def test_a_copied_passkey_is_refused(enrolled: "Page", phone: Authenticator) -> None:
    old = phone.credentials[0]
    sign_out(enrolled)
    sign_in(enrolled)
    sign_out(enrolled)
    phone.turn_back(old)

    enrolled.get_by_role("button", name="Sign in with a passkey").click()
    enrolled.get_by_text("not right").wait_for()

    enrolled.goto("/help/keys/")
    assert "/account/sign-in/" in enrolled.url


def test_a_second_factor_is_asked_for_again_by_passkey_and_then_the_passkey_is_renamed(
    enrolled: "Page", settings: Any
) -> None:
    enrolled.goto("/account/factors/")
    settings.HAVEN_FRESH_FACTOR_S = 0

    enrolled.get_by_role("link", name="Rename").click()
    enrolled.get_by_role("heading", name="Show that it is you").wait_for()
    settings.HAVEN_FRESH_FACTOR_S = 300
    enrolled.get_by_role("button", name="Use a passkey").click()
    enrolled.get_by_label("Name").fill("Blue key")
    enrolled.get_by_role("button", name="Keep the name").click()

    enrolled.get_by_text("Blue key").wait_for()
    assert enrolled.get_by_text("last way in").is_visible()
    assert Event.objects.filter(verb="member.confirm", facts__factor="webauthn").exists()


def test_a_passkey_after_the_password_is_a_second_factor_too(
    enrolled: "Page", phone: Authenticator, newcomer: Member
) -> None:
    newcomer.refresh_from_db()
    newcomer.set_password("seven-tall-trees")
    newcomer.save()
    enrolled.goto("/account/sign-in/")
    enrolled.get_by_label("Sign-in name").fill("ola")
    enrolled.get_by_label("Password").fill("seven-tall-trees")
    enrolled.get_by_role("button", name="Sign in with a password").click()
    enrolled.get_by_role("button", name="Use a passkey").click()

    enrolled.wait_for_url("**/cases/")


def test_password_and_code_app_are_the_other_way(browser_page: "Page", newcomer: Member) -> None:
    page = browser_page
    page.goto(actions.first_link(newcomer))
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("link", name="Choose a password").click()
    for label in ("New password", "New password confirmation"):
        page.get_by_label(label, exact=True).fill("seven-tall-trees")
    page.get_by_role("button", name="Keep it").click()
    secret = page.locator(".code-app__secret").inner_text().replace(" ", "")

    page.get_by_label("Code that the app shows now").fill(code_for(secret))
    page.get_by_role("button", name="Keep it").click()
    page.wait_for_url("**/recovery-codes/")

    sign_out(page)
    page.get_by_label("Sign-in name").fill("ola")
    page.get_by_label("Password").fill("seven-tall-trees")
    page.get_by_role("button", name="Sign in with a password").click()
    page.get_by_label("Code from the app").fill(code_for(secret, step=1))
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/cases/")


def code_for(secret: str, *, step: int = 0) -> str:
    import time

    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))
