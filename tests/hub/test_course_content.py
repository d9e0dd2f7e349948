"""What the courses say: whole, and each statement with a number from a source."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from haven.hub.base import dates
from haven.hub.base import sources as known
from haven.hub.catalogue.vocabulary import Step
from haven.hub.learning import content_files, courses, glossary, texts
from haven.hub.learning.courses import Course, Lesson

COURSES = courses.every()
LESSONS = [(course, lesson) for course in COURSES for lesson in course.lessons]
WORDS = re.compile(r"\[\[[a-z0-9-]+\]\]|[\w'\u2019-]+")
MARKS = re.compile(r"\[\[[a-z0-9-]+\]\]|\{\{date:[a-z0-9-]+\}\}")
INVENTED = re.compile(r"\b(Suppose|Example)\b")  # the paragraph says that its numbers are
lessons = pytest.mark.parametrize(
    ("course", "lesson"), LESSONS, ids=[f"{one.slug}/{two.slug}" for one, two in LESSONS]
)


def n_words(text: str) -> int:
    return sum(not one.startswith("[[") for one in WORDS.findall(text))


def paragraphs(text: str) -> Iterator[str]:
    for block in re.split(r"\n\s*\n", text):
        lines = block.splitlines()
        by_line = lines[0].lstrip().startswith(("|", "- ", "#", ">"))
        yield from lines if by_line else [" ".join(lines)]


def without_source(text: str) -> list[str]:
    """Return the sentences, or rows of a table, that say a number and cite nothing."""
    return [
        sentence
        for one in paragraphs(text)
        if not INVENTED.search(one)
        for sentence in ([one] if one.startswith("|") else re.split(r"(?<=[.?!])\s+(?!\[\[)", one))
        if re.search(r"\d", MARKS.sub("", sentence)) and "[[" not in sentence
    ]


class TestLessons:
    @lessons
    def test_has_the_length_of_a_lesson(self, course: Course, lesson: Lesson) -> None:
        assert 300 <= n_words(lesson.full) <= 900
        assert 80 <= n_words(lesson.brief) <= 150

    @lessons
    def test_shows_every_source_and_every_date(self, course: Course, lesson: Lesson) -> None:
        for depth, told in (("brief", lesson.brief), ("full", lesson.full)):
            text = texts.of_lesson(lesson, depth)

            assert [one.id for one in text.sources] == list(known.cited(told))
            assert "[[" not in text.html and "{{" not in text.html

    @lessons
    def test_every_number_has_a_source(self, course: Course, lesson: Lesson) -> None:
        assert without_source(f"{lesson.brief}\n\n{lesson.full}") == []

    def test_a_term_is_linked_once_and_not_in_a_heading(self) -> None:
        html = texts.of_lesson(courses.course("thresholds-and-errors").lessons[0], "full").html

        assert html.count('href="/hub/glossary/?part=3#threshold"') == 1
        assert not re.search(r"<h2>[^/]*<a", html)


class TestCourses:
    def test_there_are_eight(self) -> None:
        assert len(COURSES) == 8
        assert all(one.reviewed is None for one in COURSES)  # until a person has checked it

    @pytest.mark.parametrize("step", Step.values)
    def test_every_step_of_the_work_has_a_course_with_lessons_for_it(self, step: str) -> None:
        taught = courses.of_step(step)

        assert taught
        assert all(some for _course, some in taught)

    @pytest.mark.parametrize("course", COURSES, ids=lambda one: one.slug)
    def test_names_the_steps_it_serves_in_the_order_of_the_work(self, course: Course) -> None:
        assert course.workflow_steps
        assert list(course.workflow_steps) == [
            one for one in Step.values if one in course.workflow_steps
        ]
        served = {slug for some in course.workflow_steps.values() for slug in some}
        assert served <= {one.slug for one in course.lessons}

    @pytest.mark.parametrize("course", COURSES, ids=lambda one: one.slug)
    def test_a_quiz_asks_about_every_lesson(self, course: Course) -> None:
        assert len(course.questions) >= 8
        assert {one.lesson for one in course.questions} == {one.slug for one in course.lessons}

    @pytest.mark.parametrize("course", COURSES, ids=lambda one: one.slug)
    def test_a_number_in_a_quiz_has_a_source_or_is_invented(self, course: Course) -> None:
        for one in course.questions:
            said = " ".join([one.ask, *(f"{choice.say} {choice.why}" for choice in one.choices)])
            assert one.sources or INVENTED.search(said) or not re.search(r"\d", said), one.id

    def test_a_number_in_the_glossary_has_a_source_or_is_invented(self) -> None:
        for one in glossary.every().values():
            said = f"{one.short} {one.long}"
            assert one.sources or INVENTED.search(said) or not re.search(r"\d", said), one.term
            assert n_words(one.short) <= 25 and n_words(one.long) <= 80, one.term

    def test_a_date_of_law_is_told_from_its_file(self) -> None:
        html = texts.of_lesson(
            courses.course("law-and-proportionality").lesson("eu-ai-act-and-redress"), "full"
        ).html

        assert dates.every()["eu-ai-act-annex-iii"] in html


class TestBadContent:
    """A file that is wrong is never taught; the error names it."""

    @pytest.fixture
    def content(self, tmp_path: Path) -> Path:
        one = courses.course("faces-and-children")
        shutil.copytree(courses.CONTENT / one.slug, tmp_path / one.slug)
        (tmp_path / "order.yaml").write_text(f"- {one.slug}\n")
        self.put(tmp_path, "course.yaml", r"see_also:\n(- .*\n)+", "see_also: []\n")
        return tmp_path

    def put(self, content: Path, name: str, old: str, new: str) -> None:
        path = content / "faces-and-children" / name
        path.write_text(re.sub(old, new, path.read_text(), count=1))

    def test_as_it_is_it_is_read(self, content: Path) -> None:
        assert list(courses.read(content)) == ["faces-and-children"]

    @pytest.mark.parametrize(
        ("name", "old", "new"),
        [
            ("course.yaml", "passes_at: 0.8", "passes_at: 8.0"),
            ("course.yaml", "- years-and-siblings", "- years"),
            ("course.yaml", "reviewed: null", "reviewed: soon"),
            ("course.yaml", "see_also: ", "see_too: "),
            ("course.yaml", r"find-the-child: .*", "find-the-child: [years]"),
            ("course.yaml", r"find-the-child: .*", "find-the-child: []"),
            ("quiz.yaml", "right: true", "right: false"),
            ("quiz.yaml", r"sources: \[", "sources: [hub-nowhere, "),
            ("quiz.yaml", "lesson: what-was-measured", "lesson: what-was-not"),
            ("01-what-was-measured.md", "minutes: 8", "minutes: long"),
            ("01-what-was-measured.md", "---", "--"),
        ],
    )
    def test_what_is_wrong_is_refused(self, content: Path, name: str, old: str, new: str) -> None:
        self.put(content, name, old, new)

        with pytest.raises(content_files.BadContent, match=name.split("-")[0]):
            courses.read(content)

    def test_a_term_is_explained_once(self, tmp_path: Path) -> None:
        term = "- {term: hash, short: A., long: B., sources: [], see: []}\n"
        (tmp_path / "a.yaml").write_text(term * 2)

        with pytest.raises(content_files.BadContent, match="explained twice"):
            glossary.read(tmp_path)
