"""Audit table: one row per act, never changed and never deleted.

In      rows written by actions.record
Out     rows read by the pages of the record
Fails   the database refuses UPDATE, DELETE and TRUNCATE (migration 0001, a trigger)
Why     what was done must be provable afterwards
Not     here: foreign keys; a row outlives what it names
"""

from django.db import models


class Event(models.Model):
    """One act: who did what to which thing, when, with the facts that explain it.

    The actor's and the target's keys are plain numbers and not relations, because the
    record must not change when a member or a case is erased.
    """

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)  # None: the program itself
    actor_name = models.CharField(max_length=200, blank=True)  # as it was at that moment
    verb = models.CharField(max_length=60)  # fixed words such as "case.open"
    target_type = models.CharField(max_length=60, blank=True)  # app_label.model
    target_id = models.CharField(max_length=60, blank=True)
    case_id = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["case_id", "-id"], name="event_by_case"),
            models.Index(fields=["actor_id", "-id"], name="event_by_actor"),
            models.Index(fields=["target_type", "target_id", "-id"], name="event_by_target"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(verb=""), name="event_says_what_was_done"),
        ]

    def __str__(self) -> str:
        return f"event {self.pk}: {self.verb}"
