"""Pages: whole or in part, in plain words when they cannot be shown."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils import translation

from haven.accounts.models import Member
from haven.web import errors
from haven.web.middleware import PlainWords
from haven.web.pages import page, wants_part
from haven.web.templatetags.haven import ICONS, icon, size

VOID = {"meta", "link", "input", "img", "br", "hr"}


class WellFormed(HTMLParser):
    """Check that every element that opens also closes, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert "style" not in dict(attrs), f"inline style on {tag}"
        assert not [name for name, _value in attrs if name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert "style" not in dict(attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def assert_well_formed(html: str) -> None:
    parser = WellFormed()
    parser.feed(html)
    parser.close()
    assert parser.open == []


def request(**headers: str) -> HttpRequest:
    return RequestFactory().get("/", headers=headers)


@pytest.mark.parametrize(
    ("headers", "part"),
    [
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Boosted": "true"}, False),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
    ],
)
def test_only_htmx_gets_a_part(headers: dict[str, str], part: bool) -> None:
    assert wants_part(request(**headers)) is part


def test_a_page_varies_by_who_asks(
    client_of: Callable[[Member], Client], north_lead: Member
) -> None:
    response = client_of(north_lead).get("/help/keys/")

    assert "HX-Request" in response.headers["Vary"]


class TestErrors:
    @pytest.mark.parametrize(
        ("error", "status", "words"),
        [
            (errors.BadInput("case 3"), 400, "could not be understood"),
            (errors.NotAllowed("case 3"), 403, "may not do this"),
            (errors.NotFound("case 3"), 404, "nothing here"),
            (errors.Conflict("case 3"), 409, "has changed in the meantime"),
            (Http404("case 3"), 404, "nothing here"),
            (PermissionDenied("case 3"), 403, "may not do this"),
        ],
    )
    def test_become_a_page_in_plain_words(
        self, db: None, error: Exception, status: int, words: str
    ) -> None:
        response = self.answer(error)

        assert response.status_code == status
        assert words in response.content.decode()
        assert "case 3" not in response.content.decode()
        assert_well_formed(response.content.decode())

    def test_become_a_short_notice_for_htmx(self, db: None) -> None:
        response = self.answer(errors.Conflict(""), **{"HX-Request": "true"})

        assert response.status_code == 409
        assert "<html" not in response.content.decode()
        assert_well_formed(response.content.decode())

    def test_that_nobody_planned_pass_through(self) -> None:
        middleware = PlainWords(lambda _request: HttpResponse())

        assert middleware.process_exception(request(), ZeroDivisionError()) is None

    @staticmethod
    def answer(error: Exception, **headers: str) -> HttpResponse:
        from django.contrib.auth.models import AnonymousUser

        asked = request(**headers)
        asked.user = AnonymousUser()
        response = PlainWords(lambda _request: HttpResponse()).process_exception(asked, error)
        assert response is not None
        return response


class TestErrorPages:
    def test_a_missing_page_tells_nothing(
        self, client_of: Callable[[Member], Client], north_lead: Member
    ) -> None:
        response = client_of(north_lead).get("/no/such/<place>/")

        assert response.status_code == 404
        assert "<place>" not in response.content.decode()
        assert_well_formed(response.content.decode())

    def test_a_failure_tells_nothing_and_needs_no_database(self) -> None:
        from haven.site.views import server_error

        response = server_error(request())

        assert response.status_code == 500
        assert "Traceback" not in response.content.decode()
        assert_well_formed(response.content.decode())

    def test_a_wrong_host_is_refused_without_a_word(self, client: Client, db: None) -> None:
        response = client.get("/account/sign-in/", headers={"host": "evil.example"})

        assert response.status_code == 400
        assert "evil" not in response.content.decode()

    def test_a_form_without_its_token_is_refused(self, db: None) -> None:
        response = Client(enforce_csrf_checks=True).post("/account/sign-in/", {"username": "x"})

        assert response.status_code == 403
        assert "open for too long" in response.content.decode()


@pytest.mark.parametrize("path", ["/account/sign-in/", "/styleguide/", "/help/keys/"])
@pytest.mark.parametrize("language", ["ar", "zh-hans", "en", "fr", "ru", "es"])
def test_pages_are_well_formed_in_every_language(
    client_of: Callable[[Member], Client], north_lead: Member, path: str, language: str
) -> None:
    client = client_of(north_lead) if "sign-in" not in path else Client()
    client.cookies["haven_language"] = language

    response = client.get(path)

    html = response.content.decode()
    assert response.status_code == 200
    assert f'lang="{language}"' in html
    assert ('dir="rtl"' in html) == (language == "ar")
    assert_well_formed(html)


class TestTags:
    @pytest.mark.parametrize("name", sorted(ICONS))
    def test_icons_are_well_formed(self, name: str) -> None:
        from xml.etree import ElementTree

        assert ElementTree.fromstring(icon(name)).tag == "svg"  # noqa: S314  # our own

    def test_an_unknown_icon_is_an_error(self) -> None:
        with pytest.raises(KeyError):
            icon("nonsense")

    @pytest.mark.parametrize(
        ("size_bytes", "words"),
        [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (2_048_000, "2.0 MB"), (345e9, "345 GB")],
    )
    def test_sizes_are_told_in_decimal_units(self, size_bytes: int, words: str) -> None:
        with translation.override("en"):
            assert size(int(size_bytes)) == words

    def test_query_changes_one_value_and_keeps_the_rest(self) -> None:
        asked = RequestFactory().get("/", {"faces": "1", "after": "old", "sort": "size"})
        template = Template("{% query after='new' sort=None %}")

        assert template.render(Context({"request": asked})) == "?faces=1&amp;after=new"


def test_whole_pages_and_parts_come_from_the_same_template(db: None) -> None:
    from django.contrib.auth.models import AnonymousUser

    asked = request(**{"HX-Request": "true"})
    asked.user = AnonymousUser()

    response = page(asked, "web/error.html", part="error", words="So.", code="x")

    assert "So." in response.content.decode()
