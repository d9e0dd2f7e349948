"""The page of the terms, for a member.

In      requests
Out     the text, whether it was accepted, and the way on
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from haven.accounts.terms import actions, forms, queries, texts
from haven.web.pages import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest


@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: MemberRequest) -> HttpResponse:
    shown = texts.current(get_language() or texts.BINDING)
    form = forms.Accept(request.POST or None, initial={"version": shown.version})
    untrusted_next = request.GET.get("next", "")
    if form.is_valid():
        actions.accept(
            request.user,
            version=form.cleaned_data["version"],
            language=shown.language,
            at=timezone.now(),
        )
        ours = url_has_allowed_host_and_scheme(untrusted_next, {request.get_host()})
        return redirect(untrusted_next if ours else settings.LOGIN_REDIRECT_URL)
    return page(
        request,
        "accounts/terms.html",
        terms=shown,
        form=form,
        accepted=queries.of(request.user).first(),
        is_accepted=queries.are_accepted(request.user),
        status=422 if form.errors else 200,
    )
