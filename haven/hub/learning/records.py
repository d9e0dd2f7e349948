"""Records of learning: courses with lessons and quiz, terms of the glossary, for other hubs.

In      courses and terms; records that came
Out     CourseRecord, TermRecord
Fails   pydantic.ValidationError: a record that came does not fit
Why     a course is read the same where it was written and where it was carried to
Not     here: how a lesson looks (texts.py)

Who checked a course is left out: it may name a member. The day stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from haven.hub.base.records import Day, Line, Lines, Long, Name, Record, Slug, Slugs
from haven.hub.learning import courses, glossary
from haven.hub.learning.courses import Course

Minutes = Annotated[int, Field(ge=0, le=10_000)]


class LessonRecord(Record):
    """One lesson, in two depths."""

    slug: Slug
    title: Name
    minutes: Minutes
    brief: Long
    full: Long


class ChoiceRecord(Record):
    """One answer to choose, and why it is right or not."""

    say: Line
    is_right: bool
    why: Line


class QuestionRecord(Record):
    """One question of a quiz."""

    id: Slug
    lesson: Slug
    ask: Line
    choices: Annotated[list[ChoiceRecord], Field(min_length=2, max_length=10)]
    sources: Slugs


class CourseRecord(Record):
    """One course."""

    slug: Slug
    title: Name
    summary: Line
    audience: Line
    aims: Lines
    passes_at: Annotated[float, Field(gt=0, le=1)]
    lessons: Annotated[list[LessonRecord], Field(max_length=100)]
    questions: Annotated[list[QuestionRecord], Field(max_length=200)]
    see_also: Slugs
    workflow_steps: Slugs
    reviewed_on: Annotated[Day | None, Field(description="null: nobody has checked it yet")]
    version: Annotated[str, Field(pattern=r"^[0-9a-f]{1,64}$")]


class TermRecord(Record):
    """One word of the glossary."""

    slug: Slug
    term: Name
    short: Line
    long: Line
    sources: Slugs
    see: Annotated[list[Name], Field(max_length=50)]


def every_course() -> Iterator[CourseRecord]:
    """Yield the courses in their order."""
    return map(_course, courses.every())


def every_term() -> Iterator[TermRecord]:
    """Yield the terms of the glossary."""
    for one in glossary.every().values():
        yield TermRecord(
            slug=one.slug,
            term=one.term,
            short=one.short,
            long=one.long,
            sources=list(one.sources),
            see=list(one.see),
        )


def _course(course: Course) -> CourseRecord:
    lessons = [
        LessonRecord(
            slug=one.slug, title=one.title, minutes=one.minutes, brief=one.brief, full=one.full
        )
        for one in course.lessons
    ]
    questions = [
        QuestionRecord(
            id=one.id,
            lesson=one.lesson,
            ask=one.ask,
            choices=[
                ChoiceRecord(say=choice.say, is_right=choice.is_right, why=choice.why)
                for choice in one.choices
            ],
            sources=list(one.sources),
        )
        for one in course.questions
    ]
    return CourseRecord(
        slug=course.slug,
        title=course.title,
        summary=course.summary,
        audience=course.audience,
        aims=list(course.aims),
        passes_at=course.passes_at,
        lessons=lessons,
        questions=questions,
        see_also=list(course.see_also),
        workflow_steps=list(course.workflow_steps),
        reviewed_on=course.reviewed.on if course.reviewed else None,
        version=course.version,
    )
