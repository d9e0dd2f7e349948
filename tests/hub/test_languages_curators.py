"""Translations as curators see, correct and check them."""

import re

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail_localize.models import StringTranslation

from haven.accounts.access import Role
from haven.accounts.models import Member
from haven.audit.models import Event
from haven.hub.guidance import loading, queries, reading
from tests.hub import in_words

SLUG = "the-child-comes-first"
PAGE = f"/hub/translations/fr/principle/{SLUG}/"
MOST_BYTES = 50_000


@pytest.fixture
def content(tmp_path):
    return in_words.folder(tmp_path, ("fr",))


@pytest.fixture
def loaded(content, db):
    return loading.load(list(reading.every(content)), list(reading.in_other_languages(content)))


@pytest.fixture
def curator(north, client_of):
    member = Member.objects.create_user(
        username="clara", display_name="Clara", agency=north, roles=[Role.CURATOR]
    )
    return client_of(member)


def read(slug=SLUG):
    return queries.read(queries.principles(), slug, "fr")


def seen(client):
    """Return what the page says that both texts are."""
    said = client.get(f"{PAGE}?part=999").content.decode()
    return re.search(r'name="seen" value="([^"]+)"', said)[1]


def opened(client, number):
    """Return the fields of one sentence's form."""
    said = client.get(f"{PAGE}?sentence={number}").content.decode()
    fields = dict(re.findall(r'name="(place|seen)" value="([^"]+)"', said))
    return {**fields, "said": re.search(r"<textarea[^>]*>([^<]*)<", said)[1]}


class TestTable:
    def test_it_has_each_page_by_language_with_its_state(self, loaded, curator):
        said = curator.get("/hub/translations/").content.decode()

        assert said.count(f'href="{PAGE}"') == 1
        assert said.count("/hub/translations/fr/principle/") == 7
        assert "/hub/translations/ru/" not in said
        assert "in English only" in said
        assert len(said) < MOST_BYTES

    def test_it_asks_the_database_a_bounded_number_of_times(self, loaded, curator):
        curator.get("/hub/translations/")
        with CaptureQueriesContext(connection) as asked:
            curator.get("/hub/translations/")

        assert len(asked) < 25

    def test_nobody_but_a_curator_comes_in(self, loaded, client_of, north_lead):
        client = client_of(north_lead)

        for address in ("/hub/translations/", PAGE):
            assert client.get(address).status_code == 403
        for act in ("correct/", "check/"):
            assert client.post(f"{PAGE}{act}").status_code == 403
        assert "/hub/translations/" not in client.get("/hub/").content.decode()

    def test_a_page_that_is_not_translated_is_not_there(self, loaded, curator):
        for address in (PAGE.replace("/fr/", "/ru/"), PAGE.replace("/fr/", "/xx/"),
                        PAGE.replace("principle", "other"), PAGE.replace(SLUG, "x")):  # fmt: skip
            assert curator.get(address).status_code == 404


class TestComparing:
    def test_each_sentence_stands_beside_its_english(self, loaded, curator):
        said = curator.get(PAGE).content.decode()

        assert "<td >The child comes first</td>" in said
        assert '<div lang="fr" dir="ltr">(fr) The child comes first</div>' in said
        assert said.count("(fr) ") == said.count("?sentence=")
        assert "Mark it as checked" in said
        assert len(said) < MOST_BYTES

    def test_a_long_page_comes_in_parts(self, db, curator):
        name = "care/measures"
        loading.load(
            [one for one in reading.every() if one.key == name],
            [one for one in reading.in_other_languages() if one.loaded_as == f"{name}@ru"],
        )
        address = "/hub/translations/ru/care/measures/"
        numbers: list[str] = []

        for part in range(1, 10):
            said = curator.get(f"{address}?part={part}").content.decode()
            assert len(said.encode()) < MOST_BYTES
            numbers += re.findall(r"\?sentence=(\d+)", said)
            assert f'?part={part}" aria-current="page"' in said
            if "Mark it as checked" in said:
                break

        assert [int(one) for one in numbers] == list(range(1, len(numbers) + 1))
        assert part > 1
        assert 'id="opened"' in curator.get(f"{address}?sentence=77").content.decode()
        for nonsense in ("x", "-1", "9" * 30):
            assert curator.get(f"{address}?part={nonsense}").status_code == 200


class TestCorrecting:
    def test_a_corrected_sentence_is_what_members_read(
        self, loaded, curator, client_of, north_lead
    ):
        fields = opened(curator, 1)
        assert fields["said"] == "(fr) The child comes first"

        answer = curator.post(f"{PAGE}correct/", {**fields, "said": "Enfant en premier"})

        assert answer.status_code == 302
        client = client_of(north_lead)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
        assert "Enfant en premier" in client.get(f"/hub/principles/{SLUG}/").content.decode()
        row = StringTranslation.objects.get(translation_type="manual")
        assert (row.data, row.last_translated_by.display_name) == ("Enfant en premier", "Clara")
        event = Event.objects.get(verb="translation.correct")
        assert event.facts["page"] == read().page.pk
        assert "by Clara" in curator.get(PAGE).content.decode()

    def test_one_sentence_alone_changes(self, loaded, curator):
        before = _said(read().page)
        fields = opened(curator, 5)

        curator.post(f"{PAGE}correct/", {**fields, "said": "Autrement <b>dit</b> & mieux."})

        after = _said(read().page)
        changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
        assert [new for _old, new in changed] == ["Autrement <b>dit</b> & mieux."]
        assert read().original.title == "The child comes first"
        assert read().page.number == read().original.number

    @pytest.mark.parametrize(
        "said", ["", "   ", "Vrai [[hub-w3]].", "Vrai {{date:x}}.", "x" * 400]
    )
    def test_what_cannot_stand_there_is_not_taken(self, loaded, curator, said):
        before = _said(read().page)

        curator.post(f"{PAGE}correct/", {**opened(curator, 1), "said": said})

        assert _said(read().page) == before
        assert not Event.objects.filter(verb="translation.correct").exists()

    def test_a_text_that_changed_meanwhile_is_not_written_over(self, loaded, curator):
        fields = opened(curator, 1)
        curator.post(f"{PAGE}correct/", {**fields, "said": "Enfant en premier"})

        curator.post(f"{PAGE}correct/", {**fields, "said": "Un autre"})

        assert read().page.title == "Enfant en premier"

    def test_a_draft_at_the_desk_is_not_written_over(self, loaded, curator):
        page = read().page
        page.title = "Un brouillon"
        page.save_revision()

        curator.post(f"{PAGE}correct/", {**opened(curator, 1), "said": "Enfant en premier"})

        assert read().page.get_latest_revision_as_object().title == "Un brouillon"

    def test_loading_leaves_it(self, loaded, content, curator):
        curator.post(f"{PAGE}correct/", {**opened(curator, 1), "said": "Enfant en premier"})
        path = content / "fr" / "principles.yaml"
        path.write_text(path.read_text().replace("(fr)", "(FR)"))

        loading.load(list(reading.every(content)), list(reading.in_other_languages(content)))

        assert read().page.title == "Enfant en premier"


class TestChecking:
    def test_a_named_person_and_a_day_are_shown_to_members(
        self, loaded, curator, client_of, north_lead
    ):
        curator.post(f"{PAGE}check/", {"seen": seen(curator), "name": "Amélie Durand"})

        told = read().checked
        assert (told.checked_name, told.checked_by.username) == ("Amélie Durand", "clara")
        assert Event.objects.filter(verb="translation.check").count() == 1
        client = client_of(north_lead)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
        assert "Amélie Durand" in client.get(f"/hub/principles/{SLUG}/").content.decode()
        assert "checked by Amélie Durand" in curator.get(PAGE).content.decode()

    def test_a_later_sentence_is_not_checked(self, loaded, curator):
        curator.post(f"{PAGE}check/", {"seen": seen(curator), "name": "Amélie"})

        curator.post(f"{PAGE}correct/", {**opened(curator, 1), "said": "Enfant en premier"})

        assert read().checked is None

    def test_a_checked_page_whose_english_changes_says_so(self, loaded, curator):
        curator.post(f"{PAGE}check/", {"seen": seen(curator), "name": "Amélie"})
        assert not read().is_newer
        english = read().original
        english.in_one_line = "Every choice, without exception."
        english.save_revision().publish()

        assert read().is_newer
        assert "English newer" in curator.get("/hub/translations/").content.decode()
        said = curator.get(PAGE).content.decode()
        assert "of an older English" in said
        assert 'name="name"' not in said  # it cannot be checked before it is mended

    def test_mended_and_checked_again_it_is_of_today(self, loaded, curator):
        english = read().original
        english.in_one_line = "Every choice, without exception."
        english.save_revision().publish()
        number = 1 + [one.english for one in _pairs()].index("Every choice, without exception.")

        curator.post(f"{PAGE}correct/", {**opened(curator, number), "said": "Chaque choix."})
        assert read().is_newer  # until a person says that all of it is right
        curator.post(f"{PAGE}check/", {"seen": seen(curator), "name": "Amélie"})

        assert read().page.in_one_line == "Chaque choix."
        assert not read().is_newer
        assert read().checked

    def test_a_sentence_that_moved_keeps_its_translation(self, loaded, curator):
        english = read().original
        english.means = [
            ("line", "A new first line."),
            *((b.block_type, b.value) for b in english.means),
        ]
        english.save_revision().publish()

        pairs = {one.english: one for one in _pairs()}

        assert pairs["A new first line."].text == ""
        moved = pairs["The Hub takes no pictures, video or archives at all."]
        assert moved.text == "(fr) The Hub takes no pictures, video or archives at all."

    def test_a_text_that_changed_meanwhile_is_not_marked(self, loaded, curator):
        before = seen(curator)
        curator.post(f"{PAGE}correct/", {**opened(curator, 1), "said": "Enfant en premier"})

        curator.post(f"{PAGE}check/", {"seen": before, "name": "Amélie"})

        assert read().checked is None
        assert not Event.objects.filter(verb="translation.check").exists()

    def test_nobody_is_no_checker(self, loaded, curator):
        curator.post(f"{PAGE}check/", {"seen": seen(curator), "name": " "})

        assert read().checked is None


class TestDesk:
    def test_a_translation_is_edited_at_the_desk_as_any_page(self, loaded, curator):
        page = read().page

        answer = curator.get(f"/hub/desk/pages/{page.pk}/edit/")

        said = answer.content.decode()
        assert answer.status_code == 200
        assert "localize" not in said
        assert curator.get("/hub/desk/localize/reports/translations/").status_code in (403, 404)
        assert curator.get(f"/hub/desk/pages/{page.get_parent().pk}/").status_code == 200
        assert curator.get(f"/hub/desk/pages/{page.pk}/view_draft/").status_code == 200


def _pairs():
    from haven.hub.guidance import translating

    return translating.compared("fr", "principle", SLUG).sentences


def _said(page):
    from haven.hub.guidance import texts

    return [one.render_text() for one in texts.sentences(page).values()]
