"""How far a member is in the practice, as stored.

In      rows written by actions.py
Out     StageDone
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     how far one is, is one's own business (site/policies.py); that one has finished is a
        fact that colleagues may know (wellbeing.Practised)
Not     here: what was done in a stage; nothing of that is kept
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

LAST = 5  # stage; see stages.py


class StageDone(models.Model):
    """A member has been through one stage."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    stage = models.PositiveSmallIntegerField()
    done_at = models.DateTimeField()

    class Meta:
        verbose_name = _("stage of a practice")
        verbose_name_plural = _("stages of practices")
        ordering = ["stage"]
        constraints = [
            models.UniqueConstraint(fields=["member", "stage"], name="stage_is_done_once"),
            models.CheckConstraint(
                condition=models.Q(stage__gte=1, stage__lte=LAST), name="stage_is_one_of_five"
            ),
        ]

    def __str__(self) -> str:
        return f"stage {self.stage} of member {self.member_id}"
