"""The page on which a member looks at how they are, and shares it if they want to.

In      requests
Out     the page; what is not shared never reaches the server
Not     here: the sentences and who may see them (checking_in.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from haven.web.errors import BadInput
from haven.web.pages import page
from haven.workbench.wellbeing import checking_in

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest


@require_safe
def check_in(request: MemberRequest) -> HttpResponse:
    """Return the sentences, and what is shared now."""
    me = request.user
    return page(
        request,
        "wellbeing/check_in.html",
        sentences=checking_in.SENTENCES,
        answers=checking_in.ANSWERS,
        colleagues=[(one, checking_in.is_lead(one)) for one in checking_in.colleagues(me)],
        shared=checking_in.of(me),
        with_me=[(one, checking_in.in_words(one)) for one in checking_in.with_me(me)],
    )


@require_POST
def share(request: MemberRequest) -> HttpResponse:
    """Share the answers with one colleague."""
    given = [request.POST.get(f"s{at}", "") for at in range(len(checking_in.SENTENCES))]
    answers = [int(one) for one in given if one in {"0", "1", "2", "3"}]
    chosen = request.POST.get("with", "")
    with_pk = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 19 else 0
    try:
        checking_in.share(answers, with_pk=with_pk, by=request.user, at=timezone.now())
    except BadInput as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("It is shared. You can take it back at any time."))
    return redirect("wellbeing:check_in")


@require_POST
def unshare(request: MemberRequest, shared_id: UUID) -> HttpResponse:
    """Take back what was shared."""
    checking_in.erase(shared_id, by=request.user)
    messages.success(request, _("It is erased."))
    return redirect("wellbeing:check_in")
