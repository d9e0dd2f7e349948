"""Which legal basis a case has, and what it covers on a day.

In      a case that was looked up with the member; a power; the moment
Out     authorities, and the one that a run or a search can stand on
Fails   AuthorityNotFound: not in this case. NoAuthority and its kinds: nothing covers it
Why     nothing is analysed or searched without a basis that says so (R-EV-5, R-AI-4, R-LED-2)
Not     here: entering and withdrawing (actions.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haven.web.errors import Conflict, NotFound
from haven.workbench.authority.models import Authority, OwnWord
from haven.workbench.cases import queries as cases

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.models import Agency, Member
    from haven.workbench.cases.models import Case

POWER = Authority.Power
KIND = Authority.Kind
LIST = OwnWord.List
SOON = timedelta(days=14)  # two weeks: time to ask a court again


class AuthorityNotFound(NotFound):
    """No such authority in the case."""

    code = "authority.not_found"


class NoAuthority(Conflict):
    """No valid authority of the case covers this."""

    code = "authority.missing"
    words = _("No valid authority of this case covers this. Enter the legal basis first.")


class AnalysisNotCovered(NoAuthority):
    """No valid authority covers looking at the exhibit."""

    code = "authority.no_analysis"
    words = _(
        "No valid authority covers looking at this exhibit. Enter the legal basis under "
        "“Authority”, then start."
    )


class SearchNotCovered(NoAuthority):
    """No valid authority covers searching for a face in the case."""

    code = "authority.no_search"
    words = _(
        "No valid authority of this case covers searching for a face. Enter the legal basis "
        "under “Authority” first."
    )


class AcrossNotCovered(NoAuthority):
    """No valid authority covers searching for a face across cases."""

    code = "authority.no_across"
    words = _(
        "No valid authority of this case covers searching for a face in other cases. Enter the "
        "legal basis under “Authority”, or start urgently with a reason and a named officer."
    )


_MISSING: dict[str, type[NoAuthority]] = {
    POWER.ANALYSE: AnalysisNotCovered,
    POWER.SEARCH: SearchNotCovered,
    POWER.ACROSS: AcrossNotCovered,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """An authority and how it stands at a moment."""

    authority: Authority
    state: str  # "valid", "later", "ended", "superseded" or "withdrawn"
    days_left: int | None = None  # whole days after today; None: no last day, or not valid

    @property
    def ends_soon(self) -> bool:
        """Tell whether a valid one runs out within two weeks."""
        return self.days_left is not None and self.days_left <= SOON.days


def of_case(case: Case) -> QuerySet[Authority]:
    """Return the authorities of a case, the latest first."""
    return (
        Authority.objects.filter(case=case)
        .select_related("own_kind", "entered_by", "withdrawn_by", "superseded_by", "supersedes")
        .prefetch_related("exhibits")
    )


def get(case: Case, authority_id: UUID) -> Authority:
    """Return one authority of a case.

    Raises:
        AuthorityNotFound: Not in this case.
    """
    found = of_case(case).filter(public_id=authority_id).first()
    if found is None:
        raise AuthorityNotFound(f"no such authority in case {case.pk}")
    return found


def standing(authority: Authority, *, at: datetime) -> Standing:
    """Return how an authority stands at a moment."""
    day = timezone.localdate(at)
    later = getattr(authority, "superseded_by", None)
    if authority.withdrawn_at is not None:
        return Standing(authority, "withdrawn")
    if later is not None and later.valid_from <= day:
        return Standing(authority, "superseded")
    if authority.valid_from > day:
        return Standing(authority, "later")
    if authority.valid_until is None:
        return Standing(authority, "valid")
    left = (authority.valid_until - day).days
    return Standing(authority, "valid", left) if left >= 0 else Standing(authority, "ended")


def valid(case_pk: int, power: str, *, at: datetime) -> QuerySet[Authority]:
    """Return the authorities of a case that allow something on a day.

    The widest comes first: those for the whole case, then those that end last.
    """
    day = timezone.localdate(at)
    return (
        Authority.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=day),
            Q(superseded_by__isnull=True) | Q(superseded_by__valid_from__gt=day),
            case_id=case_pk,
            powers__contains=[power],
            valid_from__lte=day,
            withdrawn_at__isnull=True,
        )
        .select_related("own_kind")
        .order_by("-whole_case", F("valid_until").desc(nulls_first=True), "pk")
    )


def covering(
    case_pk: int, power: str, *, exhibit_pk: int | None = None, at: datetime
) -> Authority | None:
    """Return the authority that something can stand on, or None.

    Args:
        case_pk: The case.
        power: A word of POWER.
        exhibit_pk: The exhibit it must cover; None: any part of the case is enough.
        at: The moment.
    """
    return all_covering(case_pk, power, exhibit_pk=exhibit_pk, at=at).first()


def all_covering(
    case_pk: int, power: str, *, exhibit_pk: int | None = None, at: datetime
) -> QuerySet[Authority]:
    """Return every authority that something can stand on, the widest first."""
    found = valid(case_pk, power, at=at)
    if exhibit_pk is not None:
        of_it = Authority.exhibits.through.objects.filter(exhibit_id=exhibit_pk)
        found = found.filter(Q(whole_case=True) | Q(pk__in=of_it.values("authority_id")))
    return found


def required(
    case_pk: int, power: str, *, exhibit_pk: int | None = None, at: datetime
) -> Authority:
    """Return the authority that something can stand on.

    Raises:
        NoAuthority: There is none; its kind says of which power.
    """
    found = covering(case_pk, power, exhibit_pk=exhibit_pk, at=at)
    if found is None:
        error = _MISSING.get(power, NoAuthority)
        raise error(f"no authority of case {case_pk} allows {power} of exhibit {exhibit_pk}")
    return found


def exhibit_keys(authority: Authority) -> list[int] | None:
    """Return the exhibits an authority is limited to; None: it covers the whole case."""
    if authority.whole_case:
        return None
    return sorted(authority.exhibits.values_list("pk", flat=True))


def names_cases(authority: Authority, case_pks: set[int]) -> bool:
    """Tell whether an authority allows searching across all of these cases."""
    if POWER.ACROSS not in authority.powers:
        return False
    if authority.all_cases:
        return True
    named = set(authority.other_cases.values_list("pk", flat=True)) | {authority.case_id}
    return case_pks <= named


def cases_named(authority: Authority, *, member: Member) -> list[Case]:
    """Return the cases an authority names, of those that a member works on; no others."""
    seen = cases.visible_to(member)
    if authority.all_cases:
        return list(seen)
    named = authority.other_cases.values_list("pk", flat=True)
    return list(seen.filter(pk__in=[*named, authority.case_id]))


def own_words(agency: Agency | int, which: str, *, retired: bool = False) -> QuerySet[OwnWord]:
    """Return the words that an agency added to a list."""
    found = OwnWord.objects.filter(agency=agency, list=which).select_related("added_by")
    return found if retired else found.filter(retired_at__isnull=True)
