"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.review"
    label = "review"
    verbose_name = _("Review")
