"""Django's name for this app, and what it waits for.

In      the word of the searches that candidates lost their distance
Out     leads made of such candidates lose it as well; the word for their strength stays
"""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LeadsConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.leads"
    label = "leads"
    verbose_name = _("Leads")

    def ready(self) -> None:
        """Forget a distance when the candidate that it was of forgot it."""
        from haven.workbench.search import forgetting  # models load after the apps

        forgetting.forgotten.connect(_forget, dispatch_uid="haven.leads.forget")


def _forget(**_rest: Any) -> None:
    """Erase the distances that candidates have no more."""
    from haven.workbench.leads.models import Lead

    Lead.objects.filter(distance__isnull=False, candidate__distance__isnull=True).exclude(
        candidate__isnull=True
    ).update(distance=None)
