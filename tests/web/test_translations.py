"""Translations: complete, with the same placeholders, and really on the pages."""

import ast
import gettext
import importlib.util
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.translation import ngettext, to_locale

from haven.accounts.models import Member

ROOT = Path(__file__).resolve().parents[2]
SIGN_IN = "/account/sign-in/"
SHOWN = {"alt", "aria-label", "placeholder", "title"}  # attributes that are read out
VOID = {"meta", "link", "input", "img", "br", "hr"}
WITH_CONTEXT = {"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"}
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]


def _script() -> ModuleType:
    """Return scripts/translations.py, which `make translations` runs."""
    spec = importlib.util.spec_from_file_location(
        "translations_script", ROOT / "scripts" / "translations.py"
    )
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


script = _script()


@pytest.fixture(scope="module")
def english() -> Catalog:
    return script.template()


class Shown(HTMLParser):
    """Collect every text a reader meets, except words in a language of their own and keys."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._depth_of_other = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_other = tag == "kbd" or (tag != "html" and "lang" in dict(attrs))
        if tag not in VOID and (self._depth_of_other or is_other):
            self._depth_of_other += 1
        if not self._depth_of_other:
            self.texts += [value for name, value in attrs if name in SHOWN and value]

    def handle_endtag(self, tag: str) -> None:
        self._depth_of_other -= bool(self._depth_of_other)

    def handle_data(self, data: str) -> None:
        if not self._depth_of_other and data.strip():
            self.texts.append(data.strip())


def in_language(client: Client, code: str) -> Client:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = code
    return client


def texts_of(html: str) -> list[str]:
    parser = Shown()
    parser.feed(html)
    return parser.texts


def still_english(html: str, code: str) -> list[str]:
    """Return the texts of a page that have a translation and are shown without it."""
    catalog = script.read(to_locale(code))
    translated = {
        text: message.string
        for message in catalog
        if message.id
        for text in script._texts(message.id)
    }
    return [text for text in texts_of(html) if translated.get(text, text) != text]


def test_there_is_a_catalogue_for_every_language_offered() -> None:
    assert sorted(map(to_locale, LANGUAGES)) == sorted(script.PLURALS)
    assert script.LOCALE in settings.LOCALE_PATHS


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_message_is_translated_and_nothing_is_wrong_with_it(
    english: Catalog, code: str
) -> None:
    assert list(script.faults(to_locale(code), english)) == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_gathering_the_messages_again_changes_nothing(english: Catalog, code: str) -> None:
    language = to_locale(code)

    again = script.merged(english, script.read(language), language)

    assert messages(again) == messages(script.read(language))


def messages(catalog: Catalog) -> dict[object, object]:
    return {
        (one.context, *script._texts(one.id)): script._texts(one.string)
        for one in catalog
        if one.id
    }


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_catalogue_says_that_it_waits_for_review(code: str) -> None:
    head = script.po_of(to_locale(code)).read_text(encoding="utf-8").partition('msgid ""')[0]

    assert "First translation. It has not been reviewed" in head


class TestCheck:
    """What `check` finds; the faults are put into a copy of the French catalogue."""

    @pytest.mark.parametrize(
        ("english_text", "wrong", "fault"),
        [
            ("Case number", "", "missing"),
            ("Item %(number)s", "Élément %(n)s", "placeholders differ"),
            ("Item %(number)s", "Élément", "placeholders differ"),
            ("strong candidate", "identifié", "more than the program knows"),
            ("Case number", "Numéro ", "a blank"),
        ],
    )
    def test_finds_a_wrong_translation(self, english_text: str, wrong: str, fault: str) -> None:
        message = Catalog().add(english_text, wrong)

        assert any(fault in one for one in script._faults_of(message, "fr"))

    def test_finds_a_missing_plural_form(self) -> None:
        message = Catalog().add(("%(n)s face", "%(n)s faces"), ("%(n)s лицо", "%(n)s лица"))

        assert any("2 plural forms" in one for one in script._faults_of(message, "ru"))

    def test_lets_the_arabic_dual_speak_without_a_figure_but_not_the_forms_for_many(self) -> None:
        singular, plural = "%(n)s face", "%(n)s faces"
        forms = ["لا وجوه", "وجه واحد", "وجهان", "%(n)s وجوه", "%(n)s وجهًا", "%(n)s وجه"]

        assert list(script._faults_of(Catalog().add((singular, plural), forms), "ar")) == []
        forms[4] = "وجهًا"
        assert list(script._faults_of(Catalog().add((singular, plural), forms), "ar")) != []

    def test_keeps_the_translation_of_a_message_that_went_and_came_back(self) -> None:
        words, none = Catalog(locale="fr"), Catalog(locale="fr")
        words.add("Open", "Ouvrir", context="a case")
        words.add(("%(n)s face", "%(n)s faces"), ("%(n)s visage", "%(n)s visages"))

        without = script.merged(none, words, "fr")
        kept = read_po(BytesIO(script.written(without)), locale="fr")
        back = script.merged(words, kept, "fr")

        assert messages(without) == {}
        assert messages(back) == messages(words)


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("ar", ["لا وجوه", "وجه واحد", "وجهان", "3 وجوه", "11 وجهًا", "100 وجه", "103 وجوه"]),
        ("ru", ["0 лиц", "1 лицо", "2 лица", "3 лица", "11 лиц", "100 лиц", "103 лица"]),
        ("zh-hans", [f"{n} 张人脸" for n in (0, 1, 2, 3, 11, 100, 103)]),
        ("fr", ["0 visage", "1 visage", *(f"{n} visages" for n in (2, 3, 11, 100, 103))]),
        ("es", ["0 rostros", "1 rostro", *(f"{n} rostros" for n in (2, 3, 11, 100, 103))]),
    ],
)
def test_numbers_of_faces_are_said_as_the_language_says_them(code: str, wanted: list[str]) -> None:
    with translation.override(code):
        said = [
            ngettext("%(n)s face", "%(n)s faces", n) % {"n": n} for n in (0, 1, 2, 3, 11, 100, 103)
        ]

    assert said == wanted


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_compiled_file_is_what_the_site_reads(code: str) -> None:
    path = script.po_of(to_locale(code)).with_suffix(".mo")
    with path.open("rb") as stream:
        compiled = gettext.GNUTranslations(stream)

    with translation.override(code):
        assert translation.gettext("Find a face in this case") == compiled.gettext(
            "Find a face in this case"
        )


@pytest.mark.django_db
class TestPages:
    @pytest.mark.parametrize("code", LANGUAGES)
    def test_the_sign_in_page_leaves_nothing_in_english(self, client: Client, code: str) -> None:
        html = in_language(client, code).get(SIGN_IN).content.decode()

        assert f'lang="{code}"' in html
        assert still_english(html, code) == []

    def test_the_check_sees_english_where_it_is(self, client: Client) -> None:
        html = in_language(client, "en").get(SIGN_IN).content.decode()

        assert "Sign in" in still_english(html, "fr")

    @pytest.mark.parametrize("code", LANGUAGES)
    def test_pages_of_a_member_leave_nothing_in_english(
        self, client_of: Callable[[Member], Client], north_lead: Member, code: str
    ) -> None:
        client = in_language(client_of(north_lead), code)
        of_nobody = {north_lead.agency.name}  # a name, and a word of the map

        for html in _pages(client):
            assert set(still_english(html, code)) <= of_nobody

    def test_pages_in_arabic_run_from_right_to_left(
        self, client_of: Callable[[Member], Client], north_lead: Member
    ) -> None:
        stranger, member = (in_language(one, "ar") for one in (Client(), client_of(north_lead)))

        for html in [_page(stranger, SIGN_IN), *_pages(member)]:
            assert '<html lang="ar" dir="rtl"' in html

    @pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "ar"])
    def test_pages_in_other_languages_run_from_left_to_right(
        self, client: Client, code: str
    ) -> None:
        html = in_language(client, code).get(SIGN_IN).content.decode()

        assert f'<html lang="{code}" dir="ltr"' in html


def _pages(client: Client) -> Iterator[str]:
    """Yield pages that need no evidence: an empty case, its parts, and one that is not there."""
    sent = {"number": "17/2026", "name": "Lantern"}
    case = client.post("/cases/new/", sent)["Location"]
    for address in ("/cases/", "/cases/new/", "/help/keys/"):
        yield _page(client, address)
    for part in ("", "items/", "people/", "find/", "failures/", "changes/", "members/"):
        yield _page(client, f"{case}{part}")
    for way in ("folder/", "upload/"):
        yield _page(client, f"{case}exhibits/{way}")
    yield _page(client, "/nowhere/", status=404)


def _page(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def test_every_context_of_a_message_is_written_where_it_is_used() -> None:
    """A context kept in a name is not gathered, and its words stay English in every language."""
    hidden = []
    for path in sorted((ROOT / "haven").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            if not isinstance(called, ast.Name) or called.id not in WITH_CONTEXT:
                continue
            if not isinstance(node.args[0], ast.Constant):
                hidden.append(f"{path.relative_to(ROOT)}:{node.lineno}")

    assert hidden == []
