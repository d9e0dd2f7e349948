"""The start of the Hub.

In      requests
Out     pages
Not     here: pages of a section; each has its own views
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_safe

from haven.web.pages import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest


@require_safe
def home(request: MemberRequest) -> HttpResponse:
    return page(request, "hub/home.html")
