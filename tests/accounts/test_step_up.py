"""Step-up: what weighs more asks for the second factor again, and loses nothing typed."""

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from haven.accounts import access
from haven.accounts.models import Member
from haven.audit.models import Event
from tests.accounts import weighty
from tests.signing_in import add_code_app, code_of, let_in

CONFIRM = "/account/confirm/code/"
LONG_AGO_S = 600


@pytest.fixture(autouse=True)
def _weighty_page(settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.ROOT_URLCONF = "tests.accounts.weighty"
    monkeypatch.setitem(access.PAGES, "weighty", access.SIGNED_IN)
    weighty.DONE.clear()
    yield


class TestFresh:
    def test_a_factor_of_just_now_is_enough(self, client: Client, north_lead: Member) -> None:
        let_in(client, north_lead)

        assert client.get("/weighty/").content == b"done GET "

    def test_an_older_one_is_asked_for_again_before_the_page_is_shown(
        self, client: Client, north_lead: Member
    ) -> None:
        app = add_code_app(north_lead)
        let_in(client, north_lead, ago_s=LONG_AGO_S)

        asked = client.get("/weighty/?page=2")
        done = client.post(asked["Location"], {"code": code_of(app)}, follow=True)

        assert asked["Location"] == f"{CONFIRM}?next=%2Fweighty%2F%3Fpage%3D2"
        assert done.content == b"done GET 2"
        assert Event.objects.get(verb="member.confirm").actor_id == north_lead.pk

    def test_a_wrong_code_opens_nothing_and_is_recorded(
        self, client: Client, north_lead: Member
    ) -> None:
        add_code_app(north_lead)
        let_in(client, north_lead, ago_s=LONG_AGO_S)

        answer = client.post(f"{CONFIRM}?next=/weighty/", {"code": "000000"})

        assert "not right" in answer.content.decode()
        assert client.get("/weighty/").status_code == 302
        assert Event.objects.filter(verb="member.sign_in_refused").count() == 1

    def test_the_password_is_not_a_way_to_freshness(
        self, client: Client, north_lead: Member
    ) -> None:
        add_code_app(north_lead)
        let_in(client, north_lead, ago_s=LONG_AGO_S)

        assert client.get("/account/reauthenticate/").status_code == 404
        assert client.get("/weighty/")["Location"].startswith(CONFIRM)


class TestForms:
    def test_what_was_typed_is_sent_on_after_the_factor(
        self, client: Client, north_lead: Member
    ) -> None:
        app = add_code_app(north_lead)
        let_in(client, north_lead, ago_s=LONG_AGO_S)

        asked = client.post("/weighty/?page=3", {"reason": "a long sentence"})
        assert weighty.DONE == []
        done = client.post(asked["Location"], {"code": code_of(app)})

        assert weighty.DONE == ["a long sentence"]
        assert done.content == b"done POST 3"

    def test_it_is_sent_on_once(self, client: Client, north_lead: Member) -> None:
        app = add_code_app(north_lead)
        let_in(client, north_lead, ago_s=LONG_AGO_S)
        asked = client.post("/weighty/", {"reason": "once"})

        client.post(asked["Location"], {"code": code_of(app)})
        client.post(asked["Location"], {"code": code_of(app, step=1)})

        assert weighty.DONE == ["once"]

    def test_the_cookie_of_the_session_is_not_kept_with_it(
        self, client: Client, north_lead: Member
    ) -> None:
        add_code_app(north_lead)
        let_in(client, north_lead, ago_s=LONG_AGO_S)

        client.post("/weighty/", {"reason": "x"})

        assert client.session.session_key not in str(dict(client.session))

    def test_a_file_is_not_kept_and_the_person_is_told(
        self, client: Client, north_lead: Member
    ) -> None:
        app = add_code_app(north_lead)
        let_in(client, north_lead, ago_s=LONG_AGO_S)
        file = SimpleUploadedFile("a.jpg", b"x")

        asked = client.post(
            "/weighty/",
            {"reason": "x", "file": file},
            headers={"Referer": "http://testserver/help/keys/"},
        )
        after = client.post(asked["Location"], {"code": code_of(app)}, follow=True)

        assert weighty.DONE == []
        assert "Nothing was sent yet" in after.content.decode()


class TestParts:
    def test_a_part_leads_the_whole_page_to_the_question(
        self, client: Client, north_lead: Member
    ) -> None:
        add_code_app(north_lead)
        let_in(client, north_lead, ago_s=LONG_AGO_S)

        headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/help/keys/?a=1"}
        answer = client.get("/weighty/", headers=headers)

        assert answer["HX-Redirect"] == f"{CONFIRM}?next=%2Fhelp%2Fkeys%2F%3Fa%3D1"

    @pytest.mark.parametrize("page", ["https://evil.example/x", "//evil.example/x", ""])
    def test_only_a_page_of_this_site_is_returned_to(
        self, client: Client, north_lead: Member, page: str
    ) -> None:
        add_code_app(north_lead)
        let_in(client, north_lead, ago_s=LONG_AGO_S)

        headers = {"HX-Request": "true", "HX-Current-URL": page}
        answer = client.get("/weighty/", headers=headers)

        assert answer["HX-Redirect"] == f"{CONFIRM}?next=%2F"


class TestOwnFactors:
    @pytest.mark.parametrize(
        "path",
        [
            "factors/passkeys/add/",
            "factors/code-app/remove/",
            "factors/recovery-codes/new/",
            "password/",
        ],
    )
    def test_are_changed_with_a_fresh_factor_alone(
        self, client: Client, north_lead: Member, path: str
    ) -> None:
        add_code_app(north_lead)
        let_in(client, north_lead, ago_s=LONG_AGO_S)

        assert client.get(f"/account/{path}")["Location"].startswith(CONFIRM)
        assert client.post(f"/account/{path}")["Location"].startswith(CONFIRM)

    def test_the_last_one_is_never_removed(self, client: Client, north_lead: Member) -> None:
        app = add_code_app(north_lead)
        let_in(client, north_lead)

        answer = client.post("/account/factors/code-app/remove/")

        assert "last way in" in answer.content.decode()
        assert type(app).objects.filter(pk=app.pk).exists()
