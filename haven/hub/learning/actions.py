"""Reading, answering, and the certificate.

In      a course, what a member did, when
Out     rows of that member; the certificate, on the record
Fails   CourseNotFound, LessonNotFound; BadChoice; NotEarned
Why     how somebody learns is no act for the record; that they hold a certificate is
Not     here: how far a member is (queries.py)
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.hub.learning import courses, queries
from haven.hub.learning.models import CODE_LENGTH, Attempt, Certificate, Depth, Reading
from haven.web.errors import BadInput, Conflict

if TYPE_CHECKING:
    from datetime import datetime

    from haven.accounts.models import Member
    from haven.hub.learning.courses import Course

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without letters that look like others


class BadChoice(BadInput):
    """The quiz has no such question or choice."""

    code = "quiz.bad_choice"
    words = _("Choose one of the answers.")


class NotEarned(Conflict):
    """Lessons or the quiz are left."""

    code = "certificate.not_earned"
    words = _("First read every lesson and pass the quiz of the course as it is now.")


def choose_depth(how: str, *, by: Member) -> None:
    """Keep how deep a member reads; what is no depth is in full."""
    kept = how if how in Depth.How.values else Depth.How.FULL
    Depth.objects.update_or_create(member=by, defaults={"how": kept})


def read(course_slug: str, lesson_slug: str, *, by: Member, at: datetime) -> None:
    """Keep that a member has read a lesson.

    Raises:
        CourseNotFound, LessonNotFound: There is none.
    """
    lesson = courses.course(course_slug).lesson(lesson_slug)
    Reading.objects.get_or_create(
        member=by, course=course_slug, lesson=lesson.slug, defaults={"read_at": at}
    )


@transaction.atomic
def answer(
    course_slug: str, question_id: str, choice: int, *, by: Member, at: datetime
) -> Attempt:
    """Keep an answer; the first one to a question counts. With the last, the result is known.

    Raises:
        CourseNotFound: There is none.
        BadChoice: The quiz has no such question or choice.
    """
    course = courses.course(course_slug)
    asked = {one.id: one for one in course.questions}.get(question_id)
    if asked is None or not 0 <= choice < len(asked.choices):
        raise BadChoice(f"no such choice in the quiz of {course_slug}")
    latest = queries.attempt(course, by)
    if latest is not None and question_id in latest.answers:  # also of a quiz that is finished
        return latest
    tried = _open(course, by, at)
    tried.answers.setdefault(question_id, choice)
    if queries.next_question(course, tried) is None:
        tried.finished_at = at
        tried.n_right = sum(
            one.choices[tried.answers[one.id]].is_right for one in course.questions
        )
        tried.has_passed = tried.n_right >= course.n_to_pass
    tried.save()
    return tried


@transaction.atomic
def begin_again(course_slug: str, *, by: Member, at: datetime) -> None:
    """Begin the quiz once more; of earlier times only the results stay, not the answers.

    Raises:
        CourseNotFound: There is none.
    """
    course = courses.course(course_slug)
    _open(course, by, at)
    done = Attempt.objects.filter(member=by, course=course_slug, finished_at__isnull=False)
    done.update(answers={})


@transaction.atomic
def give_certificate(course_slug: str, *, by: Member, at: datetime) -> Certificate:
    """Give a member the certificate of a course, once for each version of it.

    Raises:
        CourseNotFound: There is none.
        NotEarned: Lessons or the quiz are left.
    """
    course = courses.course(course_slug)
    if not queries.of_course(course, by).is_complete:
        raise NotEarned(f"member {by.pk} has not been through {course_slug}")
    given, is_new = Certificate.objects.get_or_create(
        member=by,
        course=course.slug,
        version=course.version,
        defaults={
            "title": course.title,
            "name": by.display_name,
            "agency": by.agency.name,
            "code": "".join(secrets.choice(_ALPHABET) for _sign in range(CODE_LENGTH)),
            "given_at": at,
        },
    )
    if is_new:
        record(
            "certificate.give",
            actor=by,
            target=given,
            at=at,
            course=course.slug,
            version=course.version,
        )
    return given


def _open(course: Course, by: Member, at: datetime) -> Attempt:
    """Return the open attempt; one at an earlier version of the course is given up."""
    found = Attempt.objects.filter(member=by, course=course.slug, finished_at__isnull=True)
    found.exclude(version=course.version).delete()
    tried, _is_new = found.select_for_update().get_or_create(
        member=by,
        course=course.slug,
        finished_at=None,
        defaults={
            "version": course.version,
            "begun_at": at,
            "n_questions": len(course.questions),
        },
    )
    return tried
