"""Theft: what somebody tries who has a cookie, a password, a code, or nothing but patience."""

import re
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as given
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import Client

from haven.accounts.models import Agency, Member
from haven.audit.models import Event
from tests.signing_in import add_code_app, code_of, let_in

SIGN_IN, CODE, PAGE = "/account/sign-in/", "/account/sign-in/code/", "/help/keys/"
COOKIE = given.SESSION_COOKIE_NAME


@pytest.fixture(autouse=True)
def _no_tries_yet(db: None) -> Iterator[None]:
    cache.clear()
    yield


def try_password(client: Client, password: str, name: str = "north_lead", **more: object) -> str:
    answer = client.post(SIGN_IN, {"login": name, "password": password}, **more)  # type: ignore[arg-type]
    return answer["Location"] if answer.status_code == 302 else answer.content.decode()


class TestCookie:
    def test_a_stolen_cookie_is_worth_nothing_after_the_sign_out(
        self, client_of: Callable[[Member], Client], north_lead: Member
    ) -> None:
        owner, thief = client_of(north_lead), Client()
        thief.cookies[COOKIE] = owner.cookies[COOKIE].value
        assert thief.get(PAGE).status_code == 200

        answer = owner.post("/account/sign-out/")

        assert thief.get(PAGE).status_code == 302
        assert answer["Clear-Site-Data"] == '"cache", "storage"'

    def test_a_session_given_to_a_victim_does_not_become_the_victims(
        self, client: Client, north_lead: Member, password: str
    ) -> None:
        app = add_code_app(north_lead)
        client.get("/account/sign-in/passkey/", headers={"Accept": "application/json"})
        planted = client.cookies[COOKIE].value

        try_password(client, password)
        between = client.cookies[COOKIE].value
        client.post(CODE, {"code": code_of(app)})
        thief = Client()
        thief.cookies[COOKIE] = planted

        assert client.get(PAGE).status_code == 200
        assert client.cookies[COOKIE].value not in (planted, between)
        assert thief.get(PAGE).status_code == 302

    def test_enrolling_a_factor_changes_the_key_too(
        self, client: Client, north_lead: Member
    ) -> None:
        client.force_login(north_lead)
        client.get("/account/factors/code-app/add/")
        before = client.session.session_key
        secret = client.session["mfa.totp.secret"]
        from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

        code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
        answer = client.post("/account/factors/code-app/add/", {"code": code})

        assert answer["Location"] == "/account/factors/recovery-codes/"
        assert client.session.session_key != before

    def test_in_service_cookies_go_over_https_to_this_host_alone(self, tmp_path: Path) -> None:
        import os
        import subprocess
        import sys

        say = (
            "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME,"
            "s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE,"
            "s.CSRF_COOKIE_NAME, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_DOMAIN)"
        )
        kept = {k: v for k, v in os.environ.items() if not k.startswith("HAVEN_")}
        done = subprocess.run(
            [sys.executable, "-c", say],
            env={
                **kept,
                "DJANGO_SETTINGS_MODULE": "haven.site.settings",
                "HAVEN_MODE": "service",
                "HAVEN_SECRET_KEY": "x" * 60,
                "HAVEN_HOSTS": "haven.example",
                "HAVEN_DATA_DIR": str(tmp_path),
                "DATABASE_URL": "postgresql://nobody@/none",
            },
            capture_output=True,
            text=True,
            check=True,
        )

        assert done.stdout.split() == [
            *("__Host-haven", "True", "True", "Strict"),
            *("__Host-haven-csrf", "True", "None"),
        ]


class TestCode:
    def test_a_code_opens_one_door(self, north_lead: Member, password: str) -> None:
        app = add_code_app(north_lead)
        code = code_of(app)
        owner, thief = Client(), Client()
        for one in (owner, thief):
            try_password(one, password)

        owner.post(CODE, {"code": code})
        answer = thief.post(CODE, {"code": f" {code[:3]} {code[3:]} "})

        assert "used already" in answer.content.decode()
        assert thief.get(PAGE).status_code == 302

    def test_not_even_when_it_is_the_last_one_still_good(
        self, north_lead: Member, password: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        app = add_code_app(north_lead)
        code = code_of(app)
        owner, thief = Client(), Client()
        try_password(owner, password)
        owner.post(CODE, {"code": code})
        now = time.time()
        monkeypatch.setattr(  # a period later allauth no longer remembers it
            "allauth.mfa.totp.internal.auth.TOTP._mark_code_used", lambda *_: True
        )
        monkeypatch.setattr("allauth.mfa.totp.internal.auth.time.time", lambda: now + 31)

        try_password(thief, password)
        answer = thief.post(CODE, {"code": code})

        assert "used already" in answer.content.decode()

    def test_a_recovery_code_works_once(self, north_lead: Member, password: str) -> None:
        from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

        add_code_app(north_lead)
        code = RecoveryCodes.activate(north_lead).get_unused_codes()[0]
        first, second = Client(), Client()
        for one in (first, second):
            try_password(one, password)
            one.post(CODE, {"code": code})

        assert first.get(PAGE).status_code == 200
        assert second.get(PAGE).status_code == 302

    def test_five_wrong_codes_are_followed_by_a_wait(
        self, client: Client, north_lead: Member, password: str
    ) -> None:
        app = add_code_app(north_lead)
        try_password(client, password)
        for _ in range(5):
            client.post(CODE, {"code": "000000"})

        answer = client.post(CODE, {"code": code_of(app)})

        assert "too many tries" in answer.content.decode()

    def test_the_secret_does_not_lie_open_in_the_database(self, north_lead: Member) -> None:
        from allauth.mfa.utils import decrypt

        app = add_code_app(north_lead)

        assert decrypt(app.data["secret"]) not in str(app.data)


class TestGuessing:
    def test_five_wrong_passwords_are_followed_by_a_wait_for_the_right_one(
        self, client: Client, north_lead: Member, password: str
    ) -> None:
        add_code_app(north_lead)
        for number in range(5):
            assert "do not go together" in try_password(client, f"wrong-{number}")

        assert "too many tries" in try_password(client, password)

    def test_the_wait_is_the_members_whatever_address_it_comes_from_and_however_it_is_written(
        self, north_lead: Member, password: str, settings
    ) -> None:
        settings.ALLOWED_HOSTS = ["testserver", "haven.example"]
        ways = [
            ("north_lead", "testserver"),
            ("NORTH_LEAD", "testserver:81"),
            (" north_lead ", "haven.example"),
            ("North_Lead", "haven.example:4000"),
            ("north_lead", "testserver:65000"),
        ]
        for number, (name, host) in enumerate(ways):
            try_password(
                Client(), "wrong", name, headers={"host": host}, REMOTE_ADDR=f"192.0.2.{number}"
            )

        assert "too many tries" in try_password(Client(), password, REMOTE_ADDR="198.51.100.9")

    def test_a_colleague_is_not_kept_out_by_guesses_at_somebody_elses_password(
        self, north_lead: Member, north_reader: Member, password: str
    ) -> None:
        for number in range(8):
            try_password(Client(), "wrong", REMOTE_ADDR=f"192.0.2.{number}")

        add_code_app(north_reader)
        answer = try_password(Client(), password, "north_reader", REMOTE_ADDR="198.51.100.9")

        assert answer == CODE

    def test_the_wait_does_not_concern_who_has_a_passkey(self, north_lead: Member) -> None:
        for number in range(8):
            try_password(Client(), "wrong", REMOTE_ADDR=f"192.0.2.{number}")

        answer = Client().get("/account/sign-in/passkey/", headers={"Accept": "application/json"})

        assert answer.status_code == 200
        assert answer.json()["request_options"]["publicKey"]["userVerification"] == "required"

    def test_one_password_tried_on_many_names_is_stopped_by_the_address(
        self, north: Agency, client: Client
    ) -> None:
        said = [try_password(client, "Winter2026!", f"member{number}") for number in range(21)]

        assert ["too many tries" in one for one in said] == [False] * 20 + [True]

    def test_an_address_that_a_client_writes_itself_does_not_count(
        self, client: Client, north: Agency
    ) -> None:
        said = [
            try_password(
                client,
                "Winter2026!",
                f"m{number}",
                headers={"X-Forwarded-For": f"192.0.2.{number}"},
            )
            for number in range(21)
        ]

        assert "too many tries" in said[-1]

    def test_the_wait_grows(self, settings) -> None:
        assert "5/600s/key,20/14400s/key" in settings.ACCOUNT_RATE_LIMITS["login_failed"]

    def test_tries_are_counted_for_all_processes_together(self, settings) -> None:
        assert settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")

    def test_refused_tries_are_on_the_record_without_what_was_typed(
        self, client: Client, north_lead: Member
    ) -> None:
        try_password(client, "my-bank-password")

        event = Event.objects.get(verb="member.sign_in_refused")
        assert event.outcome == "refused"
        assert (
            "my-bank-password" not in event.body.decode()
            if isinstance(event.body, bytes)
            else True
        )
        assert event.actor_id is None


class TestDowngrade:
    def test_a_password_opens_no_page_at_all(
        self, client: Client, north_lead: Member, password: str
    ) -> None:
        add_code_app(north_lead)
        try_password(client, password)

        for path in ("factors/", "factors/code-app/remove/", "password/", "sessions/", "enrol/"):
            assert client.get(f"/account/{path}")["Location"].startswith(SIGN_IN)

    def test_a_session_from_before_the_factor_must_give_it(
        self, client: Client, north_lead: Member
    ) -> None:
        client.force_login(north_lead)
        app = add_code_app(north_lead)

        for path in (PAGE, "/account/factors/passkeys/add/", "/account/password/"):
            assert client.get(path)["Location"].startswith("/account/confirm/code/")
        client.post(f"/account/confirm/code/?next={PAGE}", {"code": code_of(app)})
        assert client.get(PAGE).status_code == 200

    def test_a_session_without_a_factor_reaches_what_sets_one_up_and_no_more(
        self, client: Client, north_lead: Member
    ) -> None:
        client.force_login(north_lead)

        for path in ("/", PAGE, "/cases/", "/account/sessions/", "/account/factors/"):
            assert client.get(path)["Location"] == "/account/enrol/"
        part = client.get("/cases/", headers={"HX-Request": "true"})
        assert part["HX-Redirect"] == "/account/enrol/"
        assert client.get("/account/enrol/").status_code == 200

    def test_a_factor_of_another_member_in_the_session_is_none(
        self, client: Client, north_lead: Member, north_reader: Member
    ) -> None:
        let_in(client, north_lead)
        session = client.session
        session["account_authentication_methods_user"] = str(north_reader.pk)
        session.save()

        assert client.get(PAGE)["Location"] == "/account/enrol/"

    def test_the_pages_of_allauth_that_haven_does_not_use_are_not_there(
        self, client: Client
    ) -> None:
        for path in ("signup/", "password/reset/", "email/", "confirm-email/x/", "login/code/"):
            assert client.get(f"/account/{path}").status_code == 404


class TestEnumeration:
    def test_by_text_nothing_is_learnt(
        self, north_lead: Member, north_reader: Member, password: str
    ) -> None:
        north_reader.is_active = False
        north_reader.save()
        tries = [("north_lead", "wrong"), ("nobody", "wrong"), ("north_reader", password)]

        pages = {_without_tokens(try_password(Client(), pw, name), name) for name, pw in tries}

        assert len(pages) == 1

    def test_by_time_nothing_is_learnt(self, settings, north_lead: Member, password: str) -> None:
        """One slow hash is counted for either; times on a busy machine are only a sanity check."""
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
        settings.ACCOUNT_RATE_LIMITS = False
        north_lead.password = make_password(password)
        north_lead.save()
        took: dict[str, list[float]] = {"north_lead": [], "nobody": []}
        for _ in range(7):
            for name, times in took.items():
                began = time.process_time()
                try_password(Client(), "wrong", name)
                times.append(time.process_time() - began)

        there, not_there = (statistics.median(times) for times in took.values())
        assert 0.5 < there / not_there < 2


def _without_tokens(page: str, name: str) -> str:
    """Return a page without what differs by design: the token and the name as typed."""
    page = re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", page)
    return re.sub(r'"X-CSRFToken": "[^"]+"', "", page).replace(f'value="{name}"', "")


class TestPasswords:
    def test_are_hashed_with_argon2_and_older_hashes_are_made_anew_at_the_sign_in(
        self, settings, client: Client, north_lead: Member, password: str
    ) -> None:
        settings.PASSWORD_HASHERS = [
            "django.contrib.auth.hashers.Argon2PasswordHasher",
            "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        ]
        north_lead.password = make_password(password, hasher="pbkdf2_sha256")
        north_lead.save()
        add_code_app(north_lead)

        assert try_password(client, password) == CODE

        north_lead.refresh_from_db()
        assert north_lead.password.startswith("argon2$argon2id$")

    def test_a_new_one_ends_the_other_sessions(
        self, client_of: Callable[[Member], Client], north_lead: Member
    ) -> None:
        add_code_app(north_lead)
        mine, other = client_of(north_lead), client_of(north_lead)
        chosen = {"new_password1": "seven-tall-trees", "new_password2": "seven-tall-trees"}

        answer = mine.post("/account/password/", chosen)

        assert answer["Location"] == "/account/factors/"
        assert (mine.get(PAGE).status_code, other.get(PAGE).status_code) == (200, 302)
