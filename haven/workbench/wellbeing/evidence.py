"""Evidence: what stands behind each default, how strong it is, and where it can be read.

In      nothing
Out     EVIDENCE: rows for the page of evidence and for the page of the policy
Why     an agency can only choose well if it can see what is known and what is not
Not     here: the defaults themselves (models.py)

Only what was read at its source is here. Where a number has no study behind it, that is said.
"""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EXPERIMENT = _("experiments")
SURVEY = _("surveys: went together, cause not shown")
PRACTICE = _("practice of those who do this work")
REVIEW = _("summaries of research on risk and control")
OWN = _("Haven's own choice; nothing was found that measures it")

Words = str | Promise


class Source(NamedTuple):
    """Where something can be read; Haven asks for none of these addresses."""

    name: str
    address: str


IWF = Source(
    "Internet Watch Foundation, 2024 report, how we protect our people",
    "https://iwf.org.uk/annual-data-insights-report-2024/eliminating-online-child-sexual-abuse/how-we-protect-our-people",
)
IWF_DAY = Source(
    "Internet Watch Foundation, a day of its analysts",
    "https://www.iwf.org.uk/news-media/blogs/mental-health-awareness-week-doing-one-of-the-most-difficult-jobs/",
)
MITCHELL_2023 = Source(
    "Mitchell and others, 2023, BMC Psychiatry",
    "https://bmcpsychiatry.biomedcentral.com/articles/10.1186/s12888-023-05445-w",
)
MITCHELL_2022 = Source(
    "Mitchell and others, 2022, Frontiers in Psychiatry",
    "https://frontiersin.org/journals/psychiatry/articles/10.3389/fpsyt.2022.931268/full",
)
DAS_2020 = Source(
    "Das, Dang and Lease, 2020, HCOMP",
    "https://ojs.aaai.org/index.php/HCOMP/article/view/7461",
)
LEWITZKA_2026 = Source(
    "Lewitzka and others, 2026",
    "DOI 10.1007/s00426-026-02241-5",
)
KENWOOD = Source(
    "Krause, at the Kenwood Center",
    "https://kenwoodcenter.org/services/minnesota-icac-wellness-program/resources/related-research-studies-and-findings/identifying-and-managing-stress/",
)
BURNS = Source(
    "Burns and others, at the Kenwood Center",
    "https://kenwoodcenter.org/services/minnesota-icac-wellness-program/resources/related-research-studies-and-findings/the-emotional-impact/",
)
DART = Source(
    "Dart Center, handling traumatic imagery",
    "https://dartcenter.org/resources/handling-traumatic-imagery-developing-standard-operating-procedure",
)
SHIFT = Source(
    "SHIFT, guide for administrators",
    "https://ojp.gov./ncjrs/virtual-library/abstracts/upper-level-management-administrators-guide-administrators-guide",
)
HARDEST = Source(
    "Paper 48152, SSWR 2023, on a hardest case",
    "https://sswr.confex.com/sswr/2023/webprogram/Paper48152.html",
)


class Row(NamedTuple):
    """One measure and what is known about it."""

    fields: tuple[str, ...]  # of the policy; none: it cannot be set
    measure: Words
    default: Words
    supports: Words
    strength: Words
    sources: tuple[Source, ...]


EVIDENCE: tuple[Row, ...] = (
    Row(
        ("break_min",),
        _("A pause is suggested"),
        _("after 60 minutes of work with material"),
        _(
            "The Internet Watch Foundation has its analysts pause every hour. Among 500 "
            "officials in the United States, pauses went with better health."
        ),
        PRACTICE,
        (IWF, MITCHELL_2023),
    ),
    Row(
        (),
        _("What counts as a pause"),
        _("five minutes without an act on a page of a case"),
        _("Nobody seems to have measured how long a pause has to be."),
        OWN,
        (),
    ),
    Row(
        ("day_min",),
        _("It is said that much was done today"),
        _("after 300 minutes of work with material"),
        _(
            "The Internet Watch Foundation allows five hours of direct viewing a day. In the "
            "survey of 500 officials the amount and length of exposure were not tied to worse "
            "health, violent material was: so this is a word and no stop."
        ),
        PRACTICE,
        (IWF, MITCHELL_2023),
    ),
    Row(
        ("zone", "late_from", "late_stops"),
        _("The end of the day for looking"),
        _("16:00; counts once the agency has named its time zone; it asks and does not stop"),
        _("The Internet Watch Foundation stops viewing at 16:00 and has no overtime."),
        PRACTICE,
        (IWF, IWF_DAY),
    ),
    Row(
        (),
        _("A reminder: not alone, and not last thing in the day"),
        _("stands beside every opening of more than faces"),
        _(
            "The guide of SHIFT for administrators asks for a suitable workplace, not an "
            "isolated room at the back; the Internet Watch Foundation stops viewing at 16:00."
        ),
        PRACTICE,
        (IWF, SHIFT),
    ),
    Row(
        (),
        _("Hidden until asked; a part first; hidden again when let go"),
        _("on, and cannot be switched off"),
        _(
            "With a picture hidden and only what is needed revealed, crowd workers were less "
            "affected and no less exact or quick (six designs compared). Blur or grey that is "
            "merely laid over everything did not help (309 and 365 people): nothing is claimed "
            "for the ways of drawing."
        ),
        EXPERIMENT,
        (DAS_2020, LEWITZKA_2026),
    ),
    Row(
        ("reveal_max_s", "reveal_idle_s"),
        _("A look ends by itself"),
        _("after 20 seconds, or 8 seconds without a movement"),
        _(
            "The Dart Center treats imagery as a dose. Nobody has measured how long a look has "
            "to be; it can be held again."
        ),
        OWN,
        (DART,),
    ),
    Row(
        ("part_needs_reason", "whole_needs_reason", "part_needs_factor", "whole_needs_factor"),
        _("A reason, and the second factor again, before more than faces"),
        _("a reason for a part and the whole; the factor for the whole"),
        _("A rule of evidence and of data protection, not of health; nothing is claimed."),
        OWN,
        (),
    ),
    Row(
        ("whole_needs_two", "approval_min"),
        _("A second person agrees before the whole is opened"),
        _("off; an agreement counts for 30 minutes"),
        _("Left to the agency: in a small unit one person is on duty."),
        OWN,
        (),
    ),
    Row(
        ("practice", "first_days"),
        _("A practice on harmless pictures, and less in the first days"),
        _("recommended, not asked for; no first days"),
        _(
            "Analysts of the Internet Watch Foundation begin on material that was looked through "
            "beforehand. Burns and others advise a gradual introduction. Nobody seems to have "
            "measured how long it has to be, or that it protects."
        ),
        PRACTICE,
        (IWF, BURNS),
    ),
    Row(
        (),
        _("“Not me, please”: an item or a case is passed on without a reason"),
        _("on, and cannot be switched off"),
        _(
            "Little control over when to view is among what raises the risk; control builds "
            "resilience."
        ),
        REVIEW,
        (KENWOOD, DART),
    ),
    Row(
        (),
        _("Everyone who worked on a case is told what became of it"),
        _("on"),
        _(
            "Learning the outcome of a case went with better health (500 officials); an arrest "
            "went with less distress after a hardest case (258 people)."
        ),
        SURVEY,
        (MITCHELL_2023, HARDEST),
    ),
    Row(
        (),
        _("A word about talking it over when a case is closed"),
        _("on"),
        _("Talking with colleagues went with better health (500 officials)."),
        SURVEY,
        (MITCHELL_2023,),
    ),
    Row(
        (),
        _("What a member saw, and how a member is, is that member's alone"),
        _("on, and cannot be switched off"),
        _(
            "Stigma was the greatest barrier to using help (54 leads of task forces and 155 "
            "investigators)."
        ),
        SURVEY,
        (MITCHELL_2022,),
    ),
)


def sources() -> list[Source]:
    """Return every source once, in the order of the rows."""
    return list(dict.fromkeys(one for row in EVIDENCE for one in row.sources))


def of_field(name: str) -> Row | None:
    """Return what stands behind a field of the policy."""
    return next((row for row in EVIDENCE if name in row.fields), None)
