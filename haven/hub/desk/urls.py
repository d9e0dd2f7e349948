"""Addresses of the editors' desk: those of Wagtail's that the table of access names.

In      Wagtail's addresses
Out     the same, of which those without a rule in access.py lead nowhere (404) for everyone
Fails   an act at the desk whose entry cannot be written is undone: each request is one transaction
Why     Wagtail has a sign-in, passwords, accounts with pictures, users and groups of its own;
        what is not there cannot be wrong
Not     here: who may come in (permissions.py and the middleware of accounts)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction
from django.urls import URLPattern, URLResolver
from wagtail.admin import urls as of_wagtail

from haven.accounts import access
from haven.hub.desk.views import closed


def _served(patterns: Sequence[Any], space: str = "") -> Iterator[URLPattern | URLResolver]:
    for one in patterns:
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            served = list(_served(one.url_patterns, inner))
            yield URLResolver(one.pattern, served, one.default_kwargs, one.app_name, one.namespace)
        else:
            is_named = one.name is not None and access.rule(f"{space}{one.name}") is not None
            view = transaction.atomic(one.callback) if is_named else closed
            yield URLPattern(one.pattern, view, one.default_args, one.name)


urlpatterns = list(_served(of_wagtail.urlpatterns))
