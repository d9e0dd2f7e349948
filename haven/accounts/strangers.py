"""Strangers: pages for somebody who is not signed in, asked for by somebody who is.

In      a request
Out     the page for a stranger; for a member a sentence, and the button to sign out first
Why     a member's session sees a member's rows alone (site/policies.py): in it nobody new
        can come in, and a link would be used for the wrong person
Not     here: what the pages do
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse

from haven.web.pages import page

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]


def for_strangers(view: View[Rest]) -> View[Rest]:
    """Return the view, open to everyone who is not signed in."""

    @login_not_required
    @wraps(view)
    def asked(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            return sign_out_first(request)
        return view(request, *args, **kwargs)

    return asked


def sign_out_first(request: HttpRequest) -> HttpResponse:
    """Return the sentence and the button, which leads back to this page."""
    return page(request, "accounts/sign_out_first.html", back=request.path, status=409)
