"""Feed door: a feed reader comes in with a private address, as one member, to one feed.

In      the code in the address
Out     the feed of its member, asked for behind that member's walls
Fails   closed: a code that is not good is 404, whatever is wrong with it
Why     a reader of feeds has no session, and every row of a member is behind the wall
Not     here: codes and the feed (hub/finding/feeding.py), walls (walls.py)
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe

from haven.hub.finding import feeding
from haven.site import walls


@login_not_required
@require_safe
def feed(request: HttpRequest, code: str) -> HttpResponse:
    """Return the feed of whoever holds the code, in that member's language."""
    del request
    key = feeding.holder(code)
    with walls.as_member(key):
        member = feeding.member_of(key)
        with translation.override(member.language):
            body = feeding.atom(member)
    return HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
