"""What an agency sets for looking: by its administrator or its wellbeing lead.

In      values that a form has checked
Out     the policy, and what changed on the record
Fails   NotAllowed: neither administrator nor wellbeing lead
Not     here: what each number stands on (evidence.py), keeping to it (reveals, pauses.py)
"""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from django.db import transaction

from haven.accounts import access
from haven.audit.actions import record
from haven.workbench.wellbeing.models import AgencyPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from haven.accounts.models import Member

SET = AgencyPolicy  # what is set, for the form
FIELDS = (
    "break_min",
    "day_min",
    "zone",
    "late_from",
    "late_stops",
    "reveal_max_s",
    "reveal_idle_s",
    "part_needs_reason",
    "whole_needs_reason",
    "part_needs_factor",
    "whole_needs_factor",
    "whole_needs_two",
    "approval_min",
    "practice",
    "first_days",
)


@transaction.atomic
def set_policy(values: Mapping[str, object], *, by: Member, at: datetime) -> AgencyPolicy:
    """Set what the agency of a member asks for; what stays the same is not recorded.

    Args:
        values: New values by the names in FIELDS, checked by forms.Policy.
        by: Who sets it.
        at: Now.

    Raises:
        NotAllowed: `by` is neither administrator nor wellbeing lead.
    """
    access.require(by, "care.set")
    policy, _made = AgencyPolicy.objects.select_for_update().get_or_create(agency_id=by.agency_id)
    changed = {
        name: values[name]
        for name in FIELDS
        if name in values and getattr(policy, name) != values[name]
    }
    if not changed:
        return policy
    for name, value in changed.items():
        setattr(policy, name, value)
    policy.changed_by, policy.changed_at = by, at
    policy.save()
    record(
        "policy.set",
        actor=by,
        agency_id=by.agency_id,
        at=at,
        set={name: _fact(value) for name, value in changed.items()},
    )
    return policy


def _fact(value: object) -> object:
    """Return a value as the record spells it."""
    return value.strftime("%H:%M") if isinstance(value, time) else value
