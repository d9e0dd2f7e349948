"""Guidance as a member reads it, and as loading leaves it."""

from pathlib import Path

import pytest
from django.db import connection
from wagtail.models import Page

from haven.audit.models import Event
from haven.hub.base import dates, sources, text
from haven.hub.guidance import loading, queries, reading
from haven.hub.guidance.models import Acknowledgement, GuideStep, LibraryDocument, Loaded
from haven.hub.learning import courses

CONTENT = Path(loading.__file__).parent / "content"
DOCUMENT = "using-ai-tools-lawfully"


def load():
    """Load the English pages; other languages have tests of their own."""
    return loading.load(reading.every())


@pytest.fixture
def loaded(db):
    return load()


class TestContent:
    @pytest.mark.parametrize(
        "path",
        sorted(one for one in CONTENT.rglob("*") if one.suffix in (".md", ".yaml")),
        ids=lambda path: path.stem,
    )
    def test_every_source_and_every_date_exists(self, path):
        said = path.read_text(encoding="utf-8")

        assert set(sources.cited(said)) <= set(sources.every())
        assert set(text.dates_of(said)) <= set(dates.every())


class TestLoading:
    def test_the_hub_opens_with_its_pages(self, loaded):
        assert (loaded.made, loaded.renewed, loaded.left) == (27, 0, 0)
        assert [one.number for one in queries.steps()] == [1, 2, 3, 4, 5, 6, 7, 8]
        assert queries.principles().count() == 7
        assert queries.documents().count() == 9
        assert queries.care().count() == 3

    def test_loading_twice_changes_nothing(self, loaded):
        before = _rows()

        again = load()

        assert (again.made, again.renewed, again.left) == (0, 0, 0)
        assert _rows() == before

    def test_what_the_file_says_anew_reaches_an_untouched_page(self, loaded):
        Loaded.objects.filter(key="step/receive").update(digest="of an older file")

        assert load().renewed == 1
        assert load().renewed == 0
        assert queries.one(queries.steps(), "receive").number == 1

    def test_an_editor_s_work_stays(self, loaded):
        published, drafted, taken_back, deleted = GuideStep.objects.order_by("number")[:4]
        for page in (published, drafted):
            page.in_one_line = "By an editor."
            page.save_revision()
        published.get_latest_revision().publish()
        taken_back.unpublish()
        deleted.delete()
        Loaded.objects.filter(key__startswith="step/").update(digest="of an older file")

        again = load()

        assert (again.made, again.renewed, again.left) == (0, 4, 4)
        published, drafted, taken_back, _other = GuideStep.objects.order_by("number")[:4]
        assert published.in_one_line == "By an editor."
        assert drafted.get_latest_revision_as_object().in_one_line == "By an editor."
        assert not taken_back.live
        assert not GuideStep.objects.filter(slug=deleted.slug).exists()


class TestReading:
    def test_nobody_reads_without_sign_in(self, loaded, client):
        pages = [*queries.steps(), *queries.documents(), *queries.principles(), *queries.care()]

        for page in pages:
            answer = client.get(page.get_url())

            assert answer.status_code == 302
            assert answer["Location"].startswith("/account/sign-in/")

    def test_a_member_reads_the_eight_steps(self, loaded, client_of, north_lead):
        client = client_of(north_lead)

        listing = client.get("/hub/guide/").content.decode()
        for step in queries.steps():
            said = client.get(f"/hub/guide/{step.slug}/").content.decode()

            assert f'href="/hub/guide/{step.slug}/"' in listing
            assert "Common mistakes" in said
            assert "nobody has checked this yet" in said
            assert "[[" not in said
            assert "{{" not in said

    def test_every_document_has_its_sources_below(self, loaded, client_of, north_lead):
        client = client_of(north_lead)

        for document in queries.documents():
            said = client.get(f"/hub/library/{document.slug}/").content.decode()

            assert "[[" not in said
            assert said.count('id="source-') == len(set(_targets(said)))
            assert all(f'id="{one}"' in said for one in _targets(said))
        said = client.get(f"/hub/library/{DOCUMENT}/").content.decode()
        assert "2 Dec 2027" in said

    def test_other_pages_are_there_too(self, loaded, client_of, north_lead):
        client = client_of(north_lead)
        pages = [*queries.principles(), *queries.care()]

        assert {client.get(one.get_url()).status_code for one in pages} == {200}
        for address in ("/hub/principles/", "/hub/library/", "/hub/wellbeing/"):
            assert client.get(address).status_code == 200
        GuideStep.objects.get(slug="receive").unpublish()
        assert client.get("/hub/guide/receive/").status_code == 404


class TestCourses:
    """A step leads to the courses that teach it, and each course to the steps it serves."""

    def test_each_step_links_its_courses_and_their_lessons(self, loaded, client_of, north_lead):
        client = client_of(north_lead)

        for step in queries.steps():
            said = client.get(f"/hub/guide/{step.slug}/").content.decode()
            taught = courses.of_step(step.slug)
            assert taught
            for course, lessons in taught:
                assert f'href="/hub/courses/{course.slug}/"' in said
                for one in lessons:
                    assert f'href="/hub/courses/{course.slug}/{one.slug}/"' in said

    def test_each_course_links_its_steps(self, loaded, client_of, north_lead):
        client = client_of(north_lead)

        for course in courses.every():
            said = client.get(f"/hub/courses/{course.slug}/").content.decode()
            for step in queries.steps():
                served = step.slug in course.workflow_steps
                assert (f'href="/hub/guide/{step.slug}/"' in said) == served

    def test_a_step_that_is_not_published_is_not_linked(self, loaded, client_of, north_lead):
        client, address = client_of(north_lead), "/hub/courses/faces-and-children/"
        GuideStep.objects.get(slug="find-the-child").unpublish()

        assert "/hub/guide/find-the-child/" not in client.get(address).content.decode()


class TestAcknowledging:
    def test_a_member_says_once_that_a_version_is_read(self, loaded, client_of, north_lead):
        client, address = client_of(north_lead), f"/hub/library/{DOCUMENT}/"
        assert "I have read it" in client.get(address).content.decode()

        for _again in range(2):
            client.post(f"{address}read/", {"version": "1.0"})

        assert "You said that you have read" in client.get(address).content.decode()
        assert Acknowledgement.objects.get().member == north_lead
        assert Event.objects.filter(verb="document.acknowledge").count() == 1
        other = client.post("/hub/library/running-a-training-event/read/", {"version": "1.0"})
        assert other.status_code == 404  # it asks for nothing
        LibraryDocument.objects.filter(slug=DOCUMENT).update(version="2.0")

        assert "I have read it" in client.get(address).content.decode()
        assert client.post(f"{address}read/", {"version": "1.0"}).status_code == 409


def _targets(said: str) -> list[str]:
    return [one.partition('"')[0] for one in said.split('class="cite" href="#')[1:]]


def _rows() -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(id) FROM wagtailcore_revision")
        revisions = cursor.fetchone()
    pages = Page.objects.order_by("pk").values_list("pk", "title", "latest_revision_created_at")
    return [revisions, *pages, *Loaded.objects.order_by("pk").values_list()]
