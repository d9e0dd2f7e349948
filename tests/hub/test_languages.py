"""Content in six languages, as a member reads it and as loading leaves it."""

from pathlib import Path

import pytest
import yaml
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.html import escape
from wagtail.models import Locale
from wagtail_localize.models import StringTranslation, Translation, TranslationSource

from haven.hub.base import sources, text, translated
from haven.hub.catalogue import meaning, vocabulary
from haven.hub.guidance import checking_in, loading, queries, reading, texts
from haven.hub.guidance.models import Loaded, Principle, Translated
from tests.hub import in_words

FIRST = "/hub/principles/the-child-comes-first/"
MACHINE = "translated by a machine"


@pytest.fixture
def content(tmp_path):
    return in_words.folder(tmp_path, ("fr", "ar"))


def load(content):
    return loading.load(list(reading.every(content)), list(reading.in_other_languages(content)))


@pytest.fixture
def loaded(content, db):
    return load(content)


@pytest.fixture
def reader(client_of, north_lead):
    def reads(address, language="en"):
        client = client_of(north_lead)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        answer = client.get(address)
        assert answer.status_code == 200
        return answer.content.decode()

    return reads


class TestLoading:
    def test_there_is_a_locale_for_each_of_the_six_languages(self, db):
        assert set(Locale.objects.values_list("language_code", flat=True)) == {
            "en", "ar", "es", "fr", "ru", "zh-hans",
        }  # fmt: skip

    def test_each_language_has_the_page_of_the_english_page(self, loaded):
        assert (loaded.made, loaded.renewed, loaded.left) == (21, 0, 0)
        english = queries.one(queries.principles(), "the-child-comes-first")
        others = english.get_translations()
        assert {one.locale.language_code for one in others} == {"fr", "ar"}
        assert all(one.slug == english.slug and one.live for one in others)
        assert all(texts.places(one) == texts.places(english) for one in others)
        assert all(one.get_parent().locale == one.locale for one in others)

    def test_the_tree_is_whole(self, loaded):
        bad, orphans, *_rest = Principle.find_problems()

        assert not bad
        assert not orphans
        assert all(not some for some in _rest)

    def test_each_sentence_is_kept_beside_its_english(self, loaded):
        assert TranslationSource.objects.count() == 7
        assert Translation.objects.count() == 14
        assert not Translation.objects.filter(enabled=True).exists()  # no other editor
        for one in Translation.objects.all():
            n_all, n_translated = one.get_progress()
            assert n_all == n_translated > 0
        assert set(StringTranslation.objects.values_list("translation_type", flat=True)) == {
            "machine"
        }

    def test_loading_twice_changes_nothing(self, loaded, content):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            again = load(content)

        assert (again.made, again.renewed, again.left) == (0, 0, 0)
        assert len(asked) < 10

    def test_a_better_translation_reaches_an_untouched_page(self, loaded, content):
        path = content / "fr" / "principles.yaml"
        path.write_text(path.read_text().replace("(fr)", "(FR)"))

        assert load(content).renewed == 7
        read = queries.read(queries.principles(), "a-person-decides", "fr")
        assert read.page.title.startswith("(FR)")
        assert read.original.title == "A person decides"

    def test_what_a_curator_wrote_on_a_translation_stays(self, loaded, content):
        page = queries.read(queries.principles(), "a-person-decides", "fr").page
        page.title = "Par une personne"
        page.save_revision().publish()
        path = content / "fr" / "principles.yaml"
        path.write_text(path.read_text().replace("(fr)", "(FR)"))

        again = load(content)

        assert (again.renewed, again.left) == (6, 1)
        read = queries.read(queries.principles(), "a-person-decides", "fr")
        assert read.page.title == "Par une personne"

    def test_a_translation_with_other_parts_is_not_loaded(self, content, db):
        path = content / "fr" / "principles.yaml"
        told = yaml.safe_load(path.read_text())
        told[0]["what_it_means_here"].pop()
        path.write_text(yaml.safe_dump(told))

        with pytest.raises(loading.BadContent, match="other parts"):
            load(content)

        assert not Loaded.objects.exists()

    def test_who_checked_a_file_is_who_checked_its_pages(self, content, db):
        in_words.note(
            content, "fr", "principles.yaml", checked_by="Amélie", checked_on="2026-11-20"
        )
        load(content)

        assert Translated.objects.filter(checked_name="Amélie").count() == 7
        assert queries.read(queries.principles(), "a-person-decides", "fr").checked
        assert not queries.read(queries.principles(), "a-person-decides", "ar").checked


class TestReading:
    def test_a_member_reads_in_the_language_of_the_pages(self, loaded, reader):
        said = reader(FIRST, "fr")

        assert "(fr) The child comes first" in said
        assert "(ar)" not in said
        assert '<html lang="fr" dir="ltr"' in said
        assert "?english" in said

    def test_the_note_says_that_no_person_has_checked(self, loaded, reader):
        note = "This text was translated by a machine. No person has checked it."

        assert _words(note, "fr") in reader(FIRST, "fr")
        assert _words("The English was changed since.", "fr") not in reader(FIRST, "fr")

    def test_arabic_runs_from_right_to_left_and_english_in_it_does_not(self, loaded, reader):
        said = reader(FIRST, "ar")

        assert '<html lang="ar" dir="rtl"' in said
        assert "(ar) The child comes first" in said
        english = reader(f"{FIRST}?english", "ar")
        assert '<bdi lang="en" dir="ltr">The child comes first</bdi>' in english
        assert "(ar) The child" not in _main(english).partition("</nav>")[2]

    def test_where_there_is_none_the_english_is_marked_as_english(self, loaded, reader):
        said = reader(FIRST, "es")

        assert '<bdi lang="en" dir="ltr">The child comes first</bdi>' in said
        assert _words("This text is not translated yet. You read it in English.", "es") in said

    def test_in_english_there_is_no_note(self, loaded, reader):
        said = reader(FIRST)

        assert MACHINE not in said
        assert "not translated yet" not in said
        assert "(fr)" not in said

    def test_lists_are_in_the_language_too(self, loaded, reader):
        said = reader("/hub/principles/", "fr")

        assert said.count("(fr) ") == 14
        assert reader("/hub/principles/").count("(fr)") == 0
        assert reader("/hub/principles/", "ru").count('lang="en" dir="ltr"') >= 14

    def test_the_reader_is_told_that_the_english_is_newer(self, loaded, reader):
        page = queries.one(queries.principles(), "the-child-comes-first")
        page.title = "The child comes first, always"
        page.save_revision().publish()

        assert _words("The English was changed since.", "fr") in reader(FIRST, "fr")
        assert queries.read(queries.principles(), "a-person-decides", "fr").is_newer is False

    def test_a_file_of_an_older_english_says_so(self, content, db):
        in_words.note(content, "fr", "principles.yaml", sha256="of an older one")
        load(content)

        assert queries.read(queries.principles(), "a-person-decides", "fr").is_newer
        assert not queries.read(queries.principles(), "a-person-decides", "ar").is_newer

    def test_a_page_asks_the_database_a_bounded_number_of_times(
        self, loaded, client_of, north_lead
    ):
        client = client_of(north_lead)
        counted = []
        for language in ("en", "fr"):
            client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
            with CaptureQueriesContext(connection) as asked:
                client.get("/hub/principles/")
            counted.append(len(asked))

        assert counted[1] <= counted[0] + 2


class TestInEnglishAlone:
    """What no language but English has says so, and marks its text as English."""

    NOTE = "This text is not translated yet. You read it in English."
    PAGES = (
        "/hub/courses/",
        "/hub/courses/faces-and-children/",
        "/hub/courses/faces-and-children/what-was-measured/",
        "/hub/courses/faces-and-children/quiz/",
        "/hub/glossary/",
        "/hub/library/using-ai-tools-lawfully/",
    )

    @pytest.fixture
    def opened(self, db):
        loading.load([one for one in reading.every() if one.key.startswith("document/")], [])

    @pytest.mark.parametrize("address", PAGES)
    def test_in_arabic_a_page_says_that_it_is_in_english(self, opened, reader, address):
        arabic = _main(reader(address, "ar"))

        assert _words(self.NOTE, "ar") in arabic
        assert 'lang="en" dir="ltr"' in arabic
        assert self.NOTE not in _main(reader(address))

    @pytest.mark.parametrize("address", ["/hub/tools/wheelwright/", "/hub/bodies/"])
    def test_an_entry_of_the_catalogue_says_so_too(self, db, reader, address):
        from tests.hub import planted

        planted._fact()

        assert _words(self.NOTE, "ar") in _main(reader(address, "ar"))
        assert self.NOTE not in _main(reader(address))

    def test_our_own_words_in_an_english_text_are_not_marked_as_english(self, opened, reader):
        said = reader("/hub/library/using-ai-tools-lawfully/", "ar")
        heading = said.index(f'card__title">{_words("In short", "ar")}')

        assert "lang=" not in said[said.rindex("<div", 0, heading) : heading]

    def test_a_part_of_the_glossary_alone_is_marked_too(self, client_of, north_lead, db):
        client = client_of(north_lead)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ar"
        said = client.get("/hub/glossary/", headers={"HX-Request": "true"}).content.decode()

        assert "<html" not in said
        assert '<bdi lang="ar">' in said
        assert 'lang=""' not in said


class TestCheckIn:
    ADDRESS = "/hub/wellbeing/check-in/"

    def test_no_form_sends_anything(self, reader, db):
        main = _main(reader(self.ADDRESS))

        assert main.count("<fieldset") == 7
        assert "<form" not in main
        assert "hx-" not in main
        assert "csrf" not in main

    def test_nothing_takes_answers(self, client_of, north_lead):
        assert client_of(north_lead).post(self.ADDRESS, {"slept": "1"}).status_code == 405

    def test_the_script_keeps_them_on_the_device_alone(self):
        web = Path(apps.get_app_config("web").path)
        script = (web / "static/web/check_in.js").read_text()

        assert "localStorage" in script
        for way in ("fetch", "XMLHttpRequest", "sendBeacon", "WebSocket", "htmx", "cookie",
                    "submit", "http", "import(", "EventSource", "Image(", "src"):  # fmt: skip
            assert way not in script, way

    def test_it_says_so_and_leads_to_help(self, reader, db):
        said = reader(self.ADDRESS)

        assert "Nobody sees your answers unless you show them." in said
        assert "/hub/wellbeing/help-near-you/" in said
        assert self.ADDRESS in reader("/hub/wellbeing/")


class TestFiles:
    @pytest.mark.parametrize("content", translated.CONTENT, ids=lambda one: one.parent.name)
    def test_every_translated_file_says_what_it_was_made_from(self, content):
        for language in translated.languages():
            told = translated.read(content / language)
            assert set(told) == set(translated.names(content / language)), language

    @pytest.mark.parametrize("content", translated.CONTENT, ids=lambda one: one.parent.name)
    def test_every_translated_file_cites_what_the_english_cites(self, content):
        for language in translated.languages():
            for name in translated.names(content / language):
                said = (content / language / name).read_text(encoding="utf-8")
                english = (content / name).read_text(encoding="utf-8")
                assert sorted(sources.CITED.findall(said)) == sorted(
                    sources.CITED.findall(english)
                ), (language, name)
                assert sorted(text.dates_of(said)) == sorted(text.dates_of(english))

    @pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
    def test_every_word_and_the_check_in_are_there_in_each_language(self, language):
        with translation.override(language):
            found = meaning.found(language)
            words = {
                (one.key, each["slug"]) for one in meaning.sections(found) for each in one.words
            }
            english = meaning.sections(meaning.found("en"))
            assert words == {(one.key, each["slug"]) for one in english for each in one.words}
            shown = checking_in.in_language(language)
            assert [one["id"] for one in shown.said["sentences"]] == [
                one["id"] for one in checking_in.in_language("en").said["sentences"]
            ]

    def test_every_translated_page_has_the_parts_of_the_english(self, db):
        assert loading.load().left == 0


class TestWords:
    @pytest.fixture
    def french(self, tmp_path, monkeypatch):
        name = meaning.NAME
        (tmp_path / "fr").mkdir()
        english = (meaning.CONTENT / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(english, encoding="utf-8")
        in_words.translate(tmp_path, "fr", name)
        monkeypatch.setattr(meaning, "CONTENT", tmp_path)
        meaning._told.cache_clear()
        meaning._names.cache_clear()
        yield
        monkeypatch.undo()
        meaning._told.cache_clear()
        meaning._names.cache_clear()

    def test_words_are_called_as_the_reader_s_language_calls_them(self, french):
        step = vocabulary.Step("set-aside-known")
        with translation.override("fr"):
            assert str(step.label) == "(fr) Set aside the known"
            assert str(dict(vocabulary.Media.choices)["video"]) == "(fr) Video"
        with translation.override("ru"):
            assert str(step.label) == "Set aside the known"
        with translation.override(None):  # in a migration
            assert str(step.label) == "Set aside the already known"

    def test_facets_gaps_and_the_page_of_words_use_them(self, french, reader, db):
        from tests.hub import planted

        planted._fact()

        assert "(fr) Object recognition" in reader("/hub/tools/", "fr")
        assert "(fr) Set aside the known" in reader("/hub/tools/gaps/", "fr")
        assert "(fr) Object recognition" in reader("/hub/tools/wheelwright/", "fr")
        words = reader("/hub/catalogue/words/", "fr")
        assert "(fr) Finding kinds of things in pictures" in words
        assert "[[" not in words

    def test_where_there_is_no_file_the_words_are_marked_as_english(self, french, reader, db):
        assert '<dl lang="en" dir="ltr">' in reader("/hub/catalogue/words/", "ru")
        assert "<dl lang=" not in _main(reader("/hub/catalogue/words/"))


def _main(said):
    return said[said.index("<main") : said.index("</main>")]


def _words(english, language):
    """Return a sentence of the pages as a language has it now."""
    with translation.override(language):
        return escape(translation.gettext(english))
