"""A check-in in our own words: it stays on the device unless its member shares it.

In      answers, one of 0 to 3 for each sentence
Out     a row for the member and one colleague; nothing at all where it is not shared
Fails   WrongAnswers, NoColleague, SharedNotFound
Why     stigma keeps people from help (evidence.py): no score, no diagnosis, no figure for a
        group. Sharing is not put on the record, which supervisors read; it is between two
Not     here: keeping it on the device (web/static/web/check_in.js)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.accounts import queries as members
from haven.web.errors import BadInput, NotFound
from haven.workbench.wellbeing.models import SharedCheckIn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from haven.accounts.models import Member

SENTENCES = (
    _("I slept well enough."),
    _("When I stopped work, I could think of other things."),
    _("Pictures or sounds from work came back when I did not want them."),
    _("I was short with people who did not deserve it."),
    _("There was somebody I could talk to."),
    _("I did something that had nothing to do with work."),
)
ANSWERS = (_("not at all"), _("a little"), _("mostly"), _("fully"))


class WrongAnswers(BadInput):
    """Not one answer for each sentence."""

    code = "check_in.wrong_answers"
    words = _("Choose an answer for each sentence before you share it.")


class NoColleague(BadInput):
    """Nobody of the agency."""

    code = "check_in.no_colleague"
    words = _("Choose with whom you share it.")


class SharedNotFound(NotFound):
    """No such shared check-in of this member."""

    code = "check_in.not_found"


def colleagues(member: Member) -> list[Member]:
    """Return with whom a member can share, wellbeing leads first."""
    found = [one for one in members.colleagues(member) if one.pk != member.pk]
    return sorted(found, key=lambda one: (not is_lead(one), one.display_name))


def is_lead(member: Member) -> bool:
    """Tell whether a member is a wellbeing lead."""
    return access.Role.WELLBEING in member.roles


def of(member: Member) -> QuerySet[SharedCheckIn]:
    """Return what a member shares now."""
    return SharedCheckIn.objects.filter(member=member).select_related("shared_with")


def with_me(member: Member) -> QuerySet[SharedCheckIn]:
    """Return what colleagues share with a member now."""
    return SharedCheckIn.objects.filter(shared_with=member).select_related("member")


@transaction.atomic
def share(answers: Sequence[int], *, with_pk: int, by: Member, at: datetime) -> SharedCheckIn:
    """Show how a member is to one colleague.

    Args:
        answers: One of 0 to 3 for each of SENTENCES.
        with_pk: Key of the colleague.
        by: Whose check-in it is.
        at: Now.

    Raises:
        WrongAnswers: Not one for each sentence.
        NoColleague: Not an active member of the same agency, or oneself.
    """
    if len(answers) != len(SENTENCES) or any(one not in range(len(ANSWERS)) for one in answers):
        raise WrongAnswers("a check-in is shared with an answer for each sentence")
    chosen = next((one for one in colleagues(by) if one.pk == with_pk), None)
    if chosen is None:
        raise NoColleague(f"member {by.pk} has no such colleague")
    return SharedCheckIn.objects.create(
        member=by, shared_with=chosen, answers=list(answers), shared_at=at
    )


@transaction.atomic
def erase(shared_id: UUID, *, by: Member) -> None:
    """Take back what was shared; nothing of it stays.

    Raises:
        SharedNotFound: Not this member's.
    """
    gone, _each = SharedCheckIn.objects.filter(public_id=shared_id, member=by).delete()
    if not gone:
        raise SharedNotFound("no such shared check-in of this member")


def in_words(row: SharedCheckIn) -> list[tuple[object, object]]:
    """Return each sentence with the answer."""
    return [(SENTENCES[at], ANSWERS[answer]) for at, answer in enumerate(row.answers)]
