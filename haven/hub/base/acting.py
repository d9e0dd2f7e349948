"""Acting: what the views of a section do with a form and an act.

In      a request, a form, a call of an action
Out     who acts and when; whether it was done
Fails   never for what the action refuses: its words stand in the form
Not     here: what an action does, which page follows
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.utils import timezone

from haven.accounts.requests import MemberRequest
from haven.web.errors import BadInput, Conflict, WebError

REFUSALS: tuple[type[WebError], ...] = (BadInput, Conflict)


def now(request: MemberRequest) -> dict[str, Any]:
    """Return who acts and when, as actions take it."""
    return {"by": request.user, "at": timezone.now()}


def done(
    form: Form, act: Callable[[], object], *, refusals: tuple[type[WebError], ...] = REFUSALS
) -> bool:
    """Tell whether a form was right and the act was done; what refused it stands in the form."""
    if not form.is_valid():
        return False
    try:
        act()
    except refusals as error:
        form.add_error(None, str(error.words))
        return False
    return True
