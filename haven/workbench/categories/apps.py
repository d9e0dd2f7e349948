"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CategoriesConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.categories"
    label = "categories"
    verbose_name = _("Categories")
