"""What members and makers have said of tools, and who may read what.

In      a member; a tool; ids
Out     reports, questions, what makers say and flags, as far as the member may see them; counts
Fails   ReportNotFound, QuestionNotFound, SayingNotFound
Why     a maker reads what was met with the tool and never who met it
Not     here: how it is put into words (describing.py)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, Min, OuterRef, Prefetch, Q

from haven.accounts import access
from haven.accounts.access import CASEWORKERS, Role
from haven.hub.catalogue.models import Maker, Tool
from haven.hub.experience import vocabulary as words
from haven.hub.experience.models import Flag, Question, Report, Saying, Voice
from haven.web.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from haven.accounts.models import Member

ANSWER_DUE_DAYS = 30  # the days in which inclusion.yaml has objections answered
REPORT_STATES, QUESTION_STATES = Report.State, Question.State
WAITING = (Report.State.WAITING, Report.State.OBJECTED)


class ReportNotFound(NotFound):
    """No such report that the member may see."""

    code = "experience.not_found"


class QuestionNotFound(NotFound):
    """No such question that the member may see."""

    code = "question.not_found"


class SayingNotFound(NotFound):
    """Nothing of the kind was said."""

    code = "saying.not_found"


def reads_names(member: Member) -> bool:
    """Tell whether a member may read the name of an author who shows it: nobody who sells."""
    return bool(set(member.roles) - {Role.PROVIDER})


def author_of(member: Member) -> str:
    """Return who somebody is, as a maker may read it."""
    is_caseworker = bool(CASEWORKERS & set(member.roles))
    return words.Author.INVESTIGATOR if is_caseworker else words.Author.MEMBER


def reports(member: Member) -> QuerySet[Report]:
    """Return the reports a member may see: those published, the own ones, a curator's all."""
    found = Report.objects.select_related("tool__maker").prefetch_related(_sayings(member))
    if access.allows(member, "catalogue.curate"):
        return found.prefetch_related(_open_flags())
    return found.filter(Q(state=Report.State.PUBLISHED) | Q(written_by=member))


def questions(member: Member) -> QuerySet[Question]:
    """Return the questions a member may see: those put to makers, own ones, a curator's all."""
    found = Question.objects.select_related("tool__maker").prefetch_related(_sayings(member))
    if access.allows(member, "catalogue.curate"):
        return found
    return found.filter(Q(state=Question.State.PUBLISHED) | Q(asked_by=member))


def report(public_id: UUID, *, member: Member) -> Report:
    """Return one report.

    Raises:
        ReportNotFound: Not there, or not for this member.
    """
    found = reports(member).filter(public_id=public_id).first()
    if found is None:
        raise ReportNotFound("no such report of experience")
    return found


def question(public_id: UUID, *, member: Member) -> Question:
    """Return one question.

    Raises:
        QuestionNotFound: Not there, or not for this member.
    """
    found = questions(member).filter(public_id=public_id).first()
    if found is None:
        raise QuestionNotFound("no such question")
    return found


def published_reports(tool: Tool, member: Member) -> QuerySet[Report]:
    """Return the published reports on a tool, the latest first."""
    found = reports(member).filter(tool=tool, state=Report.State.PUBLISHED)
    return found.order_by("-published_at", "-pk")


def published_questions(tool: Tool, member: Member) -> QuerySet[Question]:
    """Return the questions put to the maker of a tool, the latest first."""
    found = questions(member).filter(tool=tool, state=Question.State.PUBLISHED)
    return found.order_by("-published_at", "-pk")


def counts(tool: Tool) -> Mapping[str, int]:
    """Return how many published reports say what; "n" is how many there are."""
    values = [
        *(("again", one) for one in words.Again.values),
        *(("care", one) for one in words.Care.values),
    ]
    counted: dict[str, int] = Report.objects.filter(
        tool=tool, state=Report.State.PUBLISHED
    ).aggregate(
        n=Count("pk"),
        tied=Count("pk", filter=~Q(stake=words.Stake.NONE)),
        **{f"{name}_{one}": Count("pk", filter=Q(**{name: one})) for name, one in values},
    )
    return counted


def own_reports(member: Member) -> QuerySet[Report]:
    """Return what a member wrote, the latest first, with whether a maker spoke to it."""
    said = Saying.objects.filter(report=OuterRef("pk"), hidden_by__isnull=True)
    found = Report.objects.select_related("tool").filter(written_by=member)
    return found.annotate(is_answered=Exists(said))


def own_questions(member: Member) -> QuerySet[Question]:
    """Return what a member asked, the latest first, with whether a maker answered."""
    said = Saying.objects.filter(question=OuterRef("pk"), hidden_by__isnull=True)
    found = Question.objects.select_related("tool").filter(asked_by=member)
    return found.annotate(is_answered=Exists(said))


def reports_to_decide() -> QuerySet[Report]:
    """Return the reports that wait for a curator, the oldest first."""
    found = Report.objects.select_related("tool").filter(state__in=WAITING)
    return found.order_by("written_at", "pk")


def questions_to_decide() -> QuerySet[Question]:
    """Return the questions that wait for a curator, the oldest first."""
    found = Question.objects.select_related("tool").filter(state=Question.State.WAITING)
    return found.order_by("asked_at", "pk")


def unanswered() -> QuerySet[Question]:
    """Return the questions put to makers to which none has said anything, the oldest first."""
    answers = Saying.objects.filter(question=OuterRef("pk"), hidden_by__isnull=True)
    found = Question.objects.select_related("tool").filter(state=Question.State.PUBLISHED)
    return found.filter(~Exists(answers)).order_by("published_at", "pk")


def overdue(*, at: datetime) -> QuerySet[Question]:
    """Return those that a maker has left without an answer for too long."""
    return unanswered().filter(published_at__lt=at - timedelta(days=ANSWER_DUE_DAYS))


def saying(public_id: UUID) -> Saying:
    """Return one thing that a maker said.

    Raises:
        SayingNotFound: Not there.
    """
    found = Saying.objects.select_related("question__tool", "report__tool").filter(
        public_id=public_id
    )
    one = found.first()
    if one is None:
        raise SayingNotFound("nothing of the kind was said")
    return one


def is_read_by_all(said: Saying) -> bool:
    """Tell whether everyone reads what a maker said."""
    parent = said.question or said.report
    return said.hidden_by_id is None and parent is not None and parent.state == "published"


def flagged_reports() -> QuerySet[Report]:
    """Return the published reports that a member flagged and no curator has looked at since."""
    found = Report.objects.select_related("tool").filter(
        state=Report.State.PUBLISHED, flags__isnull=False, flags__closed_at=None
    )
    return found.annotate(flagged_at=Min("flags__flagged_at")).order_by("flagged_at", "pk")


def flagged_sayings() -> QuerySet[Saying]:
    """Return what makers said that a member flagged and no curator has looked at since."""
    is_read = Q(question__state="published") | Q(report__state="published")
    found = Saying.objects.select_related("question__tool", "report__tool").filter(
        is_read, hidden_by__isnull=True, flags__isnull=False, flags__closed_at=None
    )
    return found.annotate(flagged_at=Min("flags__flagged_at")).order_by("flagged_at", "pk")


def flags_by(member: Member) -> QuerySet[Flag]:
    """Return what a member flagged, the latest first."""
    found = Flag.objects.select_related("report__tool", "saying__report__tool")
    found = found.select_related("saying__question__tool")
    return found.filter(flagged_by=member).order_by("-flagged_at", "-pk")


def flags_on(found: Report | Question, member: Member) -> QuerySet[Flag]:
    """Return what a member flagged of a thing: a report itself, what makers said to either."""
    if isinstance(found, Report):
        is_on_it = Q(report=found) | Q(saying__report=found)
    else:
        is_on_it = Q(saying__question=found)
    return flags_by(member).filter(is_on_it)


def left_as_it_was(found: Report) -> Flag | None:
    """Return the last flag of a report after which a curator left the report as it was."""
    return found.flags.filter(led_to_hiding=False).order_by("-closed_at").first()


def hidden_of(member: Member) -> QuerySet[Saying]:
    """Return what a member's makers said and a curator hid, the latest first."""
    found = Saying.objects.select_related("question__tool", "report__tool").filter(
        hidden_by__isnull=False, maker__in=makers(member)
    )
    return found.order_by("-hidden_at", "-pk")


def makers(member: Member) -> QuerySet[Maker]:
    """Return the makers for whom a member speaks; none for who is no provider."""
    if Role.PROVIDER not in member.roles:
        return Maker.objects.none()
    return Maker.objects.filter(voices__agency_id=member.agency_id).order_by("name")


def speaks_for(member: Member, maker_pk: int) -> bool:
    """Tell whether a member speaks for a maker."""
    return makers(member).filter(pk=maker_pk).exists()


def has_voice(maker: Maker) -> bool:
    """Tell whether anybody of the Hub speaks for a maker."""
    return Voice.objects.filter(maker=maker).exists()


def agencies_of(maker_pk: int) -> list[int]:
    """Return the keys of the providers that speak for a maker."""
    return list(Voice.objects.filter(maker_id=maker_pk).values_list("agency_id", flat=True))


def voices() -> QuerySet[Voice]:
    """Return who speaks for which maker."""
    return Voice.objects.select_related("agency", "maker").order_by("maker__name", "pk")


def all_makers() -> QuerySet[Maker]:
    """Return every maker of the catalogue, by name."""
    return Maker.objects.order_by("name")


def maker_named(name: str) -> Maker | None:
    """Return the maker of a name, if need be with other small and large letters; or None."""
    name = name.strip()
    alike = list(Maker.objects.filter(name__iexact=name)[:2])
    exact = Maker.objects.filter(name=name).first()
    return exact or (alike[0] if len(alike) == 1 else None)


def tools_of(found: Iterable[Maker]) -> QuerySet[Tool]:
    """Return the tools of some makers, by name."""
    return Tool.objects.select_related("maker").filter(maker__in=found).order_by("name", "pk")


def to_answer(member: Member) -> QuerySet[Question]:
    """Return the questions to a member's makers that nobody answered, the oldest first."""
    return unanswered().filter(tool__maker__in=makers(member))


def reports_on(member: Member) -> QuerySet[Report]:
    """Return the published reports on the tools of a member's makers, the latest first."""
    found = reports(member).filter(state=Report.State.PUBLISHED, tool__maker__in=makers(member))
    return found.order_by("-published_at", "-pk")


def states() -> Mapping[str, Mapping[str, int]]:
    """Return how many reports and questions are in each state, over all tools together."""
    return {
        name: dict(model.objects.values_list("state").annotate(n=Count("pk")).order_by())
        for name, model in (("reports", Report), ("questions", Question))
    }


def _sayings(member: Member) -> Prefetch[Any, Any, Any]:
    """Return what makers said beside each thing; what is hidden, to curators and that maker."""
    found = Saying.objects.select_related("maker").order_by("said_at", "pk")
    if access.allows(member, "catalogue.curate"):
        found = found.prefetch_related(_open_flags())
    else:
        found = found.filter(Q(hidden_by__isnull=True) | Q(maker__in=makers(member)))
    return Prefetch("sayings", queryset=found)


def _open_flags() -> Prefetch[Any, Any, Any]:
    """Return the flags of each thing that wait, with who flagged it: for curators alone."""
    found = Flag.objects.select_related("flagged_by__agency").filter(closed_at=None)
    return Prefetch("flags", queryset=found.order_by("flagged_at", "pk"), to_attr="open_flags")
