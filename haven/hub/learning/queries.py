"""How far a member is, and what a certificate says.

In      a member, a course; a code
Out     Progress; the question that comes next; choices in the order of a member; certificates
Fails   CertificateNotFound
Why     every query but that of a code is of one member alone
Not     here: reading and answering (actions.py)
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from haven.hub.learning import courses
from haven.hub.learning.models import CODE_LENGTH, Attempt, Certificate, Depth, Reading
from haven.web.errors import NotFound

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.hub.learning.courses import Choice, Course, Question

DEPTH = Depth.How
_LIKE_A_DIGIT = str.maketrans("OIL", "011")  # as people read them from paper


class CertificateNotFound(NotFound):
    """The member has no certificate of this code."""

    code = "certificate.not_found"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a member is in a course."""

    course: Course
    read: frozenset[str]  # slugs of lessons
    passed: Attempt | None  # of the course as it is now
    certificate: Certificate | None  # the same

    @property
    def n_read(self) -> int:
        """Return how many of the lessons were read."""
        return sum(one.slug in self.read for one in self.course.lessons)

    @property
    def is_complete(self) -> bool:
        """Tell whether all lessons were read and the quiz passed."""
        return self.passed is not None and self.n_read == len(self.course.lessons)


def progress(member: Member) -> list[Progress]:
    """Return how far a member is in every course."""
    read = list(Reading.objects.filter(member=member).values_list("course", "lesson"))
    passed = {(one.course, one.version): one for one in _passed(member)}
    given = {(one.course, one.version): one for one in certificates(member)}
    return [
        Progress(
            one,
            frozenset(lesson for course, lesson in read if course == one.slug),
            passed.get((one.slug, one.version)),
            given.get((one.slug, one.version)),
        )
        for one in courses.every()
    ]


def of_course(course: Course, member: Member) -> Progress:
    """Return how far a member is in one course."""
    return next(one for one in progress(member) if one.course.slug == course.slug)


def depth(member: Member) -> str:
    """Return how deep a member reads; in full until they say otherwise."""
    chosen = Depth.objects.filter(member=member).first()
    return chosen.how if chosen else DEPTH.FULL


def attempt(course: Course, member: Member) -> Attempt | None:
    """Return the latest attempt of a member at the quiz of a course as it is now."""
    found = Attempt.objects.filter(member=member, course=course.slug, version=course.version)
    return found.first()


def next_question(course: Course, tried: Attempt | None) -> Question | None:
    """Return the first question without an answer; None after the last."""
    answers = tried.answers if tried else {}
    return next((one for one in course.questions if one.id not in answers), None)


def shuffled(question: Question, member: Member) -> list[tuple[int, Choice]]:
    """Return the choices with their indices, in an order that is a member's own and stays."""

    def place(pair: tuple[int, Choice]) -> bytes:
        return hashlib.sha256(f"{member.pk}/{question.id}/{pair[0]}".encode()).digest()

    return sorted(enumerate(question.choices), key=place)


def certificates(member: Member) -> list[Certificate]:
    """Return the certificates of a member, the latest first."""
    return list(Certificate.objects.filter(member=member))


def certificate(code: str, *, member: Member) -> Certificate:
    """Return a certificate of a member.

    Raises:
        CertificateNotFound: This member has none of this code.
    """
    found = checked(code)
    if found is None or found.member_id != member.pk:
        raise CertificateNotFound("no such certificate of this member")
    return found


def checked(code: str) -> Certificate | None:
    """Return the certificate of a code as somebody typed it; None where it is not known."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum()).translate(_LIKE_A_DIGIT)
    if len(plain) != CODE_LENGTH or not plain.isascii():
        return None
    return Certificate.objects.filter(code=plain).first()


def _passed(member: Member) -> list[Attempt]:
    return list(Attempt.objects.filter(member=member, has_passed=True).order_by("finished_at"))
