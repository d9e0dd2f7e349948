"""Web: the page kit as a Django app, for its templates, tags and static files."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """A kit without a domain: it knows no case and no member."""

    name = "haven.web"
    label = "web"
