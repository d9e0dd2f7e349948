"""Who is not shown the verdicts of an item, because they judge it a second time.

In      a case, an item, a member, until when
Out     the items whose verdicts a member does not see now
Fails   never
Why     a second look is worth something only where nothing of the first shows. Whoever shows
        verdicts item by item asks here; the queue, which stands above, says who looks
Not     here: second looks (haven.workbench.queue)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from haven.workbench.categories.models import Blind

if TYPE_CHECKING:
    from datetime import datetime

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case


def hide(case: Case, item_pk: int, *, member: Member, until: datetime) -> None:
    """Show a member no verdict of an item until then."""
    Blind.objects.update_or_create(
        item_id=item_pk, member=member, defaults={"case": case, "until": until}
    )


def show(case: Case, item_pk: int, *, member: Member, at: datetime) -> None:
    """Show a member the verdicts of an item again."""
    Blind.objects.filter(case=case, item=item_pk, member=member).update(until=at)


def hidden(case: Case, member: Member, *, at: datetime) -> set[int]:
    """Return the items of a case whose verdicts a member does not see now."""
    rows = Blind.objects.filter(case=case, member=member, until__gt=at)
    return set(rows.values_list("item", flat=True))
