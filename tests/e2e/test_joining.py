"""Coming in and going out in a browser: applying, being invited, being paused."""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as configured
from django.test import Client
from playwright.sync_api import expect

from haven.accounts.mail import sending
from haven.accounts.mail.models import Letter
from haven.accounts.models import Agency, Member
from tests.accounts import people
from tests.accounts.people import NOW
from tests.accounts.test_passkeys import Authenticator
from tests.conftest import PATIENCE_MS
from tests.signing_in import let_in

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
Colleague = Callable[[Member], "Page"]


@pytest.fixture
def post(settings: Any, tmp_path: "Path", live_server: Any) -> Callable[[str], str]:
    """Return a function that brings the newest letter to an address, as the trial keeps it."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    settings.HAVEN_ADDRESS = live_server.url

    def bring(to: str) -> str:
        for key in Letter.objects.filter(state="waiting").values_list("pk", flat=True):
            sending.send(key, at=NOW)
        files = sorted((tmp_path / "mail").iterdir(), key=lambda one: one.stat().st_mtime_ns)
        letters = [one.read_text() for one in files]
        return next(one for one in reversed(letters) if f"To: {to}\n" in one)

    return bring


@pytest.fixture
def beside(_chromium: "Browser", live_server: Any) -> Iterator[Colleague]:
    """Return a function that gives a member a browser of their own, signed in."""
    contexts = []

    def open_for(member: Member) -> "Page":
        context = _chromium.new_context(base_url=live_server.url, locale="en-GB")
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        session = let_in(Client(), member).cookies[configured.SESSION_COOKIE_NAME]
        context.add_cookies(
            [{"name": session.key, "value": session.value, "url": live_server.url}]
        )
        return context.new_page()

    yield open_for
    for one in contexts:
        one.close()


@pytest.fixture
def west() -> Agency:
    return people.agency("West", domain="west.example")


@pytest.fixture
def officer(west: Agency) -> Member:
    return people.member("Olav", west, "investigator", "supervisor")


@pytest.fixture
def curator() -> Member:
    return people.member("Clara", people.agency("Office", kind="international"), "curator")


def link_in(letter: str) -> str:
    found = re.search(r"^http://\S+/join/\S+$", letter, re.M)
    assert found, letter
    return found[0]


def accept_and_enrol(page: "Page") -> None:
    """Accept the terms, make a passkey with the authenticator of the browser, come in."""
    page.get_by_label("I have read the terms").check()
    page.get_by_role("button", name="Accept and set up the sign-in").click()
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("link", name="Make a passkey").click()
    page.get_by_label("Name").fill("My phone")
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_role("link", name="I have written them down").click()
    page.wait_for_url("**/cases/")


def test_an_officer_applies_and_two_people_let_her_in(
    browser_page: "Page",
    post: Callable[[str], str],
    beside: Colleague,
    officer: Member,
    curator: Member,
) -> None:
    page = browser_page
    phone = Authenticator(page)
    page.goto("/account/sign-in/")
    page.get_by_role("link", name="Join Haven").click()
    page.get_by_label("Your name").fill("Eva Vik")
    page.get_by_label("Your official e-mail address").fill("eva@west.example")
    page.get_by_label("Your agency").fill("West")
    page.get_by_label("Your duty").fill("Investigator of the unit")
    page.get_by_label("E-mail address of your supervisor").fill("olav@west.example")
    page.get_by_label("Languages you speak").select_option(["nb", "en"])
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()

    page.goto(link_in(post("eva@west.example")))
    expect(page.get_by_text("Investigator of the unit")).to_be_visible()
    page.get_by_role("button", name="Yes, I wrote this").click()
    expect(page.get_by_text("Your address is confirmed")).to_be_visible()

    assert "Eva Vik" in post("olav@west.example")
    for decides, says in ((officer, "I vouch for this person"), (curator, "I agree")):
        desk = beside(decides)
        desk.goto("/applications/")
        desk.get_by_role("link", name="Eva Vik").click()
        desk.get_by_role("button", name=says).click()
        expect(desk.locator("#notices")).to_contain_text("The next step is on its way")

    page.goto(link_in(post("eva@west.example")))
    accept_and_enrol(page)

    member = Member.objects.get(email="eva@west.example")
    assert (member.status, member.supervisor) == ("active", officer)
    assert len(phone.credentials) == 1
    assert "You are a member of Haven" in post("eva@west.example")


def test_a_colleague_is_invited_comes_in_and_is_thrown_out_when_paused(
    browser_page: "Page", post: Callable[[str], str], beside: Colleague, west: Agency
) -> None:
    desk = beside(people.member("Astrid", west, "administrator"))
    desk.goto("/members/")
    desk.get_by_role("link", name="Invite").first.click()
    desk.get_by_label("Name", exact=True).fill("Una Berg")
    desk.get_by_label("Official e-mail address").fill("una@west.example")
    desk.get_by_label("investigator").check()
    desk.get_by_role("button", name="Invite").click()
    expect(desk.locator("#notices")).to_contain_text("on its way")

    page = browser_page
    Authenticator(page)
    page.goto(link_in(post("una@west.example")))
    accept_and_enrol(page)
    page.goto("/help/keys/")
    assert "/help/keys/" in page.url

    desk.goto("/members/")
    desk.get_by_role("link", name="Una Berg").click()
    desk.get_by_text("Pause the access").click()
    desk.get_by_label("Reason").first.fill("On leave until spring")
    desk.get_by_role("button", name="Pause, and end all sessions").click()
    expect(desk.locator("#notices")).to_contain_text("sessions have ended")

    page.goto("/cases/")
    page.wait_for_url("**/account/sign-in/**")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("That did not work").or_(page.get_by_text("not right")).first.wait_for()
    page.goto("/cases/")
    assert "/account/sign-in/" in page.url
    assert "Your access to Haven has been paused" in post("una@west.example")


def test_a_browser_that_died_before_the_passkey_comes_back_by_the_letter(
    browser_page: "Page",
    post: Callable[[str], str],
    beside: Colleague,
    _chromium: "Browser",
    live_server: Any,
    west: Agency,
) -> None:
    from haven.accounts.invitations import actions

    admin = people.member("Astrid", west, "administrator")
    actions.invite(
        agency=west, name="Una", email="una@west.example", roles=["analyst"], by=admin, at=NOW
    )
    link = link_in(post("una@west.example"))
    dying = _chromium.new_context(base_url=live_server.url)
    page = dying.new_page()
    page.goto(link)
    page.get_by_label("I have read the terms").check()
    page.get_by_role("button", name="Accept and set up the sign-in").click()
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("link", name="Make a passkey").wait_for()
    dying.close()

    page = browser_page
    Authenticator(page)
    page.goto(link)
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("link", name="Make a passkey").click()
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_role("link", name="I have written them down").click()
    page.wait_for_url("**/cases/")

    stranger = beside(admin)
    stranger.goto(link)
    expect(stranger.get_by_role("heading", name="Sign out first")).to_be_visible()
