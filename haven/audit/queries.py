"""Audit queries: read the record of one case or one member.

In      keys
Out     events, newest first
Not     here: who may read them; the calling page decides that with the case's own door
"""

from django.db.models import QuerySet

from haven.audit.models import Event


def of_case(case_id: int) -> QuerySet[Event]:
    """Return what was done in one case, newest first."""
    return Event.objects.filter(case_id=case_id).order_by("-id")


def of_target(target_type: str, target_id: str) -> QuerySet[Event]:
    """Return what was done to one thing, newest first; `target_type` is app_label.model."""
    return Event.objects.filter(target_type=target_type, target_id=target_id).order_by("-id")
