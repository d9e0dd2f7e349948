"""Letters, as stored while they wait and for a while after.

In      rows written by actions.py and sending.py
Out     Letter
Fails   the database refuses a letter that is sent without a time
Why     a mail server that is down must not undo the act, nor lose its letter
Not     here: the text; it is made when the letter goes (sending.py), so that no code of a
        one-time link lies in the database
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Letter(models.Model):
    """A letter to one person."""

    class State(models.TextChoices):
        WAITING = "waiting", _("on its way")
        SENT = "sent", _("sent")
        FAILED = "failed", _("could not be sent")
        ENDED = "ended", _("no longer needed")

    kind = models.CharField(max_length=40)  # one of words.LETTERS
    to_address = models.EmailField(blank=True)  # empty once erased
    language = models.CharField(max_length=10)
    facts = models.JSONField(default=dict)  # what the text says: names, dates
    link = models.ForeignKey(
        "accounts.OneTimeLink", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    agency = models.ForeignKey(
        "accounts.Agency", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )  # whose administrators see whether it went
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=60, blank=True)  # kind of the last error, no words
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        indexes = [models.Index(fields=["agency", "-id"], name="letter_by_agency")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False),
                name="letter_is_sent_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk}: {self.kind}"
