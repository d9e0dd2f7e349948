"""Courses: what is taught, with lessons and quiz.

In      content/courses/<slug>/: course.yaml, NN-<lesson>.md, quiz.yaml; order.yaml beside them
Out     Course, Lesson, Question
Fails   BadContent: a file is wrong, and says how; CourseNotFound, LessonNotFound
Why     the one way to the courses: pages of an editor may take the place of the files here
Not     here: how a text looks (texts.py), how far a member is (queries.py)
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haven.hub.learning import content_files as files
from haven.hub.learning.content_files import BadContent
from haven.web.errors import NotFound

CONTENT = files.CONTENT / "courses"
VERSION_LENGTH = 12  # signs of a digest: enough to tell versions of one course apart
_NOT_A_LESSON = frozenset({"quiz", "certificate"})  # addresses of a course beside its lessons
_LESSON_FILE = re.compile(r"(\d\d)-([a-z0-9-]+)\.md")
_CHOICES = (3, 4)
_Kinds = Mapping[str, type | tuple[type, ...]]
_COURSE: _Kinds = {
    "title": str, "summary": str, "audience": str, "aims": list, "passes_at": float,
    "lessons": list, "see_also": list, "workflow_steps": dict,
    "reviewed": (dict, type(None)),
}  # fmt: skip
_LESSON: _Kinds = {"title": str, "minutes": int, "brief": str}
_QUESTION: _Kinds = {"id": str, "lesson": str, "ask": str, "choices": list, "sources": list}


class CourseNotFound(NotFound):
    """There is no such course."""

    code = "course.not_found"


class LessonNotFound(NotFound):
    """The course has no such lesson."""

    code = "lesson.not_found"


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson, in two depths."""

    slug: str
    number: int  # from 1
    title: str
    minutes: int  # to read all of it
    brief: str
    full: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose, and why it is right or not."""

    say: str
    is_right: bool
    why: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a quiz; exactly one choice is right."""

    id: str
    lesson: str  # slug
    ask: str
    choices: tuple[Choice, ...]
    sources: tuple[str, ...]  # ids


@dataclass(frozen=True, slots=True)
class Review:
    """Who checked a course, and when."""

    by: str
    on: dt.date


@dataclass(frozen=True, slots=True)
class Course:
    """One course."""

    slug: str
    title: str
    summary: str
    audience: str
    aims: tuple[str, ...]
    passes_at: float  # share of right answers, over 0 up to 1
    lessons: tuple[Lesson, ...]
    questions: tuple[Question, ...]
    see_also: tuple[str, ...]  # slugs of courses
    workflow_steps: Mapping[str, tuple[str, ...]]  # slugs of its lessons, by the step they serve
    reviewed: Review | None  # None: nobody has checked it yet
    version: str  # of all its files

    @property
    def minutes(self) -> int:
        """Return how long reading all lessons takes."""
        return sum(one.minutes for one in self.lessons)

    @property
    def n_to_pass(self) -> int:
        """Return how many answers must be right."""
        wanted = self.passes_at * len(self.questions)
        return int(wanted) + (wanted > int(wanted))

    def lesson(self, slug: str) -> Lesson:
        """Return one lesson.

        Raises:
            LessonNotFound: The course has none of this name.
        """
        for one in self.lessons:
            if one.slug == slug:
                return one
        raise LessonNotFound(f"course {self.slug} has no such lesson")

    def around(self, lesson: Lesson) -> tuple[Lesson | None, Lesson | None]:
        """Return the lessons before and after one."""
        beside = (None, *self.lessons, None)
        return beside[lesson.number - 1], beside[lesson.number + 1]


def every() -> tuple[Course, ...]:
    """Return all courses in their order.

    Raises:
        BadContent: A file is wrong.
    """
    return tuple(_read().values())


def course(slug: str) -> Course:
    """Return one course.

    Raises:
        CourseNotFound: There is none of this name.
    """
    try:
        return _read()[slug]
    except KeyError as error:
        raise CourseNotFound("no such course") from error


def of_step(step: str) -> list[tuple[Course, list[Lesson]]]:
    """Return the courses that teach a step of the work, each with its lessons for it."""
    return [
        (one, [one.lesson(slug) for slug in one.workflow_steps[step]])
        for one in every()
        if step in one.workflow_steps
    ]


@functools.cache
def _read() -> Mapping[str, Course]:
    return read(CONTENT)


def read(content: Path) -> dict[str, Course]:
    """Return the courses of a folder by their slugs, in their order.

    Raises:
        BadContent: A file is wrong.
    """
    order = files.load(content / "order.yaml")
    there = sorted(one.name for one in content.iterdir() if one.is_dir())
    if sorted(order) != there:
        raise BadContent(f"{content / 'order.yaml'}: should name each of {there} once")
    found = {slug: _course(content / slug) for slug in order}
    for one in found.values():
        if unknown := set(one.see_also) - set(found):
            raise BadContent(f"{content / one.slug}: no such courses: {sorted(unknown)}")
    return found


def _course(folder: Path) -> Course:
    where = str(folder / "course.yaml")
    told = files.fields(files.load(folder / "course.yaml"), _COURSE, where)
    if not 0 < told["passes_at"] <= 1:
        raise BadContent(f"{where}: passes_at is a share over 0 up to 1")
    lessons = _lessons(folder)
    slugs = [one.slug for one in lessons]
    if told["lessons"] != slugs or _NOT_A_LESSON & set(slugs):
        raise BadContent(f"{where}: the lessons there are {slugs}")
    steps = _steps(told["workflow_steps"], slugs, where)
    reviewed = told["reviewed"] and files.fields(
        told["reviewed"], {"by": str, "on": dt.date}, where
    )
    return Course(
        slug=folder.name,
        title=told["title"],
        summary=told["summary"],
        audience=told["audience"],
        aims=tuple(told["aims"]),
        passes_at=told["passes_at"],
        lessons=lessons,
        questions=_questions(folder / "quiz.yaml", slugs),
        see_also=tuple(told["see_also"]),
        workflow_steps=steps,
        reviewed=Review(**reviewed) if reviewed else None,
        version=_version(folder),
    )


def _steps(told: dict[str, Any], lessons: list[str], where: str) -> dict[str, tuple[str, ...]]:
    """Return the lessons for each step, of which there is at least one."""
    for step, named in told.items():
        if not isinstance(named, list) or not named or not set(named) <= set(lessons):
            raise BadContent(f"{where}: {step} should name lessons of {lessons}")
    return {step: tuple(named) for step, named in told.items()}


def _lessons(folder: Path) -> tuple[Lesson, ...]:
    """Return the lessons of a folder, which are numbered from 1 without a gap."""
    found = []
    for number, path in enumerate(sorted(folder.glob("*.md")), start=1):
        name = _LESSON_FILE.fullmatch(path.name)
        if name is None or int(name[1]) != number:
            raise BadContent(f"{path}: should be lesson {number:02}")
        head, fence, body = path.read_text(encoding="utf-8").partition("\n---\n")
        if not head.startswith("---\n") or not fence or not body.strip():
            raise BadContent(f"{path}: should have a head between two lines ---, and a text")
        told = files.fields(files.parse(head, str(path)), _LESSON, str(path))
        found.append(Lesson(slug=name[2], number=number, full=body.strip(), **told))
    return tuple(found)


def _questions(path: Path, lessons: list[str]) -> tuple[Question, ...]:
    found = [_question(told, str(path), lessons) for told in files.load(path)]
    if len({one.id for one in found}) != len(found):
        raise BadContent(f"{path}: two questions have one id")
    return tuple(found)


def _question(told: Any, where: str, lessons: list[str]) -> Question:
    told = files.fields(told, _QUESTION, where)
    where = f"{where}: {told['id']}"
    if told["lesson"] not in lessons:
        raise BadContent(f"{where}: no such lesson: {told['lesson']}")
    choices = []
    for one in told["choices"]:
        said = files.fields(one, {"say": str, "right": bool, "why": str}, where)
        choices.append(Choice(said["say"], said["right"], said["why"]))
    if len(choices) not in _CHOICES or sum(one.is_right for one in choices) != 1:
        raise BadContent(f"{where}: should have three or four choices, one of them right")
    cited = files.known_sources(told["sources"], where)
    return Question(told["id"], told["lesson"], told["ask"], tuple(choices), cited)


def _version(folder: Path) -> str:
    """Return a digest of the names and bytes of a course's files."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        digest.update(f"{path.name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()[:VERSION_LENGTH]
