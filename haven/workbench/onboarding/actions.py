"""Going through the practice.

In      a stage that a member has been through; when
Out     a row of that member; after the last stage the fact that they finished, on the record
Fails   StageNotFound
Why     it is no exam: nobody is asked to prove anything, and nothing of the practice is counted
        or kept but which stages were gone through
Not     here: what waits for it (wellbeing/practising.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haven.workbench.onboarding import queries, stages
from haven.workbench.onboarding.models import LAST, StageDone
from haven.workbench.wellbeing import practising

if TYPE_CHECKING:
    from datetime import datetime

    from haven.accounts.models import Member


@transaction.atomic
def finish_stage(number: int, *, by: Member, at: datetime) -> bool:
    """Keep that a member has been through a stage; return whether that was the last one left.

    Raises:
        StageNotFound: There is none of this number.
    """
    stage = stages.get(number)
    StageDone.objects.get_or_create(member=by, stage=stage.number, defaults={"done_at": at})
    if len(queries.done(by)) < LAST:
        return False
    practising.finish(by=by, at=at)
    return True
