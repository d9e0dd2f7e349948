"""Requests as the views of a signed-in member get them, for the type checker.

Out     MemberRequest: a request whose user is a Member and that knows htmx
Why     every page asks for sign-in (LoginRequiredMiddleware), so `user` is never a stranger
Not     here: anything that runs
"""

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from haven.accounts.models import Member

    class MemberRequest(HttpRequest):
        """A request of a signed-in member."""

        user: Member
        htmx: HtmxDetails
else:
    MemberRequest = HttpRequest
