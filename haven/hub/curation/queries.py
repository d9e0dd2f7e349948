"""What the curators' desk shows: what waits, what is old, which sources fail, and counts.

In      today; a member who is a curator
Out     rows for the page
Fails   never
Why     one place to look, with the oldest first, so that nothing waits unseen
Not     here: deciding, which each section does on its own pages

Counts say nothing of a person: there is none by member or by agency, and no number below
FEWEST is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haven.hub.catalogue import caring
from haven.hub.catalogue import vocabulary as words
from haven.hub.curation.models import SourceCheck
from haven.hub.experience import queries as experience
from haven.hub.portal import queries as portal

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.db.models.enums import Choices

Words = str | Promise
FEWEST = 5
MOST = 12  # rows of a kind on the desk: all kinds full, the page is under 50 kB
BROKEN_AFTER_DAYS = 7  # inclusion.yaml: two failures at least a week apart


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for a curator."""

    kind: Words
    about: str
    since: datetime
    days: int
    page: str  # name of its address
    key: object  # its argument


@dataclass(frozen=True, slots=True)
class Waits:
    """How many of a kind wait, and the oldest of them."""

    kind: Words
    n: int
    rows: list[Waiting]


@dataclass(frozen=True, slots=True)
class Source:
    """An address that failed, with what rests on it."""

    check: SourceCheck
    rests: list[tuple[str, str]]
    is_broken: bool


@dataclass(frozen=True, slots=True)
class Sources:
    """What is known of the addresses."""

    n: int
    n_checked: int
    last: datetime | None  # None: never checked
    n_failed: int
    failed: list[Source]  # MOST at most


@dataclass(frozen=True, slots=True)
class Statistic:
    """One table of counts; None stands for a number that is too small to be told."""

    title: Words
    rows: list[tuple[Words, int | None]]


def queue(*, at: datetime) -> list[Waits]:
    """Return what waits, kind by kind, the oldest first."""
    objected = experience.reports_to_decide().filter(state=experience.REPORT_STATES.OBJECTED)
    reports = experience.reports_to_decide().filter(state=experience.REPORT_STATES.WAITING)
    return [
        _waits(_("Proposed changes"), caring.open_proposals(), "proposed_at", _proposal, at),
        _waits(_("Submitted tools"), portal.to_decide(), "submitted_at", _submission, at),
        _waits(_("Reports of experience"), reports, "written_at", _report, at),
        _waits(_("Objections to a refusal"), objected, "objected_at", _report, at),
        _waits(_("Flagged reports"), experience.flagged_reports(), "flagged_at", _report, at),
        _waits(
            _("Flagged answers of makers"),
            experience.flagged_sayings(),
            "flagged_at",
            _saying,
            at,
        ),
        _waits(
            _("Questions to makers"), experience.questions_to_decide(), "asked_at", _question, at
        ),
        _waits(
            _("Questions without an answer"),
            experience.overdue(at=at),
            "published_at",
            _question,
            at,
        ),
    ]


def sources() -> Sources:
    """Return which addresses failed, those that failed longest first."""
    wanted = caring.addresses()
    kept = {one.address: one for one in SourceCheck.objects.filter(address__in=list(wanted))}
    failed = sorted(
        (one for one in kept.values() if one.failed_since is not None),
        key=lambda one: (one.failed_since, one.address),
    )
    shown = [Source(one, wanted[one.address], _is_broken(one)) for one in failed[:MOST]]
    last = max((one.checked_at for one in kept.values()), default=None)
    return Sources(len(wanted), len(kept), last, len(failed), shown)


def statistics() -> list[Statistic]:
    """Return counts of records, without a person and without small numbers."""
    counted = caring.counts()
    states = experience.states()
    grounds: Mapping[str, Words] = {
        **{one.value: one.label for one in words.Kind},
        "recalled": words.Basis.RECALLED.label,
    }
    return [
        _statistic(_("Tools by status"), counted["tools"], _labels(words.Status)),
        _statistic(_("Facts by ground"), counted["facts"], grounds),
        _statistic(_("Facts by who says them"), counted["speakers"], _labels(words.Relation)),
        _statistic(
            _("Others"), counted["bodies"], {"bodies": pgettext_lazy("count", "bodies to turn to")}
        ),
        _statistic(_("Proposed changes"), counted["proposals"], _labels(caring.PROPOSAL_STATES)),
        _statistic(
            _("Reports of experience"), states["reports"], _labels(experience.REPORT_STATES)
        ),
        _statistic(
            _("Questions to makers"), states["questions"], _labels(experience.QUESTION_STATES)
        ),
        _statistic(_("Submitted tools"), portal.states(), _labels(portal.STATES)),
    ]


def _waits(
    kind: Words,
    found: QuerySet[Any],
    since: str,
    tells: Callable[[Any], tuple[str, str, object]],
    at: datetime,
) -> Waits:
    """Return how many wait, and the oldest."""
    rows = []
    for one in found.order_by(since, "pk")[:MOST]:
        about, page, key = tells(one)
        begun: datetime = getattr(one, since)
        rows.append(Waiting(kind, about, begun, max(0, (at - begun).days), page, key))
    return Waits(kind, found.count() if len(rows) == MOST else len(rows), rows)


def _proposal(one: Any) -> tuple[str, str, object]:
    return one.tool.name, "catalogue:proposal", one.public_id


def _report(one: Any) -> tuple[str, str, object]:
    return one.tool.name, "experience:report", one.public_id


def _question(one: Any) -> tuple[str, str, object]:
    return one.tool.name, "experience:question", one.public_id


def _saying(one: Any) -> tuple[str, str, object]:
    return _question(one.question) if one.question else _report(one.report)


def _submission(one: Any) -> tuple[str, str, object]:
    return one.name, "portal:submission", one.public_id


def _is_broken(one: SourceCheck) -> bool:
    """Tell whether an address failed on two days at least a week apart."""
    if one.failed_since is None:
        return False
    first, last = timezone.localdate(one.failed_since), timezone.localdate(one.checked_at)
    return last - first >= timedelta(days=BROKEN_AFTER_DAYS)


def _labels(choices: type[Choices]) -> dict[str, Words]:
    return {str(value): label for value, label in choices.choices}


def _statistic(title: Words, counted: Mapping[str, int], labels: Mapping[str, Words]) -> Statistic:
    """Return counts in words; a number below FEWEST, zero too, is not told."""
    numbers = {key: counted.get(key, 0) for key in labels}
    return Statistic(
        title, [(labels[key], n if n >= FEWEST else None) for key, n in numbers.items()]
    )
