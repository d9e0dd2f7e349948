"""Quizzes: what the page of one shows next.

In      a course, the latest attempt of a member, the question that was just answered
Out     Shown: a question, what an answer is worth, or the result
Fails   never: a question that was not answered is asked
Why     an answer is explained before the next question, with its sources
Not     here: keeping answers (actions.py)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from haven.hub.base import sources
from haven.hub.learning import queries

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.hub.base.sources import Source
    from haven.hub.learning.courses import Choice, Course, Lesson, Question
    from haven.hub.learning.models import Attempt


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a member sees it, with their answer where they gave one."""

    question: Question
    number: int  # from 1
    choices: list[tuple[int, Choice]]  # index and choice, in the member's order
    chosen: int | None  # index
    lesson: Lesson
    sources: list[Source]

    @property
    def is_right(self) -> bool:
        """Tell whether the choice was right."""
        return self.chosen is not None and self.question.choices[self.chosen].is_right


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows: "question", "answer" or "result"."""

    kind: str
    asked: Asked | None = None
    every: list[Asked] = field(default_factory=list)  # of a result, where answers are kept


def shown(course: Course, tried: Attempt | None, member: Member, *, answered: str) -> Shown:
    """Return what comes next for a member."""
    answers = tried.answers if tried else {}
    by_id = {one.id: one for one in course.questions}
    if answered in answers and answered in by_id:
        return Shown("answer", _asked(course, by_id[answered], answers, member))
    if tried is not None and tried.finished_at is not None:
        return Shown(
            "result", every=[_asked(course, one, answers, member) for one in course.questions]
        )
    following = queries.next_question(course, tried)
    if following is None:
        return Shown("result")
    return Shown("question", _asked(course, following, answers, member))


def _asked(course: Course, question: Question, answers: dict[str, int], member: Member) -> Asked:
    return Asked(
        question=question,
        number=course.questions.index(question) + 1,
        choices=queries.shuffled(question, member),
        chosen=answers.get(question.id),
        lesson=course.lesson(question.lesson),
        sources=[sources.source(key) for key in question.sources],
    )
