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
from django.views.generic import RedirectView
from wagtail.admin import urls as of_wagtail

from haven.accounts import access
from haven.accounts.views import SignOut
from haven.hub.desk import framing
from haven.hub.desk.views import closed

OURS = {  # what Wagtail's pages lead to and Haven does itself
    "wagtailadmin_account": RedirectView.as_view(pattern_name="accounts:profile"),
    "wagtailadmin_logout": SignOut.as_view(),
}


def _served(patterns: Sequence[Any], space: str = "") -> Iterator[URLPattern | URLResolver]:
    for one in patterns:
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            served = list(_served(one.url_patterns, inner))
            yield URLResolver(one.pattern, served, one.default_kwargs, one.app_name, one.namespace)
        else:
            view = _view(f"{space}{one.name}", one.callback) if one.name else closed
            yield URLPattern(one.pattern, view, one.default_args, one.name)


def _view(name: str, view: Any) -> Any:
    """Return what is served under a name."""
    if access.rule(name) is None:
        return closed
    if name in OURS:
        return OURS[name]
    frame = framing.in_frame if name.startswith(framing.PREVIEWS) else framing.holds_frames
    return frame(transaction.atomic(view))


urlpatterns = list(_served(of_wagtail.urlpatterns))
