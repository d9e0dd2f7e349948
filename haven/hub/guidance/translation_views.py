"""Pages of curators on translations: the table, a page beside its English, correcting, checking.

In      requests
Out     pages
Not     here: when a translation is checked (translating.py), tables of sentences (sentences.py)
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from haven.hub.base import translated
from haven.hub.guidance import actions, forms, translating
from haven.web.context import LANGUAGE_NAMES
from haven.web.errors import BadInput, Conflict
from haven.web.pages import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest

_ON_A_PAGE = 50  # sentences; a page in Russian stays under 50 kB
_DIGITS = 6


@require_safe
def table(request: MemberRequest) -> HttpResponse:
    """Return each page with its state in each language."""
    rows = translating.table()
    return page(
        request,
        "guidance/translations.html",
        current="translations",
        languages=[(code, LANGUAGE_NAMES[code]) for code in translated.languages()],
        rows=rows,
        files=translating.files(),
        counts=translating.counts(rows),
    )


@require_safe
def one(request: MemberRequest, language: str, kind: str, slug: str) -> HttpResponse:
    """Return a page in another language beside its English."""
    found = translating.compared(language, kind, slug)
    model = type(found.read.original)
    opened = _number(request.GET.get("sentence"))
    last = max(1, -(-len(found.sentences) // _ON_A_PAGE))
    part = min(last, _part(opened) if opened else max(1, _number(request.GET.get("part"))))
    numbered = list(enumerate(found.sentences, start=1))[(part - 1) * _ON_A_PAGE :][:_ON_A_PAGE]
    sections = [
        (model._meta.get_field(name).verbose_name, list(some))
        for name, some in groupby(numbered, key=lambda one: one[1].field)
    ]
    return page(
        request,
        "guidance/translation.html",
        current="translations",
        found=found,
        read=found.read,
        language_name=LANGUAGE_NAMES[language],
        tongue=translated.tongue(language),
        english=translated.tongue(translated.SOURCE),
        sections=sections,
        opened=opened,
        parts=[(number, number == part) for number in range(1, last + 1)],
        is_last=part == last,
        name=request.user.display_name,
    )


@require_POST
def correct(request: MemberRequest, language: str, kind: str, slug: str) -> HttpResponse:
    """Say a sentence otherwise."""
    form = forms.Correct(request.POST)
    found = translating.compared(language, kind, slug)
    places = [one.place for one in found.sentences]
    place = request.POST.get("place", "")
    part = _part(1 + places.index(place)) if place in places else 1
    try:
        said = _said(form, found)
        actions.correct(
            found, place=said["place"], said=said["said"], by=request.user, at=timezone.now()
        )
    except (BadInput, Conflict) as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("The sentence is corrected. Members read it now."))
    return redirect(f"{reverse('guidance:translation', args=[language, kind, slug])}?part={part}")


@require_POST
def check(request: MemberRequest, language: str, kind: str, slug: str) -> HttpResponse:
    """Keep that a person has checked the page."""
    form = forms.Check(request.POST)
    found = translating.compared(language, kind, slug)
    try:
        name = _said(form, found)["name"]
        actions.check(found, name=name, by=request.user, at=timezone.now())
    except (BadInput, Conflict) as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("The page is marked as checked."))
    return redirect("guidance:translation", language, kind, slug)


def _number(said: str | None) -> int:
    """Return a number of an address; 0 for anything else."""
    text = said or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _DIGITS else 0


def _part(number: int) -> int:
    """Return in which part of the page a sentence stands."""
    return 1 + (number - 1) // _ON_A_PAGE


def _said(form: forms.Correct | forms.Check, found: translating.Compared) -> dict[str, Any]:
    """Return what was typed, if both texts are still those that were on the page.

    Raises:
        WrongSentence: A field is empty or too long.
        ChangedMeanwhile: The texts are others.
    """
    if not form.is_valid():
        raise translating.WrongSentence("the form is not filled in")
    if form.cleaned_data["seen"] != found.seen:
        raise translating.ChangedMeanwhile("other texts than those that were read")
    return form.cleaned_data
