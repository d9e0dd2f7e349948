"""Whether a member has accepted the terms that hold.

In      a member
Out     yes or no; what was accepted
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import QuerySet

from haven.accounts.terms import texts
from haven.accounts.terms.models import Acceptance

if TYPE_CHECKING:
    from haven.accounts.models import Member


def are_accepted(member: Member) -> bool:
    """Tell whether a member accepted what holds now; yes where nothing is asked."""
    if not settings.HAVEN_TERMS:
        return True
    return of(member).filter(version=texts.current().version).exists()


def of(member: Member) -> QuerySet[Acceptance]:
    """Return what a member accepted, the newest first."""
    return Acceptance.objects.filter(member_id=member.pk).order_by("-at")
