"""Notes: written on a thing, corrected by a new version, found by their words."""

import re

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from haven.web.words import words
from haven.workbench.notes import actions, queries
from haven.workbench.notes.models import Note
from haven.workbench.retention import rows
from tests.workbench.build import NOW, person
from tests.workbench.test_facets import grouped

HOSTILE = "<script>alert(1)</script> \u202e it's 50% \"off\" & O'Brien | !(x):*"


@pytest.fixture
def write(case, north_lead):
    """Return a way to write a note as the north lead."""

    def written(text, **thing):
        return actions.write(case.public_id, text, **thing, by=north_lead, at=NOW)

    return written


def found_by(case, asked):
    return {
        note.text
        for note in queries.holding(queries.latest(case, member=case.opened_by, at=NOW), asked)
    }


class TestWriting:
    def test_notes_hang_on_what_they_are_about(
        self, case, run, found, exhibit, write, client_of, north_lead
    ):
        item = found("a.jpg", [person(0)])
        grouped(case, run)
        group = item.faces.get().group.public_id
        things = {"item": str(item.pk), "exhibit": str(exhibit.public_id), "group": group}
        client = client_of(north_lead)

        for about, key in things.items():
            url = reverse("notes:about", args=[case.public_id, about, key])
            assert client.post(url, {"text": f"About the {about}."}).status_code == 302
            page = client.get(url).content.decode()
            assert [text for text in things if f"About the {text}." in page] == [about]

        listing = client.get(reverse("notes:list", args=[case.public_id])).content.decode()
        assert reverse("review:item", args=[case.public_id, item.pk]) in listing
        assert reverse("people:group", args=[case.public_id, group]) in listing
        assert f"?exhibit={exhibit.public_id}" in listing

    def test_a_part_is_answered_to_a_page_that_loads_it(
        self, case, found, client_of, north_lead, north_reader
    ):
        item = found("a.jpg")
        url = reverse("notes:about", args=[case.public_id, "item", item.pk])
        page = client_of(north_lead).get(reverse("review:item", args=[case.public_id, item.pk]))
        assert f'hx-get="{url}"' in page.content.decode()

        part = client_of(north_lead).post(
            url, {"text": "Seen before."}, headers={"HX-Request": "true"}
        )

        assert part.status_code == 200
        assert "Seen before." in part.content.decode()
        assert "<html" not in part.content.decode()
        read = client_of(north_reader).get(url, headers={"HX-Request": "true"}).content.decode()
        assert "Seen before." in read
        assert "<textarea" not in read

    def test_what_was_written_is_shown_as_text(self, case, write, client_of, north_lead):
        write(HOSTILE)

        page = client_of(north_lead).get(reverse("notes:list", args=[case.public_id]))

        assert "<script>alert" not in page.content.decode()
        assert "&lt;script&gt;" in page.content.decode()

    @pytest.mark.parametrize("text", ["", "  \r\n ", "x" * 4001, "a\0b"])
    def test_nothing_and_too_much_are_refused(self, case, client_of, north_lead, text):
        url = reverse("notes:list", args=[case.public_id])

        assert client_of(north_lead).post(url, {"text": text}).status_code == 422
        assert not Note.objects.exists()

    def test_who_only_reads_writes_nothing(self, case, write, client_of, north_reader):
        note = write("A")
        client = client_of(north_reader)

        for name, *args in (("list",), ("one", note.thread)):
            url = reverse(f"notes:{name}", args=[case.public_id, *args])
            assert client.post(url, {"text": "B", "version": "1"}).status_code == 403

    def test_things_of_another_case_are_not_there(self, case, found, client_of, north_lead):
        from haven.workbench.cases import actions as cases

        item = found("a.jpg")
        other = cases.open_case(number="2026-2", name="Other", by=north_lead, at=NOW)

        for kind, key in (("item", item.pk), ("item", "9" * 40), ("group", "x"), ("case", "1")):
            url = reverse("notes:about", args=[other.public_id, kind, key])
            assert client_of(north_lead).get(url).status_code == 404
            assert client_of(north_lead).post(url, {"text": "B"}).status_code == 404

    def test_another_agency_finds_nothing(self, case, write, client_of, south_lead):
        note = write("A")
        client = client_of(south_lead)

        assert client.get(reverse("notes:list", args=[case.public_id])).status_code == 404
        assert (
            client.get(reverse("notes:one", args=[case.public_id, note.thread])).status_code == 404
        )


class TestCorrecting:
    def test_what_it_said_before_stays_readable(self, case, write, client_of, north_lead):
        note = write("The red door.")
        url = reverse("notes:one", args=[case.public_id, note.thread])
        client = client_of(north_lead)

        client.post(url, {"text": "The blue door.", "version": "1"})

        page = client.get(url).content.decode()
        assert page.index("The blue door.") < page.index("The red door.")
        assert found_by(case, "door") == {"The blue door."}
        assert found_by(case, "red") == set()

    def test_two_corrections_of_one_version_do_not_hide_each_other(self, case, write, north_lead):
        note = write("A")
        again = {"version": 1, "by": north_lead, "at": NOW}
        actions.correct(case.public_id, note.thread, "B", **again)

        with pytest.raises(actions.NoteChanged):
            actions.correct(case.public_id, note.thread, "C", **again)

    def test_nobody_edits_what_was_written(self, write):
        note = write("A")

        for change in ({"text": "B"}, {"written_at": NOW.replace(year=2020)}, {"about": "group"}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Note.objects.filter(pk=note.pk).update(**change)

    def test_a_note_outlives_its_group(self, case, run, found, write, client_of, north_lead):
        item = found("a.jpg", [person(0)])
        grouped(case, run)
        group = item.faces.get().group
        write("She wears a ring.", about="group", key=group.public_id)

        group.faces.update(group=None)
        group.delete()

        page = client_of(north_lead).get(reverse("notes:list", args=[case.public_id]))
        assert "She wears a ring." in page.content.decode()
        assert "changed since" in page.content.decode()


class TestSearching:
    @pytest.mark.parametrize(
        "asked",
        [
            "cafe",
            "CAFÉ",
            "caf",
            "ecole cafe",
            "Санкт",
            "петерб",
            "مدرسة",
            "مَدْرَسَة",
            "学校",
            "校",
            "4711",
        ],
    )
    def test_words_are_found_from_their_beginning_without_accents(self, case, write, asked):
        text = "Café near the école, Санкт-Петербург, المدرسة مدرسة, 在学校附近, IMG_4711.jpg"
        write(text)
        write("Something else")

        assert found_by(case, asked) == {text}

    @pytest.mark.parametrize("asked", ["afe", "cafe tea", "x" * 200])
    def test_each_word_must_be_there(self, case, write, asked):
        write("Café")

        assert found_by(case, asked) == set()

    @pytest.mark.parametrize(
        "asked", [HOSTILE, "'", "\\", ":*", "!a", "a & | b", "' OR 1=1 --", "\0"]
    )
    def test_no_search_breaks_the_question(self, case, write, client_of, north_lead, asked):
        write("A")
        url = reverse("notes:list", args=[case.public_id])

        assert client_of(north_lead).get(url, {"q": asked}).status_code == 200

    def test_a_word_longer_than_the_database_takes_is_kept(self, case, write):
        long = "ab" * 2000
        write(long)

        assert found_by(case, "ab" * 50) == {long}

    def test_searching_is_on_the_record_without_the_words(self, case, client_of, north_lead):
        from haven.audit.models import Event

        url = reverse("notes:list", args=[case.public_id])
        client_of(north_lead).get(url, {"q": "Jonathan"})

        entry = Event.objects.filter(verb="notes.view").get()
        assert "Jonathan" not in entry.body

    def test_words_are_letters_and_digits_alone(self):
        for text in (HOSTILE, "a_b-c'd\\e", "ß ﬁ Å"):
            assert all(re.fullmatch(r"[^\W_]+", word) for word in words(text))


def test_notes_and_kept_filters_are_erased_with_the_case(case, write, north_lead):
    from haven.workbench.facets import actions as facets

    note = write("A")
    actions.correct(case.public_id, note.thread, "B", version=1, by=north_lead, at=NOW)
    facets.save(case.public_id, "F", {"serial": "1"}, shared=True, by=north_lead, at=NOW)

    counted = rows.counts(case.pk)

    assert counted["notes_note"] == 2
    assert counted["facets_savedfilter"] == 1
