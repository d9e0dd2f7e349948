"""Accepting the terms.

In      a member, the version that was on the page
Out     the acceptance, on the record
Fails   TermsChanged (409): another version holds by now
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.accounts.terms import texts
from haven.accounts.terms.models import Acceptance
from haven.audit.actions import record
from haven.web.errors import Conflict

if TYPE_CHECKING:
    from haven.accounts.models import Member


class TermsChanged(Conflict):
    """What was on the page is not what holds."""

    code = "accounts.terms_changed"
    words = _("The terms have changed in the meantime. Read them again, please.")


@transaction.atomic
def accept(member: Member, *, version: str, language: str, at: dt.datetime) -> Acceptance:
    """Keep that a member accepted the terms.

    Raises:
        TermsChanged: Not the version that holds.
    """
    if version != texts.current().version:
        raise TermsChanged("this version of the terms does not hold")
    accepted, is_new = Acceptance.objects.get_or_create(
        member=member, version=version, defaults={"language": language, "at": at}
    )
    if is_new:
        record("member.accept_terms", actor=member, target=member, at=at, version=version)
    return accepted
