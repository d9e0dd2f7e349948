"""Entering and withdrawing the legal basis of a case, and an agency's own words for it.

In      what a member asks for
Out     changed rows
Fails   CaseNotFound, NotAllowed, AuthorityNotFound; WrongScope, NotStanding, WordTaken
Why     check, change and record in one transaction; nothing entered is ever edited
Not     here: what an authority covers (queries.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict, NotFound
from haven.workbench.authority import queries
from haven.workbench.authority.models import Authority, OwnWord
from haven.workbench.cases import queries as cases
from haven.workbench.evidence import queries as evidence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from haven.accounts.models import Member


class WrongScope(BadInput):
    """What it is for is not said, or is said of things outside the case."""

    code = "authority.wrong_scope"
    words = _("Say what it covers: the whole case, or exhibits of this case; and which cases.")


class NotStanding(Conflict):
    """It was withdrawn or superseded already."""

    code = "authority.not_standing"
    words = _("This authority was already withdrawn or superseded.")


class ReasonMissing(BadInput):
    """No reason was given."""

    code = "authority.no_reason"
    words = _("Say why.")


class WordTaken(Conflict):
    """The list has this word."""

    code = "authority.word_taken"
    words = _("The list has this word already.")


class WordNotFound(NotFound):
    """No such word of the member's agency."""

    code = "authority.word_not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a member enters: the paper, what it allows, on what, and for how long."""

    kind: str  # a word of queries.KIND
    own_kind: int | None = None  # key of an agency's own word, with kind "own"
    reference: str
    issuer: str
    powers: Sequence[str]
    whole_case: bool = True
    exhibits: Sequence[UUID] = ()
    all_cases: bool = False
    other_cases: Sequence[UUID] = ()
    valid_from: date
    valid_until: date | None = None
    notes: str = ""


@transaction.atomic
def enter(
    case_id: UUID, basis: Basis, *, supersedes: UUID | None = None, by: Member, at: datetime
) -> Authority:
    """Enter a legal basis; one that it supersedes stays as it is and covers nothing more.

    Raises:
        CaseNotFound, NotAllowed: `by` may not work on a case he can see.
        AuthorityNotFound: The superseded one is not in this case.
        NotStanding: The superseded one was withdrawn or superseded before.
        WrongScope: It covers nothing, or names what `by` cannot see.
    """
    case = cases.get(case_id, member=by, to="work")
    exhibits = list(evidence.of_case(case).filter(public_id__in=basis.exhibits))
    others = list(cases.visible_to(by).filter(public_id__in=basis.other_cases))
    _check_scope(basis, n_exhibits=len(exhibits), n_others=len(others))
    own_kind = None
    if basis.kind == queries.KIND.OWN:
        own_kind = _word(basis.own_kind, queries.LIST.KIND, by)
    earlier = queries.get(case, supersedes) if supersedes else None
    if earlier is not None:
        Authority.objects.select_for_update().get(pk=earlier.pk)  # one successor at a time
        earlier = queries.get(case, earlier.public_id)
        _require_standing(earlier)
    made = Authority.objects.create(
        case=case,
        kind=basis.kind,
        own_kind=own_kind,
        reference=basis.reference.strip(),
        issuer=basis.issuer.strip(),
        powers=[power for power in queries.POWER if power in basis.powers],
        whole_case=basis.whole_case,
        all_cases=basis.all_cases,
        valid_from=basis.valid_from,
        valid_until=basis.valid_until,
        notes=basis.notes.strip(),
        supersedes=earlier,
        entered_by=by,
        entered_at=at,
    )
    made.exhibits.set([] if basis.whole_case else exhibits)
    made.other_cases.set([] if basis.all_cases else others)
    record(
        "authority.enter",
        actor=by,
        target=made,
        case_id=case.pk,
        at=at,
        kind=basis.kind,
        powers=made.powers,
        whole_case=basis.whole_case,
        exhibits=[one.pk for one in exhibits],
        all_cases=basis.all_cases,
        other_cases=[one.pk for one in others],
        valid_from=basis.valid_from.isoformat(),
        valid_until=basis.valid_until.isoformat() if basis.valid_until else None,
        supersedes=earlier.pk if earlier else None,
    )
    return made


@transaction.atomic
def withdraw(
    case_id: UUID, authority_id: UUID, *, why: str, by: Member, at: datetime
) -> Authority:
    """End an authority; what runs on it alone stops within about a second.

    Raises:
        CaseNotFound, NotAllowed, AuthorityNotFound: `by` may not work on a case he can see,
            or it is not in this case.
        NotStanding: It was withdrawn before.
        ReasonMissing: No reason.
    """
    case = cases.get(case_id, member=by, to="work")
    found = Authority.objects.select_for_update().get(pk=queries.get(case, authority_id).pk)
    if not why.strip():
        raise ReasonMissing("an authority is withdrawn with a reason")
    if found.withdrawn_at is not None:
        raise NotStanding(f"authority {found.pk} was withdrawn before")
    found.withdrawn_by, found.withdrawn_at, found.withdrawn_why = by, at, why.strip()
    found.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_why"])
    record("authority.withdraw", actor=by, target=found, case_id=case.pk, at=at, reason=why)
    return found


@transaction.atomic
def add_word(*, which: str, word: str, by: Member, at: datetime) -> OwnWord:
    """Add a word to a list of the member's agency; one that was retired comes back.

    Raises:
        NotAllowed: `by` does not administer his agency.
        WordTaken: The list has it.
    """
    access.require(by, "lists.keep")
    word = word.strip()
    found = queries.own_words(by.agency_id, which, retired=True).filter(word__iexact=word).first()
    if found is not None and found.retired_at is None:
        raise WordTaken(f"list {which} of agency {by.agency_id} has the word")
    if found is None:
        found = OwnWord(agency_id=by.agency_id, list=which, word=word)
    found.added_by, found.added_at, found.retired_at = by, at, None
    found.save()
    record("list.add_word", actor=by, target=found, at=at, list=which)
    return found


@transaction.atomic
def retire_word(word_pk: int, *, by: Member, at: datetime) -> OwnWord:
    """Offer a word no more; what was entered with it keeps it.

    Raises:
        NotAllowed: `by` does not administer his agency.
        WordNotFound: Not a word of the agency.
    """
    access.require(by, "lists.keep")
    found = OwnWord.objects.filter(agency_id=by.agency_id, pk=word_pk).first()
    if found is None:
        raise WordNotFound(f"no such word of agency {by.agency_id}")
    found.retired_at = at
    found.save(update_fields=["retired_at"])
    record("list.retire_word", actor=by, target=found, at=at, list=found.list)
    return found


def _check_scope(basis: Basis, *, n_exhibits: int, n_others: int) -> None:
    """Return if what a basis covers is said, and is all there.

    Raises:
        WrongScope: Something is missing, or was not found.
    """
    across = queries.POWER.ACROSS in basis.powers
    is_wrong = (
        not set(basis.powers) & set(queries.POWER)
        or n_exhibits != len(set(basis.exhibits))
        or n_others != len(set(basis.other_cases))
        or not (basis.whole_case or n_exhibits)
        or across != (basis.all_cases or n_others > 0)
        or (basis.valid_until is not None and basis.valid_until < basis.valid_from)
    )
    if is_wrong:
        raise WrongScope("an authority covers nothing, or names what the member cannot see")


def _require_standing(earlier: Authority) -> None:
    """Return if an authority can be superseded.

    Raises:
        NotStanding: It cannot.
    """
    if earlier.withdrawn_at is not None or getattr(earlier, "superseded_by", None) is not None:
        raise NotStanding(f"authority {earlier.pk} was withdrawn or superseded before")


def _word(word_pk: int | None, which: str, by: Member) -> OwnWord:
    """Return an agency's own word that is still offered.

    Raises:
        WordNotFound: Not a word of the agency's list.
    """
    found = queries.own_words(by.agency_id, which).filter(pk=word_pk or 0).first()
    if found is None:
        raise WordNotFound(f"no such word in list {which} of agency {by.agency_id}")
    return found
